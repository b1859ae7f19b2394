"""What a customer must be told, where, and what a field must let them do (requirements S6, S11, CO1, CO3, A3, A6)."""

import hashlib

import pytest

from app.domain.journey import ENDS, Step
from tests.people import ALICE, NEW_PASSWORD

from .bank import Bank
from .browser import LOG_IN, RECOVERY
from .conftest import OpenBank
from .people import document
from .walk import Walk, log_in

ON_THE_WAY = [step for step in Step if step not in ENDS]


def test_the_times_are_told_before_anything_is_typed(open_bank: OpenBank) -> None:
    bank = open_bank(link_minutes=25, recovery_idle_minutes=4, recovery_total_minutes=18)
    page = bank.browser().visit()
    assert page.step == Step.IDENTIFY
    for told in ("25 minutos", "18 minutos", "4 minutos", "alargar"):
        assert told in page.text


def test_the_use_of_the_document_is_told_before_it_is_typed(bank: Bank) -> None:
    page = bank.browser().visit()
    assert "Ley 1581 de 2012" in page.text
    assert page.source.index("1581") < page.source.index('name="id_number"')


@pytest.mark.parametrize("step", ON_THE_WAY)
def test_the_same_help_stands_at_the_same_place_of_every_step(bank: Bank, step: Step) -> None:
    page = Walk(bank).to(step).visit()
    help_of_front = bank.browser().visit("/").html.one("aside")
    assert page.html.one("aside").text == help_of_front.text
    assert "Línea Amigo" in help_of_front.text
    assert page.source.index("</main>") < page.source.index("<aside")


@pytest.mark.parametrize("address", ["/", LOG_IN, RECOVERY, "/nada"])
def test_every_page_names_where_to_complain(bank: Bank, address: str) -> None:
    footer = bank.browser().visit(address).html.one("footer").text
    assert "Defensor del Consumidor Financiero" in footer
    assert "Línea Amigo" in footer


@pytest.mark.parametrize("step", [Step.CODE, Step.QUESTIONS, Step.PASSWORD])
def test_there_is_another_way_at_each_proof(walk: Walk, step: Step) -> None:
    page = walk.to(step).visit()
    assert "sucursal" in page.text or "oficina" in page.text
    assert "Línea Amigo" in page.text


def test_the_code_s_field_takes_what_a_person_and_a_phone_put_in(walk: Walk) -> None:
    field = walk.to(Step.CODE).visit().html.one("input", id="code").attributes
    assert (field["inputmode"], field["autocomplete"]) == ("numeric", "one-time-code")
    assert not {"maxlength", "pattern", "onpaste", "readonly"} & set(field)


@pytest.mark.parametrize("name", ["password", "again"])
def test_a_password_s_field_is_covered_and_takes_long_ones_pasted_or_from_a_manager(walk: Walk, name: str) -> None:
    field = walk.to(Step.PASSWORD).visit().html.one("input", id=name).attributes
    assert (field["type"], field["autocomplete"]) == ("password", "new-password")
    assert not {"maxlength", "minlength", "pattern", "onpaste", "readonly"} & set(field)
    assert field["value"] == ""


def test_a_manager_is_told_whose_password_it_is(walk: Walk) -> None:
    page = walk.to(Step.PASSWORD).visit()
    assert page.html.one("input", autocomplete="username").attributes["value"] == ALICE.document.number
    log_in_page = walk.bank.browser().visit(LOG_IN)
    assert log_in_page.html.one("input", id="password").attributes["autocomplete"] == "current-password"
    assert log_in_page.html.one("input", id="id_number").attributes["autocomplete"] == "username"


def test_a_password_counts_to_the_last_space(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    spaced = f"  {NEW_PASSWORD} "
    assert walk.set_password(spaced).step == Step.DONE
    assert log_in(walk.bank.browser(), ALICE, NEW_PASSWORD).address == LOG_IN
    assert log_in(walk.bank.browser(), ALICE, spaced).address != LOG_IN


def test_a_password_of_a_thousand_characters_works_to_the_last_one(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    long = "".join(hashlib.sha512(bytes([number])).hexdigest() for number in range(8))[:1000]
    assert walk.set_password(long).step == Step.DONE
    assert log_in(walk.bank.browser(), ALICE, long[:-1]).address == LOG_IN
    assert log_in(walk.bank.browser(), ALICE, long).address != LOG_IN


def test_a_password_that_is_too_long_is_refused_with_a_word_and_never_hashed(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk.to(Step.PASSWORD)
    monkeypatch.delattr(type(walk.bank.services.rules.hasher), "hash")
    monkeypatch.delattr(type(walk.bank.services.rules.hasher), "verify")
    page = walk.set_password("jirafa " * 200)
    assert (page.status, page.step) == (422, Step.PASSWORD)
    assert page.problems


def test_hostile_text_is_drawn_as_text(bank: Bank) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    browser = bank.browser()
    browser.visit(LOG_IN)
    page = browser.submit(**document(ALICE) | {"id_number": hostile}, password="x")
    assert page.status == 422
    assert page.html.one("input", id="id_number").attributes["value"] == hostile
    assert not list(page.html.all("img"))
