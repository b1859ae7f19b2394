"""Every step × address × method × htmx or not: what the map does not allow changes not a byte (S7, V2.3.1).

Generated: the steps from the journey's map, the addresses from the application's own list.
"""

from collections.abc import Iterator

import pytest

from app.domain.journey import ENDS, Step
from tests.people import ALICE, BOB

from .bank import Bank
from .browser import BY_HTMX, LOG_IN, RECOVERY, Browser
from .people import document
from .walk import Walk

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
STANDING = (*(step for step in Step if step not in ENDS), Step.DONE)
UNDER_WAY = set(STANDING) - {Step.IDENTIFY, Step.LINK_SENT, Step.DONE}
# What may change something by being sent at all: the idle time begins anew, this browser lets go.
MEANT = {("POST", "/personas/clave/continuar"), ("POST", "/personas/clave/empezar"), ("POST", "/personas/salir")}
# Where the map has a way that one press takes.
PRESSED = {(Step.REIDENTIFY, "POST", "/personas/clave/otro-dispositivo")}


def addresses(bank: Bank) -> Iterator[str]:
    """Every address of the application, with something strange where it takes something."""
    for rule in bank.app.url_map.iter_rules():
        yield rule.rule.replace("<token>", "made-up").replace("<digest>", "0").replace("<path:name>", "style.css")


def token_of(browser: Browser) -> str:
    """A valid CSRF value of this browser's session, taken from the log-in page."""
    here = browser.page
    token = browser.visit(LOG_IN).hidden["csrf_token"]
    browser.page = here
    return token


@pytest.mark.parametrize("here", STANDING)
def test_no_address_and_no_method_changes_a_byte_beside_the_map(bank: Bank, htmx: bool, here: Step) -> None:
    browser = Walk(bank, htmx=htmx).to(here)
    headers = {"X-CSRFToken": token_of(browser)} | (BY_HTMX if htmx else {})
    before, changed = bank.rows(), []
    for address in sorted(set(addresses(bank))):
        for method in METHODS:
            if (method, address) in MEANT or (here, method, address) in PRESSED:
                continue
            browser.client.open(address, method=method, base_url=browser.base_url, headers=headers).close()
            if (after := bank.rows()) != before:
                changed.append((method, address))
                before = after
    assert not changed
    # A made-up link shows what it is worth, and takes nobody away who is under way.
    assert browser.visit(RECOVERY).step == (here if here in UNDER_WAY else Step.USED)


@pytest.mark.parametrize("here", [step for step in STANDING if step is not Step.IDENTIFY])
def test_a_cookie_that_is_made_up_or_changed_opens_nothing(bank: Bank, htmx: bool, here: Step) -> None:
    walk = Walk(bank, htmx=htmx)
    browser = walk.to(here)
    dead = bank.browser(htmx=htmx)
    for stale in ("", "made-up", str(browser.cookie) + "x", str(browser.cookie)[:-1], str(browser.cookie).swapcase()):
        dead.take_cookie(stale)
        before = bank.rows()
        assert dead.visit(RECOVERY).step == Step.IDENTIFY
        assert bank.rows() == before


RENEWED = (Step.QUESTIONS, Step.DONE)


@pytest.mark.parametrize("here", RENEWED)
def test_a_cookie_that_was_renewed_opens_no_address_by_any_method(bank: Bank, htmx: bool, here: Step) -> None:
    walk = Walk(bank, htmx=htmx)
    walk.to(Step.CODE)
    stale, form = str(walk.browser.cookie), walk.browser.page.hidden | {"code": walk.code()}
    walk.type_code()
    if here is Step.DONE:
        walk.answer()
        walk.set_password()
    assert walk.browser.cookie != stale

    assert _changed_by(bank, stale, form, htmx=htmx) == []
    assert walk.browser.visit(RECOVERY).step == here


def _changed_by(bank: Bank, cookie: str, form: dict[str, str], *, htmx: bool) -> list[tuple[str, str]]:
    """What a browser with this cookie changes by sending the form, with its own token or a fresh one, everywhere."""
    thief, changed = bank.browser(htmx=htmx), []
    thief.visit(LOG_IN)
    token, before = token_of(thief), bank.rows()
    for address in sorted(set(addresses(bank))):
        for method in METHODS:
            for fields in (form, form | {"csrf_token": token}):
                thief.take_cookie(cookie)
                headers = BY_HTMX if htmx else {}
                thief.client.open(address, method=method, base_url=thief.base_url, headers=headers, data=fields).close()
                if (after := bank.rows()) != before:
                    changed.append((method, address))
                    before = after
    return changed


@pytest.mark.parametrize("theirs", STANDING)
def test_answers_for_another_customers_recovery_move_only_ones_own(bank: Bank, htmx: bool, theirs: Step) -> None:
    alice = Walk(bank, ALICE, htmx=htmx).to(theirs)
    stands = alice.visit(RECOVERY).step
    bob = Walk(bank, BOB, htmx=htmx).to(Step.REIDENTIFY)
    hers = _recoveries_of(bank, ALICE)

    bob.submit(**document(ALICE))
    for step in Step:
        bob.post(RECOVERY, {"csrf_token": token_of(bob), "step": step, "code": "123456"})

    assert _recoveries_of(bank, ALICE) == hers
    assert alice.visit(RECOVERY).step == stands


def _recoveries_of(bank: Bank, person: object) -> list[object]:
    customer = bank.customer(ALICE) if person is ALICE else bank.customer(BOB)
    return bank.execute("SELECT * FROM recovery WHERE customer_id = :id ORDER BY id", id=customer.id)


def test_the_matrix_knows_every_step_and_leaves_no_address_out(bank: Bank) -> None:
    assert set(STANDING) == set(Step) - ENDS | {Step.DONE}
    assert {address for _, address in MEANT} | {address for *_, address in PRESSED} <= set(addresses(bank))
    assert len(set(addresses(bank))) > 10
