"""S14, S16, S17: hostile text in every field, header and address: no server error, nothing drawn unescaped.

Made from a seed that is told, so that what was found can be found again; then requests that are no good HTTP.
"""

import random
from collections.abc import Callable
from typing import Any, Final

import httpx

from attack.ground import Ground
from attack.hostile import HEADERS, MARK, SCRIPT, TYPES, text
from attack.html import NoSuchForm
from attack.target import LOG_IN, RECOVERY, Browser

FAILED: Final = frozenset({500, 502, 503, 504})
BAD_HTTP: Final = (
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"POST /personas HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"POST /personas HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /personas HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /personas HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /personas HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /personas/clave/enlace/\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET http://evil.example/personas HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nCookie: clave=\x01\x02\xff\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \xff\xff\r\nConnection: close\r\n\r\n",
    b"GET /?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
)

Shot = Callable[[random.Random, Browser], object]


def run(ground: Ground) -> None:
    """As many hostile requests as the size of the run says, then bad HTTP, then one honest look."""
    chance = random.Random(ground.size.seed)  # noqa: S311 - to be repeated, not to be secret
    shots: tuple[Shot, ...] = (_log_in, _identify, _hidden, _header, _address, _body)
    browser = ground.browser()
    for number in range(ground.size.fuzz):
        if number % 25 == 0:
            browser = ground.browser()
        _shoot(ground, chance, shots[number % len(shots)], browser)
    for request in BAD_HTTP if ground.target.url.startswith("http:") else ():
        status = ground.target.raw(request).partition(b" ")[2][:3].decode("latin-1")
        ground.expect(status not in map(str, FAILED), f"bad HTTP {request[:60]!r} is answered with {status}")
    ground.note(f"seed {ground.size.seed}")
    honest = ground.browser().visit(RECOVERY)
    ground.expect(honest.step == "identify", "an honest browser is not served after all this")


def _shoot(ground: Ground, chance: random.Random, shot: Shot, browser: Browser) -> None:
    browser.headers["X-Forwarded-For"] = ground.target.address()
    what = (shot.__doc__ or "").rstrip(".")
    before = len(browser.seen)
    try:
        shot(chance, browser)
    except (httpx.LocalProtocolError, UnicodeEncodeError, httpx.InvalidURL, NoSuchForm):
        pass  # no client can send it, or no page was drawn to send it from
    except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
        pass  # the server need not read to the end what is too long; that it lives is seen at the end
    for page in browser.seen[before:]:
        _look(ground, what, page.response)


def _look(ground: Ground, what: str, response: httpx.Response) -> None:
    sent = response.request
    case = f"{sent.method} {str(sent.url)[:120]} {sent.content[:160]!r}"
    ground.expect(response.status_code not in FAILED, f"{what}: {response.status_code} for {case}")
    drawn = "html" in response.headers.get("Content-Type", "") and any(mark in response.text for mark in (MARK, SCRIPT))
    ground.expect(not drawn, f"{what}: drawn unescaped, {case}")
    ground.expect("zq=1" not in response.headers.get("Set-Cookie", ""), f"{what}: a header is split, {case}")


def _log_in(chance: random.Random, browser: Browser) -> object:
    """Fields of the log-in."""
    form = browser.visit(LOG_IN).form("Ingresar")
    fields = {label: text(chance) if chance.random() < 0.7 else "CC" for label in form.fields}
    return browser.fetch("POST", form.action, form.fill(fields))


def _identify(chance: random.Random, browser: Browser) -> object:
    """Fields of the first step."""
    form = _first_form(browser)
    fields = list(form.fill({label: text(chance) for label in form.fields}).items())
    if chance.random() < 0.5:
        fields += [(name, text(chance)) for name, _ in chance.sample(fields, len(fields))]
    return browser.fetch("POST", form.action, fields)


def _hidden(chance: random.Random, browser: Browser) -> object:
    """What a form sends by itself, and names that it does not have."""
    form = _first_form(browser)
    fields = form.hidden | {chance.choice(list(form.hidden)): text(chance), text(chance): text(chance)}
    return browser.fetch("POST", form.action, fields)


def _header(chance: random.Random, browser: Browser) -> object:
    """A header."""
    value = text(chance).encode("utf-8", "replace").decode("latin-1")
    value = "".join(char for char in value if char not in "\r\n\x00").strip()
    method = chance.choice(("GET", "POST", "HEAD"))
    return browser.fetch(method, chance.choice((RECOVERY, LOG_IN)), headers=_as_bytes(chance.choice(HEADERS), value))


def _as_bytes(name: str, value: str) -> Any:
    return {name.encode(): value.encode("latin-1")[:4000]}


def _address(chance: random.Random, browser: Browser) -> object:
    """An address."""
    tail = str(httpx.QueryParams({"q": text(chance)}))[2:][:2000]
    paths = (
        f"{RECOVERY}/enlace/{tail}",
        f"/{tail}",
        f"{RECOVERY}?{tail}",
        f"/static/{tail}",
        f"{RECOVERY}/no-fui-yo/{tail}",
    )
    return browser.fetch("GET", chance.choice(paths))


def _body(chance: random.Random, browser: Browser) -> object:
    """A body of another kind than its type."""
    made = text(chance).encode("utf-8", "replace")
    body = made * (2**20 // (len(made) + 1)) if chance.random() < 0.1 else made
    part = (
        b'--zq\r\nContent-Disposition: form-data; name="step"; filename="'
        + made[:50]
        + b'"\r\n\r\n'
        + body
        + b"\r\n--zq--"
    )
    sent = chance.choice(
        (body, part, b"&" * 5000, b"a=1&" * 3000, b'{"step":["identify"]}', b"\xff\xfe=\xff", b"%=%&=&%zz")
    )
    kind = chance.choice((*TYPES, "application/x-www-form-urlencoded"))
    return browser.fetch("POST", chance.choice((RECOVERY, LOG_IN)), sent, _as_bytes("Content-Type", kind))


def _first_form(browser: Browser) -> Any:
    page = browser.visit(RECOVERY)
    if page.step != "identify":
        browser.take({})
        page = browser.visit(RECOVERY)
    return page.form("Continuar")
