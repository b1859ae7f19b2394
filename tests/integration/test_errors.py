"""Errors: as a page and as a fragment, in Spanish, with the same headers as everything else (S14, S16, S18)."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import abort

from app.adapters.sql import store
from app.domain.journey import Step
from app.settings import ROOT
from tests.people import ALICE

from .bank import Bank, database_in
from .browser import BY_HTMX, LOG_IN, RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import document
from .processes import LIKE_THIS_ONE, environment
from .walk import log_in

CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://clave.banco.example.evil.example"},
    {"Origin": "http://clave.banco.example"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
]
OPEN_TO_BROWSERS_THEMSELVES = "/csp"


def fail(*_: Any, **__: Any) -> Any:
    """A defect."""
    raise RuntimeError("nothing a customer should read")


def without_form(browser: Browser) -> Page:
    return browser.post(LOG_IN, document(ALICE) | {"password": "x"})


def from_elsewhere(browser: Browser) -> Page:
    browser.visit(LOG_IN)
    browser.headers["Origin"] = "https://evil.example"
    return browser.submit(**document(ALICE), password="x")


def too_long(browser: Browser) -> Page:
    browser.visit(LOG_IN)
    return browser.submit(**document(ALICE), password="x" * 70_000)


def broken(browser: Browser) -> Page:
    browser.client.application.view_functions["portal.front"] = fail
    return browser.visit("/", by_htmx=browser.htmx)


def as_if(status: int) -> Callable[[Browser], Page]:
    """An address that answers so; what really causes these statuses has tests of its own."""

    def answer(browser: Browser) -> Page:
        browser.client.application.view_functions["portal.front"] = lambda: abort(status)
        return browser.visit("/", by_htmx=browser.htmx)

    return answer


ERRORS: dict[int, Callable[[Browser], Page]] = {
    400: without_form,
    403: from_elsewhere,
    404: lambda browser: browser.visit("/nada", by_htmx=browser.htmx),
    405: lambda browser: browser.ask("DELETE", LOG_IN, **(BY_HTMX if browser.htmx else {})),
    413: too_long,
    422: as_if(422),
    429: as_if(429),
    500: broken,
    503: as_if(503),
}


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_is_a_page_or_a_fragment_in_plain_spanish(bank: Bank, htmx: bool, status: int) -> None:
    page = ERRORS[status](bank.browser(htmx=htmx))
    assert (page.status, page.is_fragment) == (status, htmx)
    assert page.heading
    assert "Ir a la página de inicio" in page.text
    assert "Traceback" not in page.source
    assert "nothing a customer should read" not in page.source


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/nada"),
        ("GET", "/personas/clave/enlace/x/y"),
        ("GET", "/idioma"),
        ("GET", "/static/none/wp-login.php"),
        ("HEAD", "/nada"),
        ("HEAD", "/"),
        ("HEAD", RECOVERY),
    ],
)
def test_what_shows_no_page_of_ours_begins_no_session(bank: Bank, method: str, address: str) -> None:
    browser = bank.browser()
    page = browser.ask(method, address)
    assert browser.cookie is None
    assert bank.execute("SELECT count(*) FROM web_session") == [(0,)]
    assert not list(page.html.all("form")), "no button that could not work"


@pytest.mark.parametrize("address", ["/nada", "/idioma"])
def test_where_there_is_a_session_an_address_that_does_not_exist_offers_the_language(bank: Bank, address: str) -> None:
    browser = bank.browser()
    browser.visit("/")
    before = browser.cookie
    assert not list(browser.visit("/static/none/wp-login.php").html.all("form"))
    browser.visit(address)
    assert browser.speak("en").html.one("html").attributes["lang"] == "en"
    assert browser.cookie == before


def test_each_error_has_words_of_its_own(open_bank: OpenBank) -> None:
    stale, unreadable = ERRORS[400], as_if(400)
    causes = [stale, unreadable, *(cause for status, cause in ERRORS.items() if status != 400)]
    assert len({cause(open_bank().browser()).heading for cause in causes}) == len(causes) == 10


def test_an_error_tells_in_the_page_that_it_is_spanish(bank: Bank) -> None:
    assert bank.browser().visit("/nada").html.one("html").attributes["lang"] == "es-CO"


def test_an_unexpected_error_is_one_event_with_its_kind_and_place_and_none_of_its_words(bank: Bank) -> None:
    broken(bank.browser())
    (crash,) = bank.events()
    assert (crash["event"], crash["kind"]) == ("sys_crash", "RuntimeError")
    assert re.fullmatch(rf"{__name__}:\d+ fail", crash["places"][-1])
    assert len(crash["request"]) == 32
    assert "nothing a customer should read" not in bank.log.getvalue()


DEFECT = """
import sys
from app import create_app
app = create_app()
def front(): raise RuntimeError("nothing an operator should read")
app.view_functions["portal.front"] = front
print(app.test_client().get("/", base_url=sys.argv[1]).status_code)
"""


def test_an_unexpected_error_prints_nothing_but_its_event(bank: Bank) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEFECT, bank.settings.base_url],
        cwd=ROOT,
        env=LIKE_THIS_ONE | environment(bank.settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "500\n"
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["event"] == "sys_crash"
    assert "nothing an operator should read" not in line


def test_what_may_be_done_instead_is_told_to_machines_too(bank: Bank) -> None:
    assert "POST" in bank.browser().ask("DELETE", LOG_IN).response.headers["Allow"]


# --- who may post ------------------------------------------------------------------------------------------------


def posts(bank: Bank) -> list[str]:
    """Every address that takes a POST."""
    return [rule.rule for rule in bank.app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def test_every_post_needs_the_token_of_its_own_session(bank: Bank) -> None:
    stranger = bank.browser()
    foreign = stranger.visit(LOG_IN).hidden["csrf_token"]
    assert len(posts(bank)) >= 7
    before = bank.rows()
    for address in set(posts(bank)) - {OPEN_TO_BROWSERS_THEMSELVES}:
        for token in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
            browser = bank.browser()
            browser.visit(LOG_IN)
            assert browser.post(address, token).status == 400, address
    assert bank.rows() == before


def test_a_post_without_the_cookie_gets_none_that_would_take_its_place(bank: Bank) -> None:
    before = bank.rows()
    for address in set(posts(bank)) - {OPEN_TO_BROWSERS_THEMSELVES}:
        browser = bank.browser()
        page = browser.post(address, document(ALICE))
        assert page.status == 400, address
        assert browser.cookie is None, address
        assert not list(page.html.all("form")), "no button that could not work"
    assert bank.rows() == before


@pytest.mark.parametrize("headers", CROSS_SITE, ids=lambda headers: " ".join(headers.values()))
def test_no_post_from_another_site_is_taken_even_with_the_token(bank: Bank, headers: dict[str, str]) -> None:
    browser = bank.browser()
    token = browser.visit(LOG_IN).hidden["csrf_token"]
    before = bank.rows()
    for address in posts(bank):
        page = browser.post(address, {"csrf_token": token, **document(ALICE)}, headers=headers)
        assert page.status == 403, address
    assert bank.rows() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://clave.banco.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
    ids=["htmx", "form under no-referrer", "typed", "old"],
)
def test_our_own_forms_are_taken(bank: Bank, headers: dict[str, str]) -> None:
    browser = bank.browser()
    browser.visit()
    browser.headers |= headers
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT


def test_a_form_left_open_too_long_says_so_and_works_after_loading_it_again(bank: Bank) -> None:
    browser = bank.browser()
    form = browser.visit()
    bank.clock.go_on(hours=2)
    late = browser.post(RECOVERY, form.hidden | document(ALICE))
    assert late.status == 400
    assert "Nada cambió en su cuenta" in late.text
    browser.visit()
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_a_method_cannot_be_overridden(bank: Bank, header: str) -> None:
    assert bank.browser().ask("GET", LOG_IN, **{header: "POST"}).status == 200


def test_every_address_takes_only_the_methods_it_lists(bank: Bank) -> None:
    browser = bank.browser()
    for rule in bank.app.url_map.iter_rules():
        address = rule.rule.replace("<token>", "x").replace("<digest>/<path:name>", "x/style.css")
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"} - (rule.methods or set()):
            shared = [other for other in bank.app.url_map.iter_rules() if other.rule == rule.rule]
            if not any(method in (other.methods or ()) for other in shared):
                assert browser.ask(method, address).status in {400, 405}, (method, address)


# --- the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds for a lock in a test."""
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else has the database for himself."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


