"""S13, S14, S15: what every answer, errors too, tells the browser to refuse; nothing from elsewhere; no versions.

One answer of every address and of every kind of error is looked at, as page and as fragment.
"""

import re
from collections.abc import Iterator
from typing import Final

from attack.ground import Ground
from attack.html import Page
from attack.target import LOG_IN, MAILBOX, PORTAL, RECOVERY

PAGES: Final = (
    "/", LOG_IN, RECOVERY, PORTAL, f"{RECOVERY}/enlace/made-up", "/demo/buzon", MAILBOX, "/healthz", "/readyz",
    "/nowhere",
)  # fmt: skip
AS_THEY_MUST_BE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ".+",
    "Cache-Control": ".*no-store.*",
    "Vary": ".*HX-Request.*",
}
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "form-action": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FETCHED: Final = re.compile(r".*-src(-elem|-attr)?|form-action|base-uri|frame-ancestors")
CHATTY: Final = ("Server", "X-Powered-By", "Via", "X-Runtime", "X-AspNet-Version")
TOO_LONG: Final = b"x=" + b"a" * 2**17


def run(ground: Ground) -> None:
    """Look at all of them."""
    for name, page in _answers(ground):
        _look_at_headers(ground, name, page)
        _look_at_origins(ground, name, page)


def _answers(ground: Ground) -> Iterator[tuple[str, Page]]:
    for as_fragment in ({}, {"HX-Request": "true"}):
        browser, kind = ground.browser(), "fragment" if as_fragment else "page"
        for address in PAGES:
            yield f"GET {address} ({kind})", ground.browser().fetch("GET", address, headers=as_fragment)
        form = browser.visit(RECOVERY).form("Continuar")
        yield f"a form error ({kind})", browser.fetch("POST", RECOVERY, form.hidden, as_fragment)
        yield f"a POST without token ({kind})", browser.fetch("POST", RECOVERY, {}, as_fragment)
        yield (
            f"a POST from elsewhere ({kind})",
            browser.fetch("POST", RECOVERY, form.hidden, as_fragment | {"Sec-Fetch-Site": "cross-site"}),
        )
        yield f"PUT ({kind})", browser.fetch("PUT", RECOVERY, {}, as_fragment)
        yield (
            f"a body too long ({kind})",
            browser.fetch(
                "POST", RECOVERY, TOO_LONG, as_fragment | {"Content-Type": "application/x-www-form-urlencoded"}
            ),
        )


def _look_at_headers(ground: Ground, name: str, page: Page) -> None:
    headers = page.response.headers
    for header, pattern in AS_THEY_MUST_BE.items():
        ground.expect(bool(re.fullmatch(pattern, headers.get(header, ""))), f"{name}: {header} is not as it must be")
    if ground.target.url.startswith("https"):
        ground.expect("max-age" in headers.get("Strict-Transport-Security", ""), f"{name}: no HSTS")
    _look_at_policy(ground, name, headers.get("Content-Security-Policy", ""))
    told = [header for header in CHATTY if re.search(r"\d", headers.get(header, ""))]
    ground.expect(not told, f"{name}: {', '.join(told)} tells a version")
    ground.expect("Access-Control-Allow-Origin" not in headers, f"{name}: other origins may read it")


def _look_at_policy(ground: Ground, name: str, header: str) -> None:
    parts = [part.split() for part in header.split(";") if part.strip()]
    policy = {directive: " ".join(sources) for directive, *sources in parts}
    for directive, allowed in POLICY.items():
        told = policy.get(directive, "nothing")
        ground.expect(told == allowed, f"{name}: the CSP says {told} for {directive}, not {allowed}")
    wide = [part for part, allowed in policy.items() if FETCHED.fullmatch(part) and allowed not in {"'none'", "'self'"}]
    ground.expect(not wide, f"{name}: the CSP opens {', '.join(wide)} to more than this service")


def _look_at_origins(ground: Ground, name: str, page: Page) -> None:
    ours = f"{ground.target.url}/"
    strange = [url for url in page.loaded() if not str(page.response.url.join(url)).startswith(ours)]
    ground.expect(not strange, f"{name}: the page loads from, or sends to, {strange[:1]}")
    inline = [script for script in page.html.all("script") if not script.get("src")]
    handlers = [part for part in page.html.all() if any(word.startswith("on") for word in part.attributes)]
    ground.expect(not inline and not handlers, f"{name}: there is script in the page itself")
