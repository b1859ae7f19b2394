"""The mailed link: random, single, short-lived, used up by nobody but its owner (requirements S4, S5, S6)."""

import re

import pytest

from app.domain.customers import Customer
from app.domain.journey import Step
from tests.people import ALICE, BOB

from .bank import BASE_URL, Bank
from .browser import LOG_IN, RECOVERY, Browser
from .conftest import OpenBank
from .people import NOBODY, document
from .walk import Walk

LINK = RECOVERY + "/enlace/"


@pytest.fixture
def link(walk: Walk) -> str:
    """The link that Alice got."""
    walk.ask()
    return walk.link()


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


# --- what it is -------------------------------------------------------------------------------------------


def test_the_link_carries_256_random_bits(link: str) -> None:
    assert link.startswith(BASE_URL + LINK)
    assert re.fullmatch(r"[\w-]{43}", token_of(link))


def test_only_a_hash_of_the_token_is_kept(bank: Bank, link: str) -> None:
    assert token_of(link) not in str(bank.rows(leaving_out=frozenset()))


def test_the_host_that_a_request_names_has_no_say_in_the_link(bank: Bank) -> None:
    browser = Browser(bank.app, "https://evil.example")
    browser.visit()
    browser.headers |= {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    browser.submit(**document(ALICE))
    bank.deliver()
    letter = bank.letters_to(ALICE)[0]
    assert letter.link.startswith(BASE_URL)
    assert b"evil" not in letter.raw


# --- looking at it changes nothing --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_changes_nothing_but_the_session_of_who_opened_it(bank: Bank, link: str, method: str) -> None:
    before = bank.rows()
    for _ in range(3):
        assert bank.browser().ask(method, link).status == 303
    assert bank.rows() == before
    assert not bank.worker.deliver_one()


def test_a_head_request_does_not_even_begin_a_session(bank: Bank, link: str) -> None:
    browser = bank.browser()
    browser.ask("HEAD", link)
    assert browser.cookie is None
    assert browser.visit().step == Step.IDENTIFY


def test_a_mail_scanner_does_not_use_the_link_up(walk: Walk) -> None:
    walk.ask()
    for agent in ("Scanner/1.0", "Preview/2.0"):
        assert walk.bank.browser(User_Agent=agent).visit(walk.link()).step == Step.REIDENTIFY
    assert walk.open_link().step == Step.REIDENTIFY
    assert walk.type_document().step == Step.CONTACTS


def test_after_landing_the_token_stands_nowhere(bank: Bank, link: str) -> None:
    browser = bank.browser()
    redirect = browser.ask("GET", link)
    landed = browser.visit()
    assert redirect.leads_to == landed.address == RECOVERY
    for page in (redirect, landed):
        assert token_of(link) not in page.source
        assert token_of(link) not in str(page.response.headers)
    assert token_of(link) not in bank.log.getvalue()


# --- when it does not work ------------------------------------------------------------------------------------


def test_a_used_link_says_so(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    assert walk.bank.browser().visit(walk.link()).step == Step.USED


def test_whoever_opened_the_link_but_did_not_go_on_first_cannot_go_on(walk: Walk) -> None:
    walk.ask()
    link = walk.link()
    slow = walk.bank.browser()
    assert slow.visit(link).step == Step.REIDENTIFY
    walk.open_link()
    walk.type_document()
    assert slow.submit(**document(ALICE)).step == Step.USED
    assert walk.browser.visit().step == Step.CONTACTS


def test_only_the_newest_link_works(walk: Walk) -> None:
    walk.ask()
    old = walk.link()
    walk.ask()
    new = walk.link()
    assert walk.bank.browser().visit(old).step == Step.USED
    assert walk.bank.browser().visit(new).step == Step.REIDENTIFY


def test_a_newer_link_does_not_stop_a_recovery_that_went_on(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    other = Walk(walk.bank)
    other.ask()
    other.link()
    assert walk.confirm_contacts().step == Step.CODE


@pytest.mark.parametrize(("minutes", "step"), [(29, Step.REIDENTIFY), (30, Step.EXPIRED)])
def test_the_link_works_for_thirty_minutes(walk: Walk, link: str, minutes: int, step: Step) -> None:
    walk.bank.clock.go_on(minutes=minutes)
    assert walk.bank.browser().visit(link).step == step


def test_a_link_that_nobody_sent_reads_like_a_used_one(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    used = walk.bank.browser().visit(walk.link())
    made_up = walk.bank.browser().visit(LINK + "A" * 43)
    assert made_up.text == used.text


@pytest.mark.parametrize("token", ["x", "%00", "%F0%9F%98%80", "a" * 3000, "..", "%2e%2e%2fpersonas"])
def test_a_strange_token_is_an_unknown_link(bank: Bank, token: str) -> None:
    browser = bank.browser()
    page = browser.visit(LINK + token)
    assert page.status in {200, 404}
    assert page.step in {Step.USED, None}


def test_a_link_opened_by_a_browser_on_its_way_does_not_throw_it_back(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    assert browser.visit(LINK + "A" * 43).step == Step.CODE
    assert browser.visit(walk.bank.letters_to(ALICE)[0].link).step == Step.CODE


# --- whose it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [BOB, NOBODY], ids=["another customer", "nobody"])
def test_another_document_is_wrong_and_counted_and_the_third_locks(walk: Walk, stranger: Customer) -> None:
    browser = walk.to(Step.REIDENTIFY)
    first = browser.submit(**document(stranger))
    assert (first.status, first.step) == (422, Step.REIDENTIFY)
    assert "2 intentos" in first.text
    assert "1 intento" in browser.submit(**document(stranger)).text
    assert browser.submit(**document(stranger)).step == Step.LOCKED
    walk.bank.deliver()
    assert "Detuvimos" in walk.bank.letters_to(ALICE)[-1].subject
    assert not walk.bank.letters_to(BOB)


def test_wrong_documents_count_across_browsers_and_links(walk: Walk) -> None:
    for _ in range(2):
        walk.ask()
        walk.browser = walk.bank.browser()
        walk.open_link()
        walk.browser.submit(**document(BOB))
    walk.ask()
    walk.browser = walk.bank.browser()
    walk.open_link()
    assert walk.browser.submit(**document(BOB)).step == Step.LOCKED


# --- the session ------------------------------------------------------------------------------------------------


def test_the_cookie_is_renewed_at_link_code_and_end_and_the_old_one_is_dead(walk: Walk) -> None:
    walk.ask()
    walk.browser.visit(LOG_IN)
    presses = {
        "link": walk.open_link,
        "document": walk.type_document,
        "contacts": walk.confirm_contacts,
        "code": walk.type_code,
        "questions": walk.answer,
        "password": walk.set_password,
    }
    renewed_at = []
    for name, press in presses.items():
        old = str(walk.browser.cookie)
        press()
        if walk.browser.cookie != old:
            renewed_at.append(name)
            assert step_seen_with(walk.bank, old) == Step.IDENTIFY
    assert renewed_at == ["link", "document", "code", "password"]


def step_seen_with(bank: Bank, cookie: str) -> str | None:
    """What a browser with this cookie is shown."""
    thief = bank.browser()
    thief.take_cookie(cookie)
    return thief.visit().step


def test_a_cookie_given_by_a_stranger_is_not_taken_over(walk: Walk) -> None:
    walk.ask()
    link = walk.link()
    victim = walk.bank.browser()
    victim.take_cookie("chosen-by-a-stranger")
    victim.visit(link)
    assert victim.cookie != "chosen-by-a-stranger"
    assert step_seen_with(walk.bank, "chosen-by-a-stranger") == Step.IDENTIFY


def test_the_cookie_is_safe(bank: Bank) -> None:
    cookie = bank.browser().visit().response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-clave=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_on_plain_http_the_demo_uses_a_cookie_that_browsers_keep(open_bank: OpenBank) -> None:
    bank = open_bank(app_env="demo", base_url="http://127.0.0.1:8000")
    cookie = bank.browser().visit().response.headers["Set-Cookie"]
    assert cookie.startswith("clave=")
    assert "Secure" not in cookie


def test_only_a_hash_of_the_cookie_is_kept(bank: Bank) -> None:
    browser = bank.browser()
    browser.visit()
    assert str(browser.cookie) not in str(bank.rows(leaving_out=frozenset()))


def test_a_recovery_session_opens_no_portal(walk: Walk) -> None:
    for step in (Step.PASSWORD, Step.DONE):
        browser = Walk(walk.bank).to(step)
        assert browser.visit("/personas/portal").address == LOG_IN
