"""Logging in: three wrong passwords block, whoever's document it is, and only a recovery unblocks."""

import re

import pytest

from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.passwords import Hasher
from tests.people import ALICE, BOB, NEW_PASSWORD, OLD_PASSWORD

from .bank import Bank
from .browser import LOG_IN, PORTAL, RECOVERY, Page
from .conftest import OpenBank
from .people import HEIDI_WHO_IS_FROZEN, NOBODY
from .walk import Walk, log_in

WRONG = "ninguna de las que fueron"


def fail(bank: Bank, person: Customer, times: int) -> list[Page]:
    """So many wrong passwords, each from another browser."""
    return [log_in(bank.browser(), person, WRONG) for _ in range(times)]


def without_token(page: Page) -> tuple[int, str]:
    """What two people can compare."""
    return page.status, re.sub(r'name="csrf_token" value="[^"]+"', "", page.source)


def test_the_right_password_opens_the_portal(bank: Bank) -> None:
    assert log_in(bank.browser(), ALICE).address == PORTAL


@pytest.mark.parametrize("person", [ALICE, NOBODY, HEIDI_WHO_IS_FROZEN], ids=["known", "unknown", "frozen"])
def test_a_wrong_password_tells_how_many_attempts_are_left_and_the_third_blocks(bank: Bank, person: Customer) -> None:
    first, second, third, fourth = fail(bank, person, 4)
    assert "2 intentos" in first.text
    assert "1 intento" in second.text
    assert "bloqueada" in third.text
    assert "bloqueada" in fourth.text
    assert {page.status for page in (first, second, third, fourth)} == {422}


@pytest.mark.parametrize("person", [ALICE, HEIDI_WHO_IS_FROZEN], ids=["known", "frozen"])
def test_known_and_unknown_documents_get_the_same_bytes(bank: Bank, person: Customer) -> None:
    def masked(page: Page, whose: Customer) -> tuple[int, str]:
        status, source = without_token(page)
        return status, source.replace(whose.document.number, "…")

    known, unknown = fail(bank, person, 4), fail(bank, NOBODY, 4)
    assert [masked(page, person) for page in known] == [masked(page, NOBODY) for page in unknown]


def test_a_blocked_password_leads_to_recovery_and_stays_blocked_for_the_right_one(bank: Bank) -> None:
    blocked = fail(bank, ALICE, 3)[-1]
    assert RECOVERY in {link.attributes["href"] for link in blocked.html.one("section", id="step").all("a")}
    bank.clock.go_on(days=400)
    page = log_in(bank.browser(), ALICE)
    assert (page.status, page.address) == (422, LOG_IN)
    assert "bloqueada" in page.text


def test_recovery_unblocks(bank: Bank) -> None:
    fail(bank, ALICE, 3)
    Walk(bank).to(Step.DONE)
    assert log_in(bank.browser(), ALICE, NEW_PASSWORD).address == PORTAL


def test_however_a_document_is_spelled_its_attempts_are_the_same(bank: Bank) -> None:
    for typed in ("1.020.304.050", " 1020304050 ", "1020-304-050"):
        browser = bank.browser()
        browser.visit(LOG_IN)
        page = browser.submit(id_type="CC", id_number=typed, password=WRONG)
    assert "bloqueada" in page.text
    assert "bloqueada" in log_in(bank.browser(), ALICE).text


def test_the_right_password_gives_the_attempts_back(bank: Bank) -> None:
    for _ in range(3):
        fail(bank, ALICE, 2)
        assert log_in(bank.browser(), ALICE).address == PORTAL


def test_blocking_one_document_blocks_no_other(bank: Bank) -> None:
    fail(bank, ALICE, 3)
    assert log_in(bank.browser(), BOB).address == PORTAL


def test_a_locked_recovery_leaves_log_in_as_it_is(bank: Bank) -> None:
    browser = Walk(bank).to(Step.QUESTIONS)
    for _ in range(2):
        browser.submit(**bank.wrong_answers(ALICE))
    assert browser.page.step == Step.LOCKED
    assert log_in(bank.browser(), ALICE).address == PORTAL


def test_that_a_password_is_frozen_is_told_only_to_who_knows_it(bank: Bank) -> None:
    told = "No fui yo"
    assert told not in fail(bank, HEIDI_WHO_IS_FROZEN, 1)[0].text
    page = log_in(bank.browser(), HEIDI_WHO_IS_FROZEN)
    assert (page.status, page.address) == (422, LOG_IN)
    assert told in page.text


def test_a_hash_with_old_parameters_is_renewed_when_the_password_is_known(bank: Bank) -> None:
    weaker = Hasher(memory_cost=8, time_cost=2).hash(OLD_PASSWORD)
    alice = bank.customer(ALICE).id
    bank.execute("UPDATE credential SET password_hash = :hash WHERE customer_id = :id", hash=weaker, id=alice)
    assert log_in(bank.browser(), ALICE).address == PORTAL
    ((renewed,),) = bank.execute("SELECT password_hash FROM credential WHERE customer_id = :id", id=alice)
    assert renewed.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert log_in(bank.browser(), ALICE).address == PORTAL


def test_logging_in_gives_a_new_cookie_and_ends_the_old_one(bank: Bank) -> None:
    browser, thief = bank.browser(), bank.browser()
    browser.visit(LOG_IN)
    thief.take_cookie(str(browser.cookie))
    log_in(browser, ALICE)
    assert browser.cookie != thief.cookie
    assert thief.visit(PORTAL).address == LOG_IN


@pytest.mark.parametrize("password", ["", "x" * 2000, "\x00\n\r", "ü" * 500], ids=["none", "huge", "control", "long"])
def test_any_password_gets_a_civil_answer(bank: Bank, password: str) -> None:
    page = log_in(bank.browser(), ALICE, password)
    assert (page.status, page.address) == (422, LOG_IN)
    assert page.problems


def test_the_document_is_kept_in_the_form_and_the_password_is_not(bank: Bank) -> None:
    page = log_in(bank.browser(), ALICE, WRONG)
    assert page.html.one("input", id="id_number").attributes["value"] == ALICE.document.number
    assert WRONG not in page.source


def test_the_bank_chooses_how_many_attempts_there_are(open_bank: OpenBank) -> None:
    bank = open_bank(login_attempts=1)
    assert "bloqueada" in fail(bank, ALICE, 1)[0].text


@pytest.mark.parametrize(("attempts", "told"), [(1, "Hubo 1 intento fallido."), (3, "Hubo 3 intentos fallidos.")])
def test_a_blocked_password_says_after_how_many_attempts(open_bank: OpenBank, attempts: int, told: str) -> None:
    page = fail(open_bank(login_attempts=attempts), ALICE, attempts)[-1]
    assert f"{told} La contraseña no se desbloquea con el tiempo." in page.text


def test_events_tell_what_happened_in_the_words_of_owasp(bank: Bank) -> None:
    fail(bank, ALICE, 3)
    log_in(bank.browser(), BOB)
    log_in(bank.browser(), HEIDI_WHO_IS_FROZEN)
    names = [entry["event"] for entry in bank.events() if entry["event"].startswith("authn")]
    assert names == [
        "authn_login_fail",
        "authn_login_fail",
        "authn_login_lock",
        "authn_login_success",
        "authn_login_fail_frozen",
    ]
