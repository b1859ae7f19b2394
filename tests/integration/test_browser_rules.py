"""What the browser is told to refuse and to keep: policies, static files, reports (requirements S13, S14, S15)."""

import json
import re

import pytest

from app.domain.journey import Step
from app.settings import ROOT
from app.steps import STEPS
from tests.people import ALICE

from .bank import Bank
from .browser import LOG_IN, PORTAL, RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import document
from .walk import Walk, log_in

PAGES = ("/", LOG_IN, RECOVERY, f"{RECOVERY}/no-fui-yo", "/nada")


def files_of(page: Page) -> set[str]:
    """The address of every file that a page loads."""
    loading = [*page.html.all("script", "img"), *page.html.all("link")]
    return {element.attributes.get("src") or element.attributes["href"] for element in loading}


@pytest.fixture
def files(bank: Bank) -> set[str]:
    """The address of every file that the pages load."""
    return {address for page in PAGES for address in files_of(bank.browser().visit(page))}


# --- pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, PORTAL, "/healthz", "/readyz", f"{RECOVERY}/enlace/x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_answer_carries_the_policies_and_is_kept_nowhere(bank: Bank, address: str, method: str) -> None:
    headers = bank.browser().ask(method, address).response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


EXACTLY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types htmx; report-uri /csp; report-to csp"
    ),
    "Reporting-Endpoints": 'csp="/csp"',
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize("address", [LOG_IN, RECOVERY, "/nada", "/healthz"], ids=["page", "step", "error", "json"])
def test_the_policies_are_these_to_the_letter(bank: Bank, htmx: bool, address: str) -> None:
    headers = bank.browser().visit(address, by_htmx=htmx).response.headers
    assert {name: headers.get(name) for name in EXACTLY} == EXACTLY
    assert {"Cookie", "HX-Request"} <= set(headers["Vary"].split(", "))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://clave.banco.example"])
