"""Limits: named, counted for all processes together, by the right address, and told in words (requirement S19)."""

from collections.abc import Callable

import pytest

from app.domain.journey import Step
from app.web.limits import ALARM, ANSWER, CALM_ADDRESS, IDENTIFY, LIMITS, LINK, LOGIN, REPORTS, RESERVE, RULES, Limit
from tests.people import ALICE, BOB

from .bank import Bank
from .browser import LOG_IN, PORTAL, RECOVERY, Page
from .conftest import OpenBank
from .people import NOBODY, document
from .test_neutrality import masked
from .walk import Walk, log_in

Doing = Callable[[], Page]


def allowed(limit: Limit) -> int:
    """How many a limit lets through."""
    return int(limit.rate.split()[0])


def as_if_done(bank: Bank, limit: Limit, times: int) -> None:
    """As if what a limit counts had been done so often already."""
    bank.execute("UPDATE rate SET count = :times WHERE key LIKE :name", times=times, name=f"%/{limit.name}/%")


def counts(bank: Bank) -> dict[str, int]:
    """How often each address was counted by one limit."""
    asked = bank.execute("SELECT key, count FROM rate WHERE key LIKE :name", name=f"%/{IDENTIFY.name}/%")
    return {key.split("/")[1]: count for key, count in asked}


def ask(bank: Bank, *, htmx: bool = False, **headers: str) -> Page:
    """A new browser asks for a link; its answer, redirects not followed."""
    browser = bank.browser(htmx=htmx, **headers)
    browser.visit()
    return browser.send(**document(NOBODY))


def guess_number(bank: Bank, *, htmx: bool = False) -> Doing:
    """A stranger, who asked for somebody's link, guesses at the number of the other device."""
    walk = Walk(bank, htmx=htmx)
    walk.ask()
    return lambda: walk.asking.submit(number="000000")


def opening(path: str, bank: Bank, *, htmx: bool) -> Page:
    """A made-up link; nobody opens one by htmx, but then the answer is a fragment all the same."""
    headers = {"HX-Request": "true"} if htmx else {}
    return bank.browser().ask("GET", f"{RECOVERY}/{path}/none", **headers)


def doing(limit: Limit, bank: Bank, *, htmx: bool) -> Doing:
    """What a limit counts."""
    if limit is LOGIN:
        return lambda: log_in(bank.browser(htmx=htmx), NOBODY)
    if limit is IDENTIFY:
        return lambda: ask(bank, htmx=htmx)
    if limit is LINK:
        return lambda: opening("enlace", bank, htmx=htmx)
    if limit is ALARM:
        return lambda: opening("no-fui-yo", bank, htmx=htmx)
    if limit is RESERVE:
        return lambda: opening("otro-enlace", bank, htmx=htmx)
    if limit is REPORTS:
        return lambda: bank.browser(htmx=htmx).post("/csp")
    if limit is ANSWER:
        return guess_number(bank, htmx=htmx)
    assert limit is RULES
    browser = Walk(bank, htmx=htmx).to(Step.CONTACTS)
    fields = browser.page.hidden
    return lambda: browser.post(f"{RECOVERY}/reglas", fields, follow=False)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_one_too_many_is_told_in_words_with_the_time_to_wait(bank: Bank, htmx: bool, limit: Limit) -> None:
    do = doing(limit, bank, htmx=htmx)
    do()
    as_if_done(bank, limit, allowed(limit) - 1)
    assert do().status != 429
    page = do()
    assert (page.status, page.is_fragment) == (429, htmx)
    assert "Demasiados intentos" in page.heading
    assert "Intente de nuevo en" in page.text
    assert int(page.response.headers["Retry-After"]) > 0
    assert {event["limit"] for event in bank.events("excess_rate_limit_exceeded")} == {limit.name}


