"""Logging in: an attempt is spent before anything is compared, and unknown documents cost the same."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.case import Rules
from app.domain.documents import IdentityDocument
from app.domain.ports import Credential, Store
from app.domain.proofs import document_key


class LoginOutcome(StrEnum):
    """What an attempt to log in came to; an unknown document is wrong, then blocked, like a known one."""

    WELCOME = "welcome"
    WRONG = "wrong"
    BLOCKED = "blocked"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Login:
    """The outcome; the attempts left if it was wrong; if right, whose, since when that password, the access before.

    Instants are UTC.
    """

    outcome: LoginOutcome
    attempts_left: int = 0
    customer_id: int | None = None
    password_set_at: datetime | None = None
    last_access_at: datetime | None = None


def log_in(store: Store, rules: Rules, document: IdentityDocument, password: str) -> Login:
    """One attempt. Whatever is wrong, exactly one Argon2id comparison is made (ASVS 5.0 V6.3.8)."""
    key = document_key(document, rules.keys)
    with store.transaction() as tx:
        left = tx.credentials.spend_login(key, rules.policy.login_attempts)
        credential = tx.credentials.by_document(key)
    right = _compare(rules, credential, password)
    if left is None:
        return Login(LoginOutcome.BLOCKED)
    if credential is None or not right:
        return Login(LoginOutcome.WRONG, left) if left else Login(LoginOutcome.BLOCKED)
    if credential.frozen_at is not None:
        return Login(LoginOutcome.FROZEN)
    _welcome(store, rules, key, credential, password)
    return Login(
        LoginOutcome.WELCOME,
        customer_id=credential.customer_id,
        password_set_at=credential.changed_at,
        last_access_at=credential.last_access_at,
    )


def _compare(rules: Rules, credential: Credential | None, password: str) -> bool:
    if credential is None or credential.password_hash is None:
        rules.hasher.waste(password)
        return False
    return rules.hasher.verify(credential.password_hash, password)


def _welcome(store: Store, rules: Rules, key: str, credential: Credential, password: str) -> None:
    stored = str(credential.password_hash)
    stronger = rules.hasher.hash(password) if rules.hasher.needs_rehash(stored) else None
    with store.transaction() as tx:
        tx.customers.hold(credential.customer_id)
        tx.credentials.clear_logins(key)
        tx.credentials.record_access(credential.customer_id)
        if stronger:
            tx.credentials.rehash(credential.customer_id, stored, stronger)
