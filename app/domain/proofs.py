"""Link, code and the keyed names: what is secret, and what may stand in a table instead."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.documents import IdentityDocument

CODE_DIGITS: Final = 6
_NOT_A_DIGIT = re.compile(r"[\s.\-]+")


class KeySource(Protocol):
    """Keys for separate purposes."""

    def of(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose; learning one tells nothing of the others."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys for separate purposes, all derived from one secret (HKDF-expand by HMAC-SHA256)."""

    secret: bytes

    def of(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose; learning one tells nothing of the others."""
        return hmac.digest(self.secret, b"nueva-clave/1/" + purpose.encode(), "sha256")

    def __repr__(self) -> str:
        return "Keys(…)"


def document_key(document: IdentityDocument, keys: KeySource) -> str:
    """The keyed name of a document: what limits, requests and logs carry instead of the number (S2, S17)."""
    digest = hmac.digest(keys.of("document"), f"{document.type}|{document.number}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def address_key(address: str, keys: KeySource) -> str:
    """The keyed name of an e-mail address or mobile, for counting what is sent there (S17)."""
    digest = hmac.digest(keys.of("address"), address.casefold().encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def new_token() -> str:
    """A session's or a ticket's token: 256 random bits, URL-safe (ASVS 5.0 V11.5.1)."""
    return secrets.token_urlsafe(32)


def link_token(notice_id: str, keys: KeySource) -> str:
    """The token of a message's link: 256 bits, URL-safe (ASVS 5.0 V11.5.1).

    A keyed function (HMAC-SHA256) of the message's id, as a code is of its nonce: a message that is sent again brings
    the same link, and neither table, queue nor log holds it.
    """
    digest = hmac.digest(keys.of("link"), notice_id.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is kept of a token; it has full entropy, so a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_nonce() -> str:
    """256 random bits from which, with the key, one code comes."""
    return secrets.token_urlsafe(32)


def code(nonce: str, keys: KeySource) -> str:
    """The six digits of a nonce, as text.

    A keyed function of random bits (HMAC-SHA256, 64 bits reduced to 10⁶: a bias below 10⁻¹³): nobody without
    the key can tell it from random, no table, queue or log holds it, and sending twice after a crash sends
    the same value twice.
    """
    return _digits(nonce, keys.of("code"))


def matching_number(nonce: str, keys: KeySource) -> str:
    """The six digits that one browser shows and the other takes; no code, though made like one."""
    return _digits(nonce, keys.of("number"))


def _digits(nonce: str, key: bytes) -> str:
    number = int.from_bytes(hmac.digest(key, nonce.encode(), "sha256")[:8])
    return str(number % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def canonical_code(typed: str) -> str:
    """What a customer typed without spaces, dots and hyphens; still text, so leading zeros count (S8)."""
    return _NOT_A_DIGIT.sub("", typed)


def code_matches(typed: str, nonce: str, keys: KeySource) -> bool:
    """Whether the typed code is the one of this nonce, compared in constant time."""
    return hmac.compare_digest(canonical_code(typed).encode(), code(nonce, keys).encode())


def number_matches(typed: str, nonce: str | None, keys: KeySource) -> bool:
    """Whether the typed number is the one of this nonce; without a nonce the work is the same, and nothing is."""
    same = hmac.compare_digest(canonical_code(typed).encode(), matching_number(nonce or "", keys).encode())
    return same and nonce is not None