def test_the_window_ends(bank: Bank) -> None:
    ask(bank)
    as_if_done(bank, IDENTIFY, allowed(IDENTIFY))
    assert ask(bank).status == 429
    bank.clock.go_on(hours=1)
    assert ask(bank).status == 303


@pytest.mark.parametrize(
    ("minutes", "seconds", "header", "words"),
    [(0, 0, "3600", "1 hora"), (20, 0, "2400", "40 minutos"), (50, 30, "570", "10 minutos"), (59, 20, "40", "40 seg")],
)
def test_only_the_rest_of_the_window_must_be_waited_for(
    bank: Bank, minutes: int, seconds: int, header: str, words: str
) -> None:
    ask(bank)
    as_if_done(bank, IDENTIFY, allowed(IDENTIFY))
    bank.clock.go_on(minutes=minutes, seconds=seconds)
    page = ask(bank)
    assert page.response.headers["Retry-After"] == header
    assert f"Intente de nuevo en {words}" in page.text


@pytest.mark.parametrize("limit", [LOGIN, IDENTIFY], ids=lambda limit: limit.name)
def test_two_processes_count_together(open_bank: OpenBank, limit: Limit) -> None:
    first, second = open_bank(), open_bank()
    doing(limit, first, htmx=False)()
    as_if_done(first, limit, allowed(limit) - 1)
    assert doing(limit, second, htmx=False)().status != 429
    assert doing(limit, first, htmx=False)().status == 429


def test_only_failed_log_ins_count(bank: Bank) -> None:
    log_in(bank.browser(), NOBODY)
    as_if_done(bank, LOGIN, allowed(LOGIN) - 1)
    for _ in range(3):
        assert log_in(bank.browser(), ALICE).address == PORTAL
    assert log_in(bank.browser(), NOBODY).status == 422
    assert log_in(bank.browser(), ALICE).status == 429


def test_only_refused_answers_count(walk: Walk) -> None:
    walk.to(Step.REIDENTIFY).submit(**document(NOBODY))
    as_if_done(walk.bank, ANSWER, allowed(ANSWER) - 1)
    for press in (walk.type_document, walk.confirm_contacts, walk.type_code, walk.answer):
        assert press().status == 200
    assert walk.set_password("corta").status == 422
    assert walk.set_password().status == 429


def test_a_form_left_empty_or_misspelt_is_nobodys_guess(walk: Walk) -> None:
    bank, browser = walk.bank, walk.to(Step.REIDENTIFY)
    assert browser.submit(id_type="CC", id_number="1").status == 422
    empty = bank.browser()
    empty.visit(LOG_IN)
    assert empty.submit(id_type="CC", id_number="", password="").status == 422
    for limit in (ANSWER, LOGIN):
        counted = bank.execute("SELECT count FROM rate WHERE key LIKE :name", name=f"%/{limit.name}/%")
        assert {count for (count,) in counted} == {0}


def test_whoever_guesses_at_the_same_address_keeps_nobody_from_going_on_with_a_recovery(walk: Walk) -> None:
    walk.to(Step.CODE)
    guess = guess_number(walk.bank)
    guess()
    used_up = "UPDATE rate SET count = :times WHERE key LIKE :name AND key NOT LIKE '%recovery/%'"
    walk.bank.execute(used_up, times=allowed(ANSWER), name=f"%/{ANSWER.name}/%")
    assert guess().status == 429
    assert walk.type_code().step == Step.QUESTIONS


