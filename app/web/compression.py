"""The shortest form of an answer that the browser takes (RFC 9110, 8.4 and 12.5.3).

Why pages may be compressed at all: docs/decisions/0030-compression.md.
"""

import gzip
from typing import Final, NamedTuple

import brotli
from flask import Flask, Response, request
from werkzeug.datastructures import Accept

ENCODINGS: Final = ("br", "gzip")


class Effort(NamedTuple):
    """How hard each encoder tries: 0 to 11, 0 to 9."""

    brotli: int
    gzip: int


ONCE: Final = Effort(brotli=11, gzip=9)
EVERY_TIME: Final = Effort(brotli=5, gzip=6)


def encoding_for(accepted: Accept) -> str | None:
    """The encoding that `Accept-Encoding` likes best, ours first among equals; None for the content as it is."""
    refused = {name for name, quality in accepted if not quality}
    best = accepted.best_match([name for name in (*ENCODINGS, "identity") if name not in refused])
    return best if best in ENCODINGS else None


def encode(content: bytes, encoding: str, effort: Effort) -> bytes:
    """The content in one of `ENCODINGS`."""
    if encoding == "br":
        return bytes(brotli.compress(content, quality=effort.brotli))
    return gzip.compress(content, effort.gzip, mtime=0)


def install(app: Flask) -> None:
    """Compress every page and fragment."""
    app.after_request(_compress_page)


def _compress_page(response: Response) -> Response:
    encoding = encoding_for(request.accept_encodings)
    if encoding and response.mimetype == "text/html" and response.get_data():
        response.set_data(encode(response.get_data(), encoding, EVERY_TIME))
        response.headers["Content-Encoding"] = encoding
    return response
