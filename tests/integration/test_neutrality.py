"""Nobody learns from an answer whether a document belongs to a customer (requirement S1, design decision 1)."""

import re
import threading
from dataclasses import dataclass
from time import monotonic, sleep

import pytest

from app.adapters.mail import Letter
from app.domain.customers import Customer
from app.domain.journey import Step
from e2e.waiting import until
from tests.people import (
    ALICE,
    BOB,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    FRANK_OUT_OF_REACH,
    GRACE_WITH_ONE_CARD,
)

from .bank import Bank
from .browser import RECOVERY, Browser, Page
from .letters import refuse
from .people import HEIDI_WHO_IS_FROZEN, IVAN_BY_EMAIL_ONLY, NOBODY, document
from .walk import Walk, log_in

BLOCKED_AT_LOG_IN, LOCKED_FROM_RECOVERY = BOB, ALICE
CASES = {
    "known": IVAN_BY_EMAIL_ONLY,
    "known by mobile only": CAROL_BY_MOBILE_ONLY,
    "ineligible": DAVE_WITH_A_BORROWED_CARD,
    "held": ERIN_WHO_JUST_MOVED,
    "unreachable": FRANK_OUT_OF_REACH,
    "of whom too little is known": GRACE_WITH_ONE_CARD,
    "frozen": HEIDI_WHO_IS_FROZEN,
    "blocked at log-in": BLOCKED_AT_LOG_IN,
    "locked out of recovery": LOCKED_FROM_RECOVERY,
}
CUSTOMERS_TABLES = re.compile(r"\b(customer|credential|product|password_history|login_failure|budget|recovery_lock)\b")


@dataclass(frozen=True)
class Seen:
    """All that an observer sees of asking: each answer's status, headers and bytes, but for random values."""

    answers: tuple[tuple[int, tuple[tuple[str, str], ...], str], ...]
    statements: tuple[str, ...]


def masked(text: str) -> str:
    """Without the values that are random by design."""
    text = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1…", text)
    return re.sub(r"(__Host-clave=)[^;]+", r"\1…", text)


def seen(page: Page) -> tuple[int, tuple[tuple[str, str], ...], str]:
    headers = tuple((name, masked(value)) for name, value in page.response.headers)
    return page.status, headers, masked(page.source)


def ask(bank: Bank, person: Customer, *, htmx: bool) -> Seen:
    """Ask for a link, and look at the answer and at the page before and after the worker did its part."""
    browser = bank.browser(htmx=htmx)
    browser.visit()
    with bank.statements() as statements:
        answers = [browser.send(**document(person)), browser.visit()]
    bank.deliver()
    answers.append(browser.visit())
    return Seen(tuple(map(seen, answers)), tuple(statements))


@pytest.fixture
def troubled(bank: Bank) -> Bank:
    """The bank, with one customer blocked at log-in and one locked out of recovery."""
    for _ in range(3):
        log_in(bank.browser(), BLOCKED_AT_LOG_IN, "not the password")
    browser = Walk(bank, LOCKED_FROM_RECOVERY).to(Step.REIDENTIFY)
    for _ in range(3):
        browser.submit(**document(NOBODY))
    assert browser.page.step == Step.LOCKED
    return bank


@pytest.mark.parametrize("case", CASES)
def test_asking_looks_the_same_for_every_document(troubled: Bank, htmx: bool, case: str) -> None:
    assert ask(troubled, CASES[case], htmx=htmx) == ask(troubled, NOBODY, htmx=htmx)


def test_asking_never_looks_at_customers(bank: Bank, htmx: bool) -> None:
    statements = ask(bank, ALICE, htmx=htmx).statements
    assert statements
    assert not [statement for statement in statements if CUSTOMERS_TABLES.search(statement)]


@pytest.mark.parametrize("how_far", [Step.REIDENTIFY, Step.CODE, Step.DONE])
def test_the_page_of_who_asked_does_not_tell_how_far_the_customer_went(walk: Walk, how_far: Step) -> None:
    stranger = asked(walk.bank, NOBODY)
    walk.to(how_far)
    assert seen(walk.asking.visit()) == seen(stranger.visit())


def test_the_page_of_who_asked_does_not_tell_that_the_recovery_was_locked(walk: Walk) -> None:
    stranger = asked(walk.bank, NOBODY)
    walk.to(Step.REIDENTIFY)
    for _ in range(3):
        walk.browser.submit(**document(NOBODY))
    assert seen(walk.asking.visit()) == seen(stranger.visit())


def asked(bank: Bank, person: Customer) -> Browser:
    browser = bank.browser()
    browser.visit()
    browser.submit(**document(person))
    return browser


@pytest.mark.parametrize("typed", ["", "12", "12a4567", "１２３４５６７", "1" * 40, "1234567'--"])
def test_only_the_form_of_a_number_is_judged(bank: Bank, htmx: bool, typed: str) -> None:
    browser = bank.browser(htmx=htmx)
    browser.visit()
    before = bank.rows()
    page = browser.submit(id_type="CC", id_number=typed)
    assert (page.status, page.step) == (422, Step.IDENTIFY)
    assert bank.rows() == before


