"""What is sent: every field, header, method and address with hostile text, one by one and then at random."""

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final
from urllib.parse import quote_from_bytes, urlencode

from app import LARGEST_FORM
from attack.hostile import HEADERS, MARK, PIECES, TYPES, text
from tests.integration.bank import Bank
from tests.integration.browser import RECOVERY

from .stands import Stand, stands

BRAND: Final = "zqxkqzqx"
"""Stands in all hostile text but for short pieces of it, and in nothing that is ours."""
METHODS: Final = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "zq")
FORM: Final = "application/x-www-form-urlencoded"
REPEATED: Final = (
    "1", " ", ". ", "-", "a", "A1@", "aA", "(", "<", "é", "e\u0301", "\u0301", "\u200b", "\u00ad", "İ", "ﷺ", "\x00",
    "1 ", "password", "20", "qwerty", "0O", "@$430157", MARK, "\u1100\u1161\u11a8", "\U0001f469", "%", "\\", "&#",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One hostile request, and what it tries."""

    what: str
    stand: Stand
    method: str = "POST"
    path: bytes = RECOVERY.encode()
    query: str = ""
    body: bytes = b""
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)

    def environ(self, number: int) -> dict[str, Any]:
        """As a WSGI server hands it on."""
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        given = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.decode("latin-1"),
            "QUERY_STRING": self.query,
            "CONTENT_TYPE": self.kind,
            "CONTENT_LENGTH": str(len(self.body)),
            "SERVER_NAME": "clave.banco.example",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "clave.banco.example",
            "HTTP_COOKIE": self.stand.cookie,
            "HTTP_X_FORWARDED_FOR": f"198.18.{number // 250 % 250}.{number % 250}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | named
        if "HTTP_TRANSFER_ENCODING" in given:
            given |= {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        return given

    def __str__(self) -> str:
        sent = self.body[:60] or self.headers or self.query[:60]
        return f"{self.what} at {self.stand.name}: {self.method} {self.path[:60]!r} {self.kind[:40]!r} {sent!r}"[:300]


class Shots:
    """Draws hostile requests for one bank from a seed."""

    def __init__(self, bank: Bank, seed: int) -> None:
        self.stands = list(stands(bank))
        self.addresses = sorted({rule.rule for rule in bank.app.url_map.iter_rules()})
        self.chance = Random(seed)

    def everything(self) -> Iterator[Request]:
        """All that is to be tried one by one, then at random without end."""
        yield from self.one_by_one()
        yield from self.at_random()

    def one_by_one(self) -> Iterator[Request]:
        """Each method and header at each address, each field at its longest and with each piece."""
        yield from self.every_method_at_every_address()
        yield from self.every_header_at_every_address()
        yield from self.every_field_at_its_longest()
        yield from self.every_piece_in_every_field()

    def every_field_at_its_longest(self) -> Iterator[Request]:
        """Each field of each form, filled up to the limit of a form with each thing that might take long."""
        for stand in self.stands:
            for name in stand.fields:
                rest = len(_form({**stand.fields, name: ""})) + 1
                for piece in REPEATED:
                    raw = piece.encode()
                    value = raw * ((LARGEST_FORM - rest) // len(raw))
                    body = _form({key: kept for key, kept in stand.fields.items() if key != name})
                    body += b"&" + name.encode() + b"=" + value.replace(b"%", b"_").replace(b"&", b"_")
                    yield Request(
                        f"as much as fits of {piece!r} in {name}", stand, path=stand.action.encode(), body=body
                    )

    def every_piece_in_every_field(self) -> Iterator[Request]:
        """Each piece of hostile text in each field of each form."""
        for stand in self.stands:
            for name in stand.fields:
                for piece in PIECES:
                    for value in (piece, f"{piece}{BRAND}"):
                        body = _form({**stand.fields, name: value})
                        yield Request(f"{piece[:20]!r} in {name}", stand, path=stand.action.encode(), body=body)

    def every_header_at_every_address(self) -> Iterator[Request]:
        """Each header with hostile text, at each address, with each method that might be meant."""
        for address in self.addresses:
            for name in (*HEADERS, "Content-Type"):
                for method in ("GET", "POST"):
                    yield self._with_header(method, self._fill(address), name)

    def every_method_at_every_address(self) -> Iterator[Request]:
        """Each method, also such as there are not, at each address."""
        for address in self.addresses:
            for method in METHODS:
                yield Request("a method", self.chance.choice(self.stands), method, self._fill(address))

    def at_random(self) -> Iterator[Request]:
        """All kinds of hostile request in turn, without end."""
        kinds: tuple[Callable[[], Request], ...] = (
            self._fields, self._fields, self._many, self._header, self._address, self._body, self._parts, self._cookie,
        )  # fmt: skip
        while True:
            for kind in kinds:
                yield kind()

    def _stand(self) -> Stand:
        return self.chance.choice(self.stands)

    def _text(self) -> str:
        made = text(self.chance)
        return made if self.chance.random() < 0.3 else f"{made}{BRAND}{self.chance.choice(PIECES)}"

    def _fill(self, address: str) -> bytes:
        """An address with hostile text where something is to be named."""
        filled = "".join(
            self._text() if part.startswith("<") else part
            for part in address.replace("<", "\x01<").replace(">", ">\x01").split("\x01")
        )
        return filled.encode()[:3000]

    def _fields(self) -> Request:
        """Fields of a form: hostile, missing, twice, unknown."""
        stand, chance = self._stand(), self.chance
        pairs = []
        for name, value in stand.fields.items():
            draw = chance.random()
            kept = value if name == "csrf_token" and draw < 0.9 else self._text() if draw < 0.5 else value
            pairs += [(name, kept)] * chance.choice((0, 1, 1, 1, 1, 1, 1, 2))
        pairs += [(self._text(), self._text()) for _ in range(chance.randint(0, 2))]
        return Request("fields", stand, path=stand.action.encode(), body=_form(pairs))

    def _many(self) -> Request:
        """Thousands of fields, or one field thousands of times."""
        stand = self._stand()
        name = self.chance.choice((*stand.fields, "", "a", "a[]", "__proto__"))
        body = _form(stand.fields) + f"&{name}=1".encode() * (LARGEST_FORM // (len(name) + 3))
        return Request("thousands of fields", stand, path=stand.action.encode(), body=body[:LARGEST_FORM])

    def _header(self) -> Request:
        return self._with_header(self.chance.choice(METHODS), self._fill(self.chance.choice(self.addresses)))

    def _with_header(self, method: str, path: bytes, name: str = "") -> Request:
        """A header; gunicorn lets no CR, LF and NUL through."""
        name = name or self.chance.choice((*HEADERS, f"X-{BRAND}-{'a' * self.chance.randint(1, 7000)}"))
        value = self._text() * self.chance.choice((1, 1, 1, 20))
        plain = value.encode().decode("latin-1")[:8000].translate({ord(char): None for char in "\r\n\0"})
        stand = self._stand()
        if name == "Content-Type":
            return Request("a header", stand, method, path, kind=plain, body=_form(stand.fields))
        return Request("a header", stand, method, path, headers={name: plain}, body=_form(stand.fields))

    def _address(self) -> Request:
        """An address and its query."""
        made = self._text().encode()
        tails = (made, b"/" + made, b"//" + made, b"\xff\xfe\xed\xa0\x80", b"/%2e%2e/" + made, b";" + made)
        path = self._fill(self.chance.choice(self.addresses)) + self.chance.choice(tails)
        query = self.chance.choice((quote_from_bytes(made), made.decode("latin-1"), "%", "%zz=%&&&==", "a&" * 3000))
        return Request("an address", self._stand(), self.chance.choice(METHODS), path[:4000], query[:4000])

    def _body(self) -> Request:
        """A body that is not what its type says."""
        stand, made = self._stand(), self._text().encode()
        bodies = (
            made, made * (2**21 // (len(made) + 1)), b"\xff\xfe=\xff", b"%=%&=&%zz", b"&" * 16_000, b"[" * 16_000,
            json.dumps({name: [value] for name, value in stand.fields.items()}).encode(), b'{"a":' * 3000,
            b"9" * 16_000, gzip.compress(_form(stand.fields)), b'{"to": 1, "text": [], "id": {}}', b'["csp-report"]',
            json.dumps({"to": made.decode(), "text": made.decode(), "id": made.decode()}).encode(),
            json.dumps([{"body": {"blockedURL": made.decode(), "effectiveDirective": [made.decode()]}}] * 9).encode(),
        )  # fmt: skip
        kind = self.chance.choice((*TYPES, FORM, "application/json"))
        path = self.chance.choice((stand.action.encode(), *(self._fill(address) for address in self.addresses)))
        headers = self.chance.choice(({}, {}, {"Content-Encoding": "gzip"}, {"Transfer-Encoding": "chunked"}))
        method, body = self.chance.choice(("POST", "POST", "GET", "PUT")), self.chance.choice(bodies)
        return Request("a body", stand, method, path, body=body, kind=kind, headers=headers)

    def _parts(self) -> Request:
        """A form in parts: files where text should be, wrong boundaries, headers without end."""
        stand, chance = self._stand(), self.chance
        boundary = b"zq" if chance.random() < 0.8 else self._text().encode()[:70]
        parts = []
        for name, value in stand.fields.items():
            hostile = self._text() if chance.random() < 0.5 and name != "csrf_token" else value
            more = chance.choice(("", '; filename="../x"', "; filename*=utf-8''%ff", f'; filename="{BRAND}'))
            extra = chance.choice(("", "Content-Type: text/html\r\n", "Content-Encoding: gzip\r\n", "X: y\r\n" * 500))
            head = f'--zq\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{extra}\r\n'
            parts.append(f"{head}{hostile}\r\n".encode())
        if chance.random() < 0.1:
            parts *= 300
        end = chance.choice((b"--zq--", b"--zq--\r\n", b"", b"\r\n" * 8000, b"--zq" * 4000, b"\r" * 16_000))
        body = (b"".join(parts) + end)[: LARGEST_FORM + chance.choice((0, 0, 10))]
        kind = b"multipart/form-data; boundary=" + boundary
        return Request("parts", stand, path=stand.action.encode(), body=body, kind=kind.decode("latin-1"))

    def _cookie(self) -> Request:
        """Cookies."""
        stand, made = self._stand(), self._text().encode().decode("latin-1")
        name = stand.cookie.partition("=")[0]
        cookies = (
            f"{name}={made}", f"{stand.cookie}; {stand.cookie}x", f"{name}", f"{stand.cookie}{made}", "=;=;" * 2000,
            f'{name}="{made}"', f"{made}={made}; {stand.cookie}", f"{name}=" + "a" * 8000, f"{name}=\\377\\000",
        )  # fmt: skip
        cookie = self.chance.choice(cookies).translate({ord(char): None for char in "\r\n\0"})
        method = self.chance.choice(("GET", "POST"))
        path = stand.action.encode() if method == "POST" else self._fill(self.chance.choice(self.addresses))
        return Request("cookies", replace(stand, cookie=cookie), method, path, body=_form(stand.fields))


def _form(fields: Any) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()
