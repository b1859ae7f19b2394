"""Signed tokens of the «it was not me» links: they can only freeze, so none is kept anywhere."""

from datetime import timedelta
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

from app.domain.proofs import KeySource

VALID: Final = timedelta(days=7)


def _signer(keys: KeySource) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys.of("alarm"), salt="no-fui-yo")


def sign_alarm(keys: KeySource, customer_id: int, recovery_id: str) -> str:
    """A token for one message to one customer."""
    return str(_signer(keys).dumps([customer_id, recovery_id]))


def read_alarm(keys: KeySource, token: str) -> tuple[int, str] | None:
    """The customer and the recovery of a token; None if it is forged or older than `VALID`."""
    try:
        customer_id, recovery_id = _signer(keys).loads(token, max_age=int(VALID.total_seconds()))
    except BadData:
        return None
    return int(customer_id), str(recovery_id)
