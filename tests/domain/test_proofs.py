"""Link, code and keyed names: unguessable, repeatable by whoever has the key, by nobody else."""

import base64
import hmac
import secrets
import string
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.documents import IdentityDocument, IdType
from app.domain.proofs import (
    CODE_DIGITS,
    Keys,
    address_key,
    canonical_code,
    code,
    code_matches,
    document_key,
    link_token,
    matching_number,
    new_nonce,
    new_token,
    number_matches,
    token_hash,
)
from tests.people import KEYS

OTHER_KEYS = Keys(b"the key of another bank")
PURPOSES = ("document", "link", "code", "questions", "alarm", "session", "number")
MANY = 20_000
CODES = [code(f"nonce {number}", KEYS) for number in range(MANY)]

nonces = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=43)
documents = st.builds(IdentityDocument, st.sampled_from(IdType), st.text(string.digits, min_size=3, max_size=10))


def chi_square(seen: Iterable[object], cells: int) -> float:
    """How far counts are from being even."""
    counts = Counter(seen)
    expected = counts.total() / cells
    missing = (cells - len(counts)) * expected
    return missing + sum((count - expected) ** 2 / expected for count in counts.values())


# --- numbers that bring a recovery to another device


@given(nonces)
def test_a_number_is_always_six_ascii_digits(nonce: str) -> None:
    number = matching_number(nonce, KEYS)

    assert len(number) == CODE_DIGITS
    assert set(number) <= set(string.digits)


def test_numbers_and_codes_of_the_same_nonces_differ() -> None:
    same = [nonce for nonce in map(str, range(1000)) if matching_number(nonce, KEYS) == code(nonce, KEYS)]

    assert len(same) < 3


@given(nonces)
def test_a_number_is_taken_with_spaces_and_no_other(nonce: str) -> None:
    number = matching_number(nonce, KEYS)

    assert number_matches(f" {number[:3]} {number[3:]}", nonce, KEYS)
    assert not number_matches(f"{(int(number) + 1) % 10**6:06}", nonce, KEYS)


def test_a_release_while_a_number_is_shown_changes_it_for_nobody() -> None:
    assert matching_number("nonce", KEYS) == "751118"


def test_where_no_number_is_shown_none_is_right() -> None:
    assert not number_matches(matching_number("", KEYS), None, KEYS)


# --- codes


@given(nonces)
def test_a_code_is_always_six_ascii_digits(nonce: str) -> None:
    made = code(nonce, KEYS)

    assert len(made) == CODE_DIGITS == 6
    assert set(made) <= set(string.digits)


def test_a_code_may_begin_with_zeros_and_they_count() -> None:
    number, made = next((n, made) for n, made in enumerate(CODES) if made.startswith("00"))

    assert code_matches(made, f"nonce {number}", KEYS)
    assert not code_matches(made.lstrip("0"), f"nonce {number}", KEYS)


@given(nonces)
def test_sending_twice_sends_the_same_code(nonce: str) -> None:
    assert code(nonce, KEYS) == code(nonce, Keys(KEYS.secret))


def test_without_the_key_a_nonce_tells_nothing_of_its_code() -> None:
    equal = sum(made == code(f"nonce {number}", OTHER_KEYS) for number, made in enumerate(CODES))

    assert equal <= 3


def test_codes_differ_from_nonce_to_nonce() -> None:
    assert len(set(CODES)) > MANY * 0.98


@pytest.mark.parametrize("place", range(CODE_DIGITS))
def test_every_digit_is_equally_common_at_every_place(place: int) -> None:
    assert chi_square((made[place] for made in CODES), 10) < 45  # 9 degrees of freedom: p = 10⁻⁶