def test_no_other_site_may_read_an_answer(bank: Bank, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        for address in (LOG_IN, RECOVERY, "/readyz", "/csp"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            headers = bank.browser().ask(method, address, **asked).response.headers
            assert not [name for name in dict(headers) if name.startswith("Access-Control")]


def test_every_answer_says_what_it_is_and_in_which_letters(bank: Bank, files: set[str]) -> None:
    for address in (*PAGES, *files):
        kind = bank.browser().visit(address).response.headers["Content-Type"]
        assert kind.endswith("charset=utf-8") or kind == "image/svg+xml; charset=utf-8", (address, kind)


@pytest.mark.parametrize("step", list(STEPS))
def test_every_step_as_page_and_fragment_loads_nothing_from_elsewhere(bank: Bank, htmx: bool, step: Step) -> None:
    page = Walk(bank, htmx=htmx).to(step).page
    assert all(address.startswith("/static/") for address in files_of(page))
    assert set(re.findall(r"https?://[^\s\"'<]+", page.source)) <= {"https://banco.example/"}


def test_plain_http_promises_no_tls(open_bank: OpenBank) -> None:
    bank = open_bank(app_env="demo", base_url="http://127.0.0.1:8000")
    assert "Strict-Transport-Security" not in bank.browser().visit().response.headers


def test_reports_go_where_browsers_send_them(bank: Bank, open_bank: OpenBank) -> None:
    secure = bank.browser().visit().response.headers
    assert "report-to csp" in secure["Content-Security-Policy"]
    assert secure["Reporting-Endpoints"] == 'csp="/csp"'
    plain = open_bank(app_env="demo", base_url="http://127.0.0.1:8000").browser().visit().response.headers
    assert "report-uri /csp" in plain["Content-Security-Policy"]
    assert "report-to" not in plain["Content-Security-Policy"]  # there Chromium would send nothing at all


def test_the_browser_is_told_to_clear_what_it_kept_at_the_end(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    walk.set_password()
    assert '"storage"' in walk.browser.page.response.headers["Clear-Site-Data"]


def test_a_page_names_no_server_software(bank: Bank) -> None:
    headers = bank.browser().visit().response.headers
    assert not {"Server", "X-Powered-By"} & set(headers.keys())


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/demo/buzon.json"])
def test_no_data_is_wrapped_in_a_function_that_the_asker_names(open_bank: OpenBank, address: str) -> None:
    bank = open_bank(app_env="demo", base_url="http://127.0.0.1:8000")
    for name in ("callback", "jsonp", "cb"):
        response = bank.browser().visit(f"{address}?{name}=stolen").response
        assert response.status_code == 200
        assert response.mimetype == "application/json"
        assert "stolen" not in response.text


# --- files -----------------------------------------------------------------------------------------------------


def test_every_file_of_a_page_is_there_and_kept_for_good(bank: Bank, files: set[str]) -> None:
    assert {address.rpartition("/")[2] for address in files} >= {"style.css", "app.js", "icon.svg"}
    for address in files:
        response = bank.browser().visit(address).response
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in response.headers


def test_a_file_that_did_not_change_is_not_sent_again(bank: Bank, files: set[str]) -> None:
    address = next(address for address in files if address.endswith("app.js"))
    etag = bank.browser().visit(address).response.headers["ETag"]
    again = bank.browser().ask("GET", address, **{"If-None-Match": etag})
    assert (again.status, again.source) == (304, "")


def test_the_address_of_other_content_is_not_found_and_not_kept(bank: Bank, files: set[str]) -> None:
    for address in files:
        name = address.split("/", 3)[3]
        page = bank.browser().visit(f"/static/000000000000/{name}")
        assert page.status == 404
        assert page.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["nada.css", "../app/settings.py", "..%2fapp%2fsettings.py", "%2e%2e/pyproject.toml", "vendor", "\x00"]
)
def test_nothing_outside_the_folder_is_served(bank: Bank, path: str) -> None:
    page = bank.browser().visit(f"/static/000000000000/{path}")
    assert page.status == 404
    assert "class Settings" not in page.source


def test_our_files_name_no_other_host(bank: Bank, files: set[str]) -> None:
    for address in files:
        if "/vendor/" not in address:
            found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", bank.browser().visit(address).source)
            assert set(found) <= {"http://www.w3.org"}, address


def test_every_vendored_file_is_written_down(bank: Bank) -> None:
    folder = ROOT / "static" / "vendor"
    notes = (folder / "README.md").read_text()
    assert all(path.name in notes for path in folder.iterdir() if path.name != "README.md")


# --- reports ---------------------------------------------------------------------------------------------------


REPORT = {"effective-directive": "script-src", "blocked-uri": "https://evil.example/x.js\r\nforged"}


@pytest.mark.parametrize(
    "body", [{"csp-report": REPORT}, [{"type": "csp-violation", "body": REPORT}]], ids=["old kind", "new kind"]
)
def test_a_report_of_a_violated_policy_becomes_one_line_of_the_log(bank: Bank, body: object) -> None:
    assert report(bank.browser(), json.dumps(body)).status == 204
    (line,) = bank.events("csp_violation")
    assert (line["directive"], line["blocked"]) == ("script-src", "elsewhere")
    assert "evil" not in bank.log.getvalue()


@pytest.mark.parametrize("directive", ["frame-src", "worker-src", "font-src", "script-src-elem", "style-src-attr"])
def test_a_directive_that_stands_in_no_policy_of_its_own_is_told_by_name(bank: Bank, directive: str) -> None:
    report(bank.browser(), json.dumps({"csp-report": {"effective-directive": directive}}))
    (line,) = bank.events("csp_violation")
    assert line["directive"] == directive


@pytest.mark.parametrize(
    ("blocked", "told"),
    [
        ("inline", "inline"),
        ("https://clave.banco.example/personas/clave/enlace/x", "here"),
        ("https://clave.banco.example.evil.example/", "elsewhere"),
        ("1020304050", "unknown"),
        (7, "unknown"),
        (None, "unknown"),
    ],
)
def test_of_what_a_policy_blocked_only_the_kind_is_told(bank: Bank, blocked: object, told: str) -> None:
    sent = {"csp-report": {"effective-directive": "1020304050", "blocked-uri": blocked}}
    assert report(bank.browser(), json.dumps(sent)).status == 204
    (line,) = bank.events("csp_violation")
    assert (line["directive"], line["blocked"]) == ("unknown", told)


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "7", '"x"', "[1,null]", '{"csp-report": 7}', "\xff", pytest.param("[" * 16_000, id="deep")],
)
def test_a_strange_report_is_passed_over(bank: Bank, body: str) -> None:
    assert report(bank.browser(), body).status == 204
    assert not bank.events()


def report(browser: Browser, body: str) -> Page:
    """What a browser sends by itself."""
    response = browser.client.post(
        "/csp", data=body.encode("latin-1"), content_type="application/csp-report", base_url=browser.base_url
    )
    return Page(response)


# --- what is kept of a person ------------------------------------------------------------------------------------


def test_the_portal_and_the_steps_are_gone_after_logging_out(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE)
    assert browser.page.response.headers["Cache-Control"] == "no-store"
    browser.submit()
    assert "Alice" not in browser.visit(PORTAL).source


def test_a_form_field_is_never_filled_with_a_secret(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    page = browser.submit(code="000")
    assert page.html.one("input", id="code").attributes.get("value", "") in {"", "000"}
    assert document(ALICE)["id_number"] not in page.source