@pytest.mark.parametrize("typed", ["1.020.304.050", " 1020304050 ", "1 020 304 050", "1020-304-050"])
def test_dots_spaces_and_hyphens_do_not_matter(bank: Bank, typed: str) -> None:
    browser = bank.browser()
    browser.visit()
    browser.submit(id_type="CC", id_number=typed)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


def test_the_same_number_of_another_type_is_somebody_else(bank: Bank) -> None:
    browser = bank.browser()
    browser.visit()
    browser.submit(id_type="CE", id_number=ALICE.document.number)
    bank.deliver()
    assert not bank.letters


def test_nobody_unknown_or_out_of_reach_gets_a_message(bank: Bank) -> None:
    for person in (NOBODY, FRANK_OUT_OF_REACH):
        asked(bank, person)
    bank.deliver()
    assert not bank.letters
    assert len(bank.events("notice_dropped")) == 2


def test_a_customer_gets_five_links_a_day_and_nobody_outside_sees_the_sixth_fail(bank: Bank) -> None:
    answers = [ask(bank, ALICE, htmx=False) for _ in range(6)]
    assert len(set(answers)) == 1
    assert len(bank.letters_to(ALICE)) == 5
    assert [one["limit"] for one in bank.events("excess_rate_limit_exceeded")] == ["links of one customer in a day"]
    bank.clock.go_on(hours=24)
    ask(bank, ALICE, htmx=False)
    assert len(bank.letters_to(ALICE)) == 6


def test_asking_changes_nothing_on_the_account(bank: Bank) -> None:
    for _ in range(6):
        asked(bank, ALICE)
    bank.deliver()
    assert log_in(bank.browser(), ALICE).status == 200


@pytest.mark.parametrize(
    ("person", "word"),
    [
        (DAVE_WITH_A_BORROWED_CARD, "productos"),
        (ERIN_WHO_JUST_MOVED, "cambió hace poco"),
        (GRACE_WITH_ONE_CARD, "información"),
        (HEIDI_WHO_IS_FROZEN, "suspendida"),
    ],
    ids=["ineligible", "held", "too little known", "frozen"],
)
def test_why_it_cannot_be_done_here_is_said_only_after_the_link(bank: Bank, person: Customer, word: str) -> None:
    walk = Walk(bank, person)
    walk.to(Step.REIDENTIFY)
    page = walk.type_document()
    assert page.step == Step.REFUSED
    assert word in page.text
    assert "Línea Amigo" in page.text


@pytest.mark.parametrize("person", [ALICE, NOBODY], ids=["known", "unknown"])
def test_readiness_does_not_tell_whether_a_message_waits_for_mail_that_is_down(bank: Bank, person: Customer) -> None:
    bank.post_office.behaviour = refuse
    before = bank.browser().visit("/readyz").response.get_json()
    Walk(bank, person).ask()
    bank.deliver()

    assert bank.browser().visit("/readyz").response.get_json() == before


def test_the_events_name_no_document(bank: Bank) -> None:
    Walk(bank).to(Step.DONE)
    log_in(bank.browser(), ALICE)
    log = bank.log.getvalue()
    for secret in (ALICE.document.number, str(ALICE.contact.email), str(ALICE.contact.mobile), ALICE.family_names):
        assert secret not in log


def test_a_page_never_carries_the_document_back(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    for browser in (walk.asking, walk.browser):
        assert ALICE.document.number not in browser.visit(RECOVERY).source


def rested(bank: Bank, person: Customer, monkeypatch: pytest.MonkeyPatch) -> float:
    """How many seconds a sender rests behind a link for a person that goes nowhere."""
    rests: list[float] = []
    Walk(bank, person).ask()
    with monkeypatch.context() as here:
        here.setattr(bank.worker._stop, "wait", rests.append)
        assert bank.worker.deliver_one()
    return sum(rests)


@pytest.mark.parametrize("person", [NOBODY, FRANK_OUT_OF_REACH], ids=["nobody", "unreachable"])
def test_a_link_for_nobody_keeps_its_sender_as_long_as_a_customers(
    bank: Bank, person: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = bank.worker._mailer
    send = mailer.send

    def slowly(letter: Letter) -> None:
        sleep(0.4)
        send(letter)

    monkeypatch.setattr(mailer, "send", slowly)
    assert rested(bank, person, monkeypatch) == 0  # none was sent yet: there is nothing to be like
    Walk(bank, ALICE).ask()
    bank.deliver()
    began = monotonic()
    rest = rested(bank, person, monkeypatch)
    assert rest > 0
    assert rest + (monotonic() - began) >= 0.4
    assert not bank.execute("SELECT id FROM notice WHERE done_at IS NULL")


def test_a_sender_that_only_seems_busy_ends_at_once_when_told_to(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank.worker._pace, "rest", lambda _: 60)
    stop = threading.Event()
    running = threading.Thread(target=bank.worker.run, args=(stop, 1))
    running.start()
    Walk(bank, NOBODY).ask()
    until(lambda: bank.events("notice_dropped"))
    began = monotonic()
    stop.set()
    running.join(20)
    assert monotonic() - began < 5
