"""Signed tokens of messages: each can do one thing for one customer, so none is kept anywhere."""

import hashlib
from datetime import timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from app.domain.alarm import ALARM_VALID
from app.domain.proofs import KeySource

SHA256: Final = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
RESERVE_VALID: Final = timedelta(hours=24)


def _signer(keys: KeySource, purpose: str) -> URLSafeTimedSerializer:
    """HMAC-SHA256; the library's own choice is SHA-1 (ASVS 5.0 V9.1.2, V11.4.1)."""
    return URLSafeTimedSerializer(keys.of(purpose), salt=purpose, signer_kwargs=SHA256)


def _read(keys: KeySource, purpose: str, token: str, valid: timedelta) -> Any:
    try:
        return _signer(keys, purpose).loads(token, max_age=int(valid.total_seconds()))
    except BadData:
        return None


def sign_alarm(keys: KeySource, customer_id: int, recovery_id: str) -> str:
    """A token of «it was not me»: it can freeze the password."""
    return str(_signer(keys, "alarm").dumps([customer_id, recovery_id]))


def read_alarm(keys: KeySource, token: str) -> tuple[int, str] | None:
    """The customer and the recovery of a token; None if it is forged or older than `ALARM_VALID`."""
    read = _read(keys, "alarm", token, ALARM_VALID)
    return (int(read[0]), str(read[1])) if read else None


def sign_reserve(keys: KeySource, customer_id: int) -> str:
    """A token of the last link of a day: it can ask for another one when strangers used up the day's."""
    return str(_signer(keys, "reserve").dumps(customer_id))


def read_reserve(keys: KeySource, token: str) -> int | None:
    """The customer of a token; None if it is forged or older than `RESERVE_VALID`."""
    read = _read(keys, "reserve", token, RESERVE_VALID)
    return None if read is None else int(read)
