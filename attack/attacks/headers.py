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
NOTHING: Final = ("object-src", "base-uri", "frame-ancestors")
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
    policy = dict((f"{part.strip()} ").split(" ", 1) for part in headers.get("Content-Security-Policy", "").split(";"))
    ground.expect(not any("unsafe" in value for value in policy.values()), f"{name}: the CSP allows something unsafe")
    ground.expect("default-src" in policy, f"{name}: the CSP has no default-src")
    ground.expect(all("'none'" in policy.get(part, "") for part in NOTHING), f"{name}: the CSP lacks a 'none'")
    ground.expect(policy.get("form-action", "").strip() == "'self'", f"{name}: the CSP lets forms go elsewhere")
    told = [header for header in CHATTY if re.search(r"\d", headers.get(header, ""))]
    ground.expect(not told, f"{name}: {', '.join(told)} tells a version")
    ground.expect("Access-Control-Allow-Origin" not in headers, f"{name}: other origins may read it")


def _look_at_origins(ground: Ground, name: str, page: Page) -> None:
    ours = f"{ground.target.url}/"
    strange = [url for url in page.loaded() if not str(page.response.url.join(url)).startswith(ours)]
    ground.expect(not strange, f"{name}: the page loads from, or sends to, {strange[:1]}")
    inline = [script for script in page.html.all("script") if not script.get("src")]
    handlers = [part for part in page.html.all() if any(word.startswith("on") for word in part.attributes)]
    ground.expect(not inline and not handlers, f"{name}: there is script in the page itself")
