"""S14: no form of another site, no other method and no override moves anything.

Each forged request is followed by a look at where the browser stands; the honest request comes last and must work.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import httpx

from attack.ground import Ground, is_in
from attack.html import Form
from attack.people import Kind
from attack.target import LOG_IN, PORTAL, RECOVERY, Browser

ELSEWHERE: Final = (
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "HX-Request": "true"},
)
OVERRIDES: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
ADDRESSES: Final = ("/", LOG_IN, RECOVERY, PORTAL, f"{RECOVERY}/enlace/made-up", "/healthz")


def run(ground: Ground) -> None:
    """Forge the first step, the log-in, and every method."""
    _first_step(ground)
    _methods(ground)
    _log_in(ground)


def _first_step(ground: Ground) -> None:
    """Each forgery in a browser of its own, so that one that works does not hide the next."""
    document, foreign = ground.people.take().document, _another_token(ground)
    number, cases = 0, 1
    while number < cases:
        browser = ground.browser()
        form = browser.visit(RECOVERY).form("Continuar")
        forged = list(_forged(form, form.fill(document), foreign))
        what, method, sent, headers = forged[number]
        query = f"?{httpx.QueryParams(sent)}" if method == "GET" else ""
        answer = browser.fetch(method, form.action + query, None if query else sent, headers)
        ground.expect(answer.status < 500, f"{what}: answered with {answer.status}")
        ground.expect(browser.step() == "identify", f"{what}: was taken as a step")
        number, cases = number + 1, len(forged)
    honest = ground.browser()
    honest.visit(RECOVERY)
    ground.expect(honest.submit("Continuar", document).step == "link_sent", "the honest form was refused")


def _forged(
    form: Form, fields: dict[str, str], foreign: dict[str, str]
) -> Iterator[tuple[str, str, dict[str, str], Mapping[str, str]]]:
    tokens = {name: value for name, value in form.hidden.items() if len(value) >= 32}
    plain = {name: value for name, value in fields.items() if name not in tokens}
    yield "a POST without token", "POST", plain, {}
    yield "a POST with an empty token", "POST", plain | dict.fromkeys(tokens, ""), {}
    yield "a POST with a shortened token", "POST", plain | {name: text[:-1] for name, text in tokens.items()}, {}
    yield "a POST with another session's token", "POST", fields | foreign, {}
    for headers in ELSEWHERE:
        yield f"a POST with {headers}", "POST", fields, headers
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        yield method, method, fields, {}
        for header in OVERRIDES:
            yield f"{method} with {header}: POST", method, fields, {header: "POST"}
    yield "a GET with the form in its address", "GET", fields, {}
    yield "a GET with _method=POST", "GET", fields | {"_method": "POST"}, {"X-HTTP-Method-Override": "POST"}


def _another_token(ground: Ground) -> dict[str, str]:
    other = ground.browser().visit(RECOVERY).form("Continuar")
    return {name: value for name, value in other.hidden.items() if len(value) >= 32}


def _methods(ground: Ground) -> None:
    browser = ground.browser()
    for address in ADDRESSES:
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECTED", "PROPFIND"):
            answer = browser.fetch(method, address, headers={"X-Marker": "zq-echo-zq"})
            ground.expect(400 <= answer.status < 500 or answer.status == 501, f"{method} {address}: {answer.status}")
            ground.expect("zq-echo-zq" not in answer.response.text, f"{method} {address} echoes headers")
        options = browser.fetch("OPTIONS", address, headers={"Origin": "https://evil.example"}).response
        granted = [name for name in options.headers if name.startswith("access-control-")]
        ground.expect(not granted, f"OPTIONS {address} grants {granted} to another origin")


def _log_in(ground: Ground) -> None:
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    browser = ground.browser()
    form = browser.visit(LOG_IN).form("Ingresar")
    fields = form.fill(victim.document | {"Contraseña": victim.password or ""})
    without = {name: value for name, value in fields.items() if name not in form.hidden}
    _refused(ground, browser, form, without, {}, "a log-in without token")
    for headers in ELSEWHERE:
        _refused(ground, browser, form, fields, headers, f"a log-in with {headers}")
    browser.send(form, fields)
    ground.expect(is_in(browser), "the honest log-in was refused")


def _refused(
    ground: Ground, browser: Browser, form: Form, fields: dict[str, str], headers: dict[str, str], what: str
) -> None:
    browser.fetch("POST", form.action, fields, headers)
    ground.expect(not is_in(browser), f"{what} opened the portal")
