"""Changing SECRET_KEY: what is under way goes on, and a wrong one is told in one line."""

from pathlib import Path

import pytest

from app.adapters.sql import connect, schema
from app.adapters.sql.keyring import StoredKeys, WrongSecret
from app.domain.proofs import KeySource

OLD, NEW = b"the secret of last year, long enough", b"the secret of this year, long enough"


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    schema.upgrade(connect(url))
    return url


def keys(database: str, secret: bytes, *former: bytes) -> KeySource:
    return StoredKeys(connect(database), secret, former)


def test_every_process_reads_the_same_keys(database: str) -> None:
    assert keys(database, OLD).of("code") == keys(database, OLD).of("code")


def test_two_databases_have_different_keys_under_one_secret(database: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    schema.upgrade(connect(other))

    assert keys(database, OLD).of("code") != keys(other, OLD).of("code")


def test_a_new_secret_beside_the_former_one_opens_the_same_keys(database: str) -> None:
    before = keys(database, OLD).of("document")

    assert keys(database, NEW, OLD).of("document") == before


def test_once_wrapped_anew_the_former_secret_can_go(database: str) -> None:
    before = keys(database, OLD).of("document")
    keys(database, NEW, OLD).of("document")

    assert keys(database, NEW).of("document") == before
    with pytest.raises(WrongSecret):
        keys(database, OLD).of("document")


def test_a_wrong_secret_is_refused_in_one_line(database: str) -> None:
    keys(database, OLD).of("code")

    with pytest.raises(WrongSecret, match="SECRET_KEY_FALLBACKS") as refused:
        keys(database, NEW).of("code")
    assert "\n" not in str(refused.value)


def test_the_data_key_stands_nowhere_in_the_database(database: str) -> None:
    source = StoredKeys(connect(database), OLD)
    secret = source.load().secret

    stored = Path(database.removeprefix("sqlite:///")).read_bytes()
    assert secret not in stored
    assert secret.hex().encode() not in stored
