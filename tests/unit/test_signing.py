"""The tokens of messages: good for one thing, for a while, and worthless when anything about them is changed."""

import base64
from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from app.domain.alarm import ALARM_VALID
from app.domain.proofs import Keys
from app.signing import RESERVE_VALID, read_alarm, read_reserve, sign_alarm, sign_reserve
from tests.people import KEYS, START

TOKEN = sign_alarm(KEYS, 7, "a recovery")
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


def read_after(age: timedelta) -> tuple[int, str] | None:
    """What a token says that was signed so long ago."""
    with time_machine.travel(START, tick=False):
        token = sign_alarm(KEYS, 7, "a recovery")
    with time_machine.travel(START + age, tick=False):
        return read_alarm(KEYS, token)


@given(st.integers(1, 2**63), st.text(SIGNS, min_size=1))
def test_a_token_names_the_customer_and_the_recovery_it_was_made_for(customer_id: int, recovery_id: str) -> None:
    assert read_alarm(KEYS, sign_alarm(KEYS, customer_id, recovery_id)) == (customer_id, recovery_id)


def test_a_token_fits_in_an_address() -> None:
    assert set(TOKEN) <= set(SIGNS)


def test_a_token_works_for_a_week_and_not_a_second_longer() -> None:
    assert read_after(timedelta(0)) == (7, "a recovery")
    assert read_after(ALARM_VALID) == (7, "a recovery")
    assert read_after(ALARM_VALID + timedelta(seconds=1)) is None


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(SIGNS))
def test_a_changed_token_is_refused_or_means_the_same(place: int, sign: str) -> None:
    changed = TOKEN[:place] + sign + TOKEN[place + 1 :]

    assert read_alarm(KEYS, changed) in {None, (7, "a recovery")}


@pytest.mark.parametrize("place", range(0, len(TOKEN) - 1, 7))
def test_a_token_without_one_of_its_signs_is_refused(place: int) -> None:
    assert read_alarm(KEYS, TOKEN[:place] + TOKEN[place + 1 :]) is None


def test_another_customer_cannot_be_put_into_a_token() -> None:
    _, stamp, signature = TOKEN.split(".")
    payload = base64.urlsafe_b64encode(b'[8,"a recovery"]').decode().rstrip("=")

    assert read_alarm(KEYS, f"{payload}.{stamp}.{signature}") is None


def test_a_token_of_another_key_or_another_use_is_refused() -> None:
    stranger = sign_alarm(Keys(b"somebody else's"), 7, "a recovery")
    session = URLSafeTimedSerializer(KEYS.of("alarm"), salt="session").dumps([7, "a recovery"])

    assert read_alarm(KEYS, stranger) is None
    assert read_alarm(KEYS, str(session)) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_stands_in_the_address_is_read_without_an_error(token: str) -> None:
    assert read_alarm(KEYS, token) is None
    assert read_reserve(KEYS, token) is None


def test_a_way_to_one_more_link_works_for_a_day_and_not_a_second_longer() -> None:
    with time_machine.travel(START, tick=False):
        token = sign_reserve(KEYS, 7)
    with time_machine.travel(START + RESERVE_VALID, tick=False):
        assert read_reserve(KEYS, token) == 7
    with time_machine.travel(START + RESERVE_VALID + timedelta(seconds=1), tick=False):
        assert read_reserve(KEYS, token) is None


def test_a_token_of_one_purpose_is_worthless_for_the_other() -> None:
    assert read_reserve(KEYS, TOKEN) is None
    assert read_alarm(KEYS, sign_reserve(KEYS, 7)) is None


def test_a_token_is_signed_with_sha_256_and_with_nothing_older() -> None:
    signature = base64.urlsafe_b64decode(TOKEN.rpartition(".")[2] + "==")
    with_the_librarys_own = URLSafeTimedSerializer(KEYS.of("alarm"), salt="alarm").dumps([7, "a recovery"])

    assert len(signature) == 32
    assert read_alarm(KEYS, str(with_the_librarys_own)) is None