def test_codes_are_spread_evenly_over_a_million() -> None:
    assert chi_square((int(made) // 10_000 for made in CODES), 100) < 185  # 99 degrees of freedom: p = 10⁻⁶


@given(nonces, st.lists(st.sampled_from([" ", ".", "-", "\t", "\xa0", "\u202f"]), min_size=7, max_size=7))
def test_spaces_dots_and_hyphens_around_the_digits_do_not_matter(nonce: str, gaps: list[str]) -> None:
    made = code(nonce, KEYS)
    typed = gaps[6] + "".join(digit + gap for digit, gap in zip(made, gaps[:6], strict=True))

    assert canonical_code(typed) == made
    assert code_matches(typed, nonce, KEYS)


@given(nonces, st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_a_wrong_code(nonce: str, place: int, step: int) -> None:
    digits = list(code(nonce, KEYS))
    digits[place] = str((int(digits[place]) + step) % 10)

    assert not code_matches("".join(digits), nonce, KEYS)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "٠١٢٣٤٥", "abcdef", "ñ"])
def test_what_is_no_code_never_matches(typed: str) -> None:
    assert not any(code_matches(typed, f"nonce {number}", KEYS) for number in range(200))


# --- tokens and nonces


@pytest.mark.parametrize("make", [new_token, new_nonce])
def test_a_token_has_256_bits_whatever_python_thinks_enough_and_fits_in_an_address(
    monkeypatch: pytest.MonkeyPatch, make: type[str]
) -> None:
    monkeypatch.setattr(secrets, "DEFAULT_ENTROPY", 16)
    made = make()

    assert set(made) <= set(string.ascii_letters + string.digits + "-_")
    assert len(base64.urlsafe_b64decode(made + "=")) == 32


@pytest.mark.parametrize("make", [new_token, new_nonce])
def test_no_token_comes_twice_and_no_sign_of_one_is_preferred(make: type[str]) -> None:
    made = [make() for _ in range(1000)]

    assert len(set(made)) == len(made)
    assert chi_square("".join(token[:42] for token in made), 64) < 146  # 63 degrees of freedom: p = 10⁻⁸


def test_a_messages_link_is_the_same_each_time_and_no_other_messages_or_banks() -> None:
    token = link_token("a message", KEYS)

    digest = hmac.digest(KEYS.of("link"), b"a message", "sha256")
    assert token == base64.urlsafe_b64encode(digest).decode()[:43]
    assert len({token, link_token("another", KEYS), link_token("a message", OTHER_KEYS)}) == 3
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert len(base64.urlsafe_b64decode(token + "=")) == 32


def test_links_look_like_random_ones() -> None:
    made = [link_token(f"message {number}", KEYS) for number in range(1000)]

    assert len(set(made)) == len(made)
    assert chi_square("".join(token[:42] for token in made), 64) < 146


def test_what_is_kept_of_a_token_does_not_contain_it() -> None:
    token = new_token()

    assert token not in token_hash(token)
    assert token_hash(token) == token_hash(token)
    assert token_hash(token) != token_hash(new_token())


# --- keyed names


@given(documents, documents)
def test_two_documents_share_a_keyed_name_only_if_they_are_equal(
    one: IdentityDocument, other: IdentityDocument
) -> None:
    assert (document_key(one, KEYS) == document_key(other, KEYS)) == (one == other)


@given(documents)
def test_a_keyed_name_shows_no_number_and_changes_with_the_key(document: IdentityDocument) -> None:
    assert document.number not in document_key(document, KEYS) or len(document.number) < 6
    assert document_key(document, KEYS) != document_key(document, OTHER_KEYS)


def test_an_address_has_one_keyed_name_however_it_is_spelled() -> None:
    assert address_key("Ana@Example.com", KEYS) == address_key("ana@example.com", KEYS)
    assert address_key("ana@example.com", KEYS) != address_key("ana@example.com", OTHER_KEYS)


def test_no_release_may_forget_by_accident_what_went_to_an_address_today() -> None:
    name = "UeW3a_AwSeHWWPA2FnxEz1RGwMEtkQPq"  # pragma: allowlist secret
    assert address_key("ana@example.com", KEYS) == name


def test_no_release_may_rename_documents_by_accident() -> None:
    name = "4yFv_oEAmnIDfEoXdQ3RhQBAYrbzMPPB"  # pragma: allowlist secret
    assert document_key(IdentityDocument(IdType.CC, "1020304050"), KEYS) == name


def test_every_purpose_has_a_key_of_its_own() -> None:
    keys = {keys.of(purpose) for keys in (KEYS, OTHER_KEYS) for purpose in PURPOSES}

    assert len(keys) == 2 * len(PURPOSES)
    assert {len(key) for key in keys} == {32}
    assert KEYS.secret not in keys


def test_the_secret_stays_out_of_tracebacks() -> None:
    keys = Keys(b"not for anybody's eyes, least of all a log's")

    assert repr(keys) == str(keys) == "Keys(…)"
    assert "eyes" not in str([keys])
