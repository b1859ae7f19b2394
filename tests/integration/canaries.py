"""Values that nobody else has, and a search for them in every guise in which one could stand somewhere unseen."""

import base64
import hashlib
import html
import json
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

_TIME = re.compile(rb"\d\d:\d\d:\d\d[.,]\d+")
_SHORT = 8


@dataclass(frozen=True)
class Canary:
    """One value that must not be found, and what it is. A plain hash of a `random` one (256 bits) tells nothing."""

    name: str
    value: str
    random: bool = False

    def found_in(self, haystack: "Haystack | bytes") -> list[str]:
        """The guises in which it stands in some bytes."""
        place = haystack if isinstance(haystack, Haystack) else Haystack(haystack)
        return [guise for guise, form in self._forms if place.has(form, exact=guise.startswith("base64"))]

    @cached_property
    def _forms(self) -> list[tuple[str, bytes]]:
        return [*guises(self.value), *([] if self.random else hashes(self.value))]


class Haystack:
    """Bytes to be searched: without times, whose fractions have six digits as a code has."""

    def __init__(self, content: bytes) -> None:
        self._told = _TIME.sub(b"", content)
        self._lower = self._told.lower()

    def has(self, form: bytes, *, exact: bool) -> bool:
        """Whether something stands there; what is short must be a word of its own, not part of a longer token."""
        if exact:
            return form in self._told
        if (found := form.lower() in self._lower) and len(form) < _SHORT:
            word = rb"(?<![0-9a-z_-])" + re.escape(form.lower()) + rb"(?![0-9a-z_-])"
            return re.search(word, self._lower) is not None
        return found


def guises(value: str) -> Iterator[tuple[str, bytes]]:
    """A value as it is, and as machines write it: quoted, encoded, grouped, or backwards."""
    raw = value.encode()
    yield "as it is", raw
    yield "backwards", value[::-1].encode()
    yield "latin-1", value.encode("latin-1", "replace")
    yield "UTF-16", value.encode("utf-16-le")
    yield "UTF-32", value.encode("utf-32-le")
    yield "as JSON", json.dumps(value)[1:-1].encode()
    yield "in Python", ascii(value)[1:-1].encode()
    yield "as HTML", html.escape(value).encode()
    yield "in numbers of HTML", "".join(f"&#{ord(char)};" for char in value).encode()
    yield "in a URL", quote(value, safe="").encode()
    yield "in a form", quote_plus(value).encode()
    yield "percent by percent", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "quoted-printable", quopri.encodestring(raw).rstrip()
    yield "hexadecimal", raw.hex().encode()
    yield from _base64(raw)
    yield from _grouped(value)


def hashes(value: str) -> Iterator[tuple[str, bytes]]:
    """A value hashed without a key: a six-digit code or a document is found by trying them all."""
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, value.encode()).digest()
        yield name, digest
        yield f"{name} in hexadecimal", digest.hex().encode()
        yield f"base64 of {name}", base64.b64encode(digest).rstrip(b"=")
        yield f"base64 of {name} for URLs", base64.urlsafe_b64encode(digest).rstrip(b"=")


def _base64(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """What stays of it wherever it begins in a longer text."""
    for before in range(3):
        first, last = -(-before * 4 // 3), (before + len(raw)) * 4 // 3
        for name, encode in (("base64", base64.b64encode), ("base64 for URLs", base64.urlsafe_b64encode)):
            yield f"{name}, {before} along", encode(b"\0" * before + raw)[first:last]


def _grouped(value: str) -> Iterator[tuple[str, bytes]]:
    """A number as people write it: 1.020.304.050, 1020-3040-50, 300 123 4567."""
    if not (digits := value.lstrip("+")).isdecimal():
        return
    thousands = f"{int(digits):,}"
    for mark in ",. '_":
        yield f"in thousands by {mark!r}", thousands.replace(",", mark).encode()
    for size in (2, 3, 4):
        for mark in " -.":
            groups = [digits[at : at + size] for at in range(0, len(digits), size)]
            yield f"in groups of {size} by {mark!r}", mark.join(groups).encode()
