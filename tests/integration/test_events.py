"""What operations read: one line an event, in OWASP's words, that tells whose and where from, and no secret (S17)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app import create_app
from app.domain.journey import Step
from tests.people import ALICE, BOB, NEW_PASSWORD

from .bank import Bank, settings_of
from .browser import LOG_IN, RECOVERY, Page
from .conftest import OpenBank
from .people import NOBODY, document
from .walk import Walk, log_in


def names(bank: Bank) -> list[str]:
    """The names of all events so far."""
    return [event["event"] for event in bank.events()]


def test_a_recovery_is_told_from_the_link_to_the_new_password(bank: Bank) -> None:
    Walk(bank).to(Step.DONE)
    bank.deliver()
    created = [event["kind"] for event in bank.events("authn_token_created")]
    assert created == ["link", "code"]
    assert [event["step"] for event in bank.events("recovery_step")] == [
        "link_sent",
        "contacts",
        "code",
        "questions",
        "password",
        "done",
    ]
    (changed,) = bank.events("authn_password_change")
    assert changed["document"] == bank.key_of(ALICE)


@pytest.mark.parametrize(
    ("before", "press", "created"),
    [(Step.IDENTIFY, Walk.ask, ["link"]), (Step.CONTACTS, Walk.confirm_contacts, ["link", "code"])],
    ids=["link", "code"],
)
def test_a_link_or_a_code_that_is_tried_again_is_told_once(
    walk: Walk, before: Step, press: Callable[[Walk], Page], created: list[str]
) -> None:
    walk.to(before)
    walk.bank.post_office.close()
    press(walk)
    for _ in range(3):
        walk.bank.deliver()
        walk.bank.clock.go_on(seconds=10)
    walk.bank.post_office.open()
    walk.bank.deliver()
    assert walk.bank.events("notice_sent")[-1]["tries"] > 2
    assert [event["kind"] for event in walk.bank.events("authn_token_created")] == created


def test_a_link_that_had_to_wait_for_its_turn_is_told_when_it_is_made(open_bank: OpenBank) -> None:
    bank = open_bank(links_per_minute=1)
    for person in (ALICE, BOB):
        Walk(bank, person).ask()
    bank.deliver()
    assert [event["document"] for event in bank.events("authn_token_created")] == [bank.key_of(ALICE)]
    bank.clock.go_on(minutes=1)
    bank.deliver()
    assert bank.events("authn_token_created")[1]["document"] == bank.key_of(BOB)


@pytest.mark.parametrize(
    ("given", "told"),
    [({}, []), ({"mail_server": "mail.b.example"}, ["mail_in_clear"]), ({"mail_use_tls": True}, [])],
    ids=["this host", "another host", "over TLS"],
)
def test_a_start_tells_that_links_and_codes_leave_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, object], told: list[str]
) -> None:
    written: list[str] = []
    monkeypatch.setattr("app.log_event", written.append)
    app = create_app(settings_of(tmp_path, 25, given))
    app.extensions["nueva-clave"].store.engine.dispose()
    assert written == told


def test_an_event_names_a_document_by_its_keyed_name_only(bank: Bank) -> None:
    Walk(bank).to(Step.DONE)
    log_in(bank.browser(), ALICE, NEW_PASSWORD)
    for name in ("recovery_step", "authn_token_created", "authn_password_change", "authn_login_success"):
        assert {event["document"] for event in bank.events(name)} == {bank.key_of(ALICE)}
    assert ALICE.document.number not in bank.log.getvalue()


def test_an_unknown_document_is_named_like_a_known_one(bank: Bank) -> None:
    log_in(bank.browser(), NOBODY)
    (failed,) = bank.events("authn_login_fail")
    assert failed["document"] == bank.key_of(NOBODY)


@pytest.mark.parametrize("step", [Step.REIDENTIFY, Step.CODE, Step.QUESTIONS])
def test_spent_tries_are_told(bank: Bank, step: Step) -> None:
    browser = Walk(bank).to(step)
    wrong = {"code": "000000"} | document(BOB) | bank.wrong_answers(ALICE)
    for _ in range(3):
        if browser.page.step == step:
            browser.submit(**wrong)
    assert browser.page.step == Step.LOCKED
    (spent,) = bank.events("excess_rate_limit_exceeded")
    assert spent["limit"] == f"tries of one customer at {step}"
    assert spent["document"] == bank.key_of(ALICE)


def test_a_link_that_is_used_again_or_made_up_is_told(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.browser().visit(walk.link())
    walk.bank.browser().visit(f"{RECOVERY}/enlace/made-up")
    used, made_up = walk.bank.events("authn_token_reuse")
    assert (used["step"], made_up["step"]) == ("used", "used")
    assert used["recovery"]
    assert made_up["recovery"] is None


def test_a_form_of_another_step_and_a_post_from_another_site_are_told(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    browser.post(RECOVERY, browser.page.hidden | {"step": "password"})
    assert walk.bank.events("sequence_fail")[0]["step"] == "contacts"
    browser.post(RECOVERY, browser.page.hidden, headers={"Origin": "https://evil.example"})
    browser.post(RECOVERY)
    assert [name for name in names(walk.bank) if name.startswith("malicious")] == ["malicious_cors", "malicious_csrf"]
    assert walk.bank.events("malicious_cors")[0]["rule"] == RECOVERY


def test_a_form_of_an_ended_session_is_told_as_expired_and_not_as_an_attack(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    walk.bank.execute("DELETE FROM web_session")
    assert browser.submit().status == 400
    assert [event["event"] for event in walk.bank.events()][-1] == "session_expired"


def test_what_is_refused_before_anything_is_read_tells_its_request_and_where_from(bank: Bank) -> None:
    bank.browser().post(RECOVERY)
    (refused,) = bank.events("malicious_csrf")
    assert re.fullmatch(r"[0-9a-f]{32}", refused["request"])
    assert refused["source"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["enlace", "no-fui-yo", "otro-enlace", "nada"])
def test_a_post_from_another_site_to_the_address_of_a_message_is_told_without_its_token(bank: Bank, path: str) -> None:
    page = bank.browser().ask("POST", f"{RECOVERY}/{path}/a-good-token", Origin="https://evil.example")
    assert page.status == 403
    assert [event["rule"] for event in bank.events("malicious_cors")] == ["unknown"]  # nothing is posted there
    assert "a-good-token" not in bank.log.getvalue()


def test_all_events_of_one_request_carry_one_number_and_of_another_another(bank: Bank) -> None:
    browser = Walk(bank).to(Step.PASSWORD)
    browser.submit(password=NEW_PASSWORD, again=NEW_PASSWORD)
    numbers = [
        event["request"] for event in bank.events() if event["event"] in {"recovery_step", "authn_password_change"}
    ]
    assert numbers[-1] == numbers[-2]
    assert len(set(numbers)) == len(numbers) - 1
    assert all(re.fullmatch(r"[0-9a-f]{32}", number) for number in numbers)


def test_what_a_proxy_passes_on_as_an_address_and_is_none_is_not_repeated(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    log_in(bank.browser(X_Forwarded_For="1020304050 <b>"), ALICE, "not the password")
    (event,) = bank.events()
    assert event["source"] == "unknown"


def test_every_event_of_a_request_tells_when_and_where_from(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    browser = bank.browser(X_Forwarded_For="198.51.100.1, 203.0.113.7")
    log_in(browser, ALICE, "not the password")
    (event,) = bank.events()
    assert event["source"] == "203.0.113.7"
    assert datetime.fromisoformat(event["timestamp"]).utcoffset() == timedelta(0)


def test_what_the_worker_tells_carries_no_number_of_a_request(bank: Bank) -> None:
    Walk(bank).ask()
    bank.deliver()
    assert "request" not in bank.events("notice_sent")[0]


def test_no_new_password_and_no_wrong_one_stands_in_a_line_or_a_row(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    walk.set_password("corta 1020304")
    walk.set_password()
    log_in(walk.bank.browser(), ALICE, "an old one perhaps")
    walk.browser.visit(LOG_IN)
    everything = walk.bank.log.getvalue() + str(walk.bank.rows(leaving_out=frozenset()))
    for secret in ("corta 1020304", NEW_PASSWORD, "an old one perhaps"):
        assert secret not in everything
