"""The token that every POST must bring, under another mask in every answer.

The length of a compressed page tells whether a guess beside the token is like it (BREACH). A mask that is used once
leaves nothing of the token that could be guessed bit by bit: docs/decisions/0030-compression.md.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from app.services import services

SEED_BYTES: Final = 16
WITHOUT_FORMS: Final = frozenset({"health.alive", "health.ready", "assets.asset"})
UNREADABLE: Final = "unreadable"


class MaskedCSRFProtect(CSRFProtect):
    """Flask-WTF's protection; it meets the token only without its mask."""

    def init_app(self, app: Flask) -> None:
        """Protect every POST of the application, and give templates the masked `csrf_token`."""
        app.before_request(_take_key)
        super().init_app(app)
        app.context_processor(lambda: {"csrf_token": masked_token})
        app.jinja_env.globals["csrf_token"] = masked_token

    def _get_csrf_token(self) -> str | None:
        found = super()._get_csrf_token()
        return found and unmask(found)


def _take_key() -> None:
    """Sign with a key of the database, which outlives `SECRET_KEY`."""
    if request.endpoint not in WITHOUT_FORMS:
        current_app.config["WTF_CSRF_SECRET_KEY"] = services().rules.keys.of("csrf")


def masked_token() -> str:
    """The token of this session; the same one for all forms of one answer."""
    if "masked_csrf_token" not in g:
        g.masked_csrf_token = mask(generate_csrf())
    return str(g.masked_csrf_token)


def mask(token: str) -> str:
    """A random seed, and the token under the mask that grows from it."""
    seed = secrets.token_bytes(SEED_BYTES)
    return urlsafe_b64encode(seed + _masked(token.encode(), seed)).decode()


def unmask(masked: str) -> str:
    """The token under the mask; something that Flask-WTF refuses where there is none."""
    try:
        both = urlsafe_b64decode(masked)
        return _masked(both[SEED_BYTES:], both[:SEED_BYTES]).decode("ascii")
    except ValueError:
        return UNREADABLE


def _masked(text: bytes, seed: bytes) -> bytes:
    """Masks, and masks again to the text as it was."""
    pad = hashlib.shake_256(seed).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, pad, strict=True))