ADDRESSES = ("/personas", RECOVERY, f"{RECOVERY}/enlace/none", f"{RECOVERY}/no-fui-yo")


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_is_a_human_page_and_goes_by_itself(bank: Bank, tmp_path: Path, htmx: bool) -> None:
    browser = bank.browser()
    browser.visit()
    with locked(database_in(tmp_path)):
        for address in ADDRESSES:
            page = browser.visit(address, by_htmx=htmx)
            assert (page.status, page.is_fragment) == (503, htmx)
            assert "Es un problema nuestro, no suyo" in page.text
            assert int(page.response.headers["Retry-After"]) > 0
        form = browser.post(RECOVERY, {"step": "identify", **document(ALICE)})
        assert form.status == 503
    assert browser.visit().step == Step.IDENTIFY
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT
    assert bank.events("sys_database_unavailable")


def test_a_database_that_is_not_there_is_a_human_page_and_goes_by_itself(
    open_bank: OpenBank, tmp_path: Path, founded: Path
) -> None:
    folder = tmp_path / "unplugged"
    bank = open_bank(database_url=f"sqlite:///{folder / 'bank.db'}")
    browser = bank.browser()
    assert browser.visit().status == browser.visit(LOG_IN).status == 503
    folder.mkdir()
    shutil.copy(founded, folder / "bank.db")
    assert browser.visit().status == 200
    assert log_in(browser, ALICE).status == 200


def test_nothing_is_half_done_when_the_database_fails_in_the_middle(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = bank.browser()
    browser.visit()
    before = bank.rows()
    monkeypatch.setattr("app.adapters.sql.outbox.SqlNotices.post", fail)
    assert browser.submit(**document(ALICE)).status == 500
    assert bank.rows() == before