def test_who_holds_a_recovery_is_limited_all_the_same(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    assert walk.set_password("corta").status == 422
    as_if_done(walk.bank, ANSWER, allowed(ANSWER))
    assert walk.set_password("corta").status == 429


def test_made_up_links_from_the_same_address_keep_nobody_from_opening_a_good_one(walk: Walk) -> None:
    walk.ask()
    walk.bank.deliver()
    alarm = walk.received()[-1].alarm
    for limit, path in ((LINK, "enlace"), (ALARM, "no-fui-yo")):
        opening(path, walk.bank, htmx=False)
        as_if_done(walk.bank, limit, allowed(limit))
        assert opening(path, walk.bank, htmx=False).status == 429
    assert walk.open_link().step == Step.REIDENTIFY
    browser = walk.bank.browser()
    browser.visit(alarm)
    assert "No fui yo" in browser.page.text
    assert browser.submit().status == 200
    assert walk.bank.events("authn_credential_frozen")


def test_a_limit_on_one_thing_leaves_the_others_open(bank: Bank) -> None:
    ask(bank)
    as_if_done(bank, IDENTIFY, allowed(IDENTIFY))
    assert ask(bank).status == 429
    assert log_in(bank.browser(), ALICE).address == PORTAL
    assert bank.browser().visit(f"{RECOVERY}/enlace/none").step == Step.USED


def test_known_and_unknown_documents_meet_the_limit_alike(bank: Bank) -> None:
    ask(bank)
    as_if_done(bank, IDENTIFY, allowed(IDENTIFY))
    pages = []
    for person in (ALICE, NOBODY):
        browser = bank.browser()
        browser.visit()
        pages.append(browser.submit(**document(person)))
    assert masked(pages[0].source) == masked(pages[1].source)


def test_thirty_honest_people_behind_one_address_pass(bank: Bank) -> None:
    ask(bank)
    log_in(bank.browser(), NOBODY)
    for limit in (IDENTIFY, CALM_ADDRESS):
        as_if_done(bank, limit, 2 * 30 - 1)
    as_if_done(bank, LOGIN, 30 - 1)
    assert ask(bank).status == 303  # the second time of the thirtieth
    assert log_in(bank.browser(), NOBODY).status == 422  # a slip of the thirtieth
    assert log_in(bank.browser(), BOB).address == PORTAL


# --- whose address -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "forwarded", "counted"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.9, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.9, 203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "nonsense", "unknown"),
    ],
)
def test_exactly_the_trusted_proxies_are_believed(open_bank: OpenBank, hops: int, forwarded: str, counted: str) -> None:
    bank = open_bank(trusted_proxies=hops)
    ask(bank, X_Forwarded_For=forwarded)
    assert set(counts(bank)) == {counted}


def test_a_forged_header_does_not_evade_a_limit(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    ask(bank, X_Forwarded_For="203.0.113.7")
    as_if_done(bank, IDENTIFY, allowed(IDENTIFY))
    assert ask(bank, X_Forwarded_For="198.51.100.1, 203.0.113.7").status == 429
    assert ask(bank, X_Forwarded_For="198.51.100.1").status == 303


def test_one_subscriber_with_many_ipv6_addresses_is_counted_as_one(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    for address in ("2001:db8:1:200::a", "2001:db8:1:200:ffff::b", "2001:db8:1:2ff::a", "2001:db8:1:300::a"):
        ask(bank, X_Forwarded_For=address)
    assert sorted(counts(bank).values()) == [1, 3]


def test_visitors_whose_ipv4_address_is_written_as_ipv6_are_counted_one_by_one(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    for address in ("::ffff:203.0.113.7", "203.0.113.7", "::ffff:198.51.100.9"):
        ask(bank, X_Forwarded_For=address)
    assert counts(bank) == {"203.0.113.7": 2, "198.51.100.9": 1}


def test_a_forwarded_host_or_scheme_does_not_choose_where_a_redirect_leads(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    page = ask(bank, X_Forwarded_Host="evil.example", X_Forwarded_For="203.0.113.7")
    assert page.response.headers["Location"] == RECOVERY


def test_a_limit_is_asked_before_the_password_is_compared(bank: Bank) -> None:
    log_in(bank.browser(), NOBODY)
    as_if_done(bank, LOGIN, allowed(LOGIN))
    browser = bank.browser()
    browser.visit(LOG_IN)
    before = bank.rows()
    assert browser.submit(**document(ALICE), password="whatever it is").status == 429
    assert bank.rows() == before
