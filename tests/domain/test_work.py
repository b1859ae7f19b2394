"""Proof of work: cheap to check, dear to make, and nobody but us issues what is to be solved."""

from datetime import timedelta
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import work
from app.domain.proofs import Keys
from tests.people import START

KEYS = Keys(b"the secret of these tests")


@pytest.fixture(scope="module")
def challenge() -> str:
    """One of ours."""
    return work.new_challenge(KEYS, START)


@pytest.fixture(scope="module")
def numbers(challenge: str) -> list[int]:
    """What a browser finds."""
    return list(islice((number for number in count() if work.fits(challenge, number)), work.ANSWERS))


def proof(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))


def test_a_browser_that_did_the_work_is_believed(challenge: str, numbers: list[int]) -> None:
    assert work.proves(challenge, proof(numbers))


def test_the_work_is_about_as_much_as_promised(numbers: list[int]) -> None:
    expected = work.ANSWERS * 2**work.BITS
    assert expected / 8 < numbers[-1] < expected * 8


def test_work_done_for_another_challenge_is_worth_nothing(numbers: list[int]) -> None:
    assert not work.proves(work.new_challenge(KEYS, START), proof(numbers))


def test_too_few_answers_or_the_same_one_twice_are_refused(challenge: str, numbers: list[int]) -> None:
    assert not work.proves(challenge, proof(numbers[:-1]))
    assert not work.proves(challenge, proof(numbers[:1] * work.ANSWERS))
    assert not work.proves(challenge, proof([*numbers[1:], numbers[0]]))


def test_one_answer_that_does_not_fit_spoils_the_proof(challenge: str, numbers: list[int]) -> None:
    wrong = next(number for number in count(numbers[-1] + 1) if not work.fits(challenge, number))
    assert not work.proves(challenge, proof([*numbers[:-1], wrong]))


def test_what_browsers_work_out_today_is_work_tomorrow() -> None:
    known = "1795521600.known.known"
    fitting = [number for number in range(1044) if work.fits(known, number)]
    assert fitting == [148, 448, 487, 651, 702, 881, 1043]


def test_numbers_of_eight_digits_count_and_longer_ones_do_not() -> None:
    known, begin = "1795521600.known.known", 10_000_000
    found = [begin + more for more in (38, 587, 590, 777, 808, 969, 1019, 1058)]
    assert work.proves(known, proof(found))
    assert not work.proves(known, "0" + proof(found))


@pytest.mark.parametrize("between", ["  ", "\t", "\n"])
def test_one_blank_stands_between_answers(challenge: str, numbers: list[int], between: str) -> None:
    assert not work.proves(challenge, between.join(map(str, numbers)))


@pytest.mark.parametrize(
    "nonsense", ["", " ", "1", "a b c d e f g h", "١ ٢ ٣ ٤ ٥ ٦ ٧ ٨", f"{'9' * 5000} " * 8, "-1 " * 8]
)
def test_nonsense_is_no_proof(challenge: str, nonsense: str) -> None:
    assert not work.proves(challenge, nonsense)


@given(st.text(), st.text())
def test_whatever_is_sent_is_judged_without_an_error(challenge: str, proof: str) -> None:
    assert work.age(challenge, KEYS, START) is None
    assert not work.proves(challenge, proof)


def test_a_challenge_tells_its_age_until_it_is_too_old(challenge: str) -> None:
    assert work.age(challenge, KEYS, START + timedelta(seconds=90)) == timedelta(seconds=90)
    assert work.age(challenge, KEYS, START + work.VALID - timedelta(seconds=1)) is not None
    assert work.age(challenge, KEYS, START + work.VALID) is None


@pytest.mark.parametrize("forged", ["", "1.a.b", "...", "ñ.ñ.ñ", "\x00", f"{int(START.timestamp())}.nonce.{'0' * 64}"])
def test_a_challenge_that_is_not_ours_is_none(forged: str) -> None:
    assert work.age(forged, KEYS, START) is None


def test_a_challenge_cannot_be_made_younger_or_signed_with_another_key(challenge: str) -> None:
    issued, _, rest = challenge.partition(".")
    assert work.age(f"{int(issued) + 60}.{rest}", KEYS, START) is None
    assert work.age(work.new_challenge(Keys(b"another"), START), KEYS, START) is None


def test_every_challenge_has_128_random_bits_of_its_own(challenge: str) -> None:
    assert len(challenge.split(".")[1]) == 22  # six bits each
    assert work.new_challenge(KEYS, START) != challenge
