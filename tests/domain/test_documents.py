"""Identity documents: one canonical form, whatever a person types."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.co import nit

from app.domain.documents import IdentityDocument, IdType, InvalidDocument
from app.domain.proofs import document_key
from tests.people import KEYS

SEPARATORS = (" ", ".", "-", "\t", "\n", "\xa0", "\u202f", "\xad", "\u2011", "\u2013", "\u200b", "\ufeff")
OTHER_SCRIPTS = {
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "devanagari": "०१२३४५६७८९",
    "full width": "０１２３４５６７８９",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
}
BOUNDS = {
    IdType.CC: (3, 10),
    IdType.CE: (6, 12),
    IdType.TI: (10, 11),
    IdType.PA: (6, 14),
    IdType.PPT: (7, 15),
    IdType.NIT: (9, 10),
    IdType.RC: (8, 11),
}


def parses(id_type: str, number: str) -> bool:
    """Whether the bank takes it for a possible document."""
    try:
        IdentityDocument.parse(id_type, number)
    except InvalidDocument:
        return False
    return True


def of_length(id_type: IdType, length: int) -> str:
    """A number of that many digits, with a right check digit where there is one."""
    if id_type is IdType.NIT:
        body = "9" * (length - 1)
        return body + nit.calc_check_digit(body)
    return "7" * length


@st.composite
def typed(draw: st.DrawFn, letters: str) -> tuple[str, str]:
    """A canonical number, and the same as a hurried person may type or paste it."""
    canonical = draw(st.text(letters, min_size=6, max_size=10))
    gaps = st.text(st.sampled_from(SEPARATORS), max_size=3)
    return canonical, draw(gaps) + "".join(letter + draw(gaps) for letter in canonical)


@given(typed(string.digits))
def test_separators_never_change_a_number(pair: tuple[str, str]) -> None:
    canonical, as_typed = pair

    assert IdentityDocument.parse("CC", as_typed).number == canonical


@given(typed(string.ascii_uppercase + string.digits))
def test_small_and_capital_letters_name_the_same_passport(pair: tuple[str, str]) -> None:
    canonical, as_typed = pair

    assert IdentityDocument.parse("PA", as_typed.lower()) == IdentityDocument.parse("PA", as_typed.upper())
    assert IdentityDocument.parse("PA", as_typed.lower()).number == canonical


@given(typed(string.digits))
def test_parsing_what_was_parsed_changes_nothing(pair: tuple[str, str]) -> None:
    once = IdentityDocument.parse("CE", pair[1])

    assert IdentityDocument.parse(once.type, once.number) == once


@given(st.sampled_from(IdType), st.text(max_size=20))
def test_whatever_is_typed_gives_plain_ascii_or_is_refused(id_type: IdType, number: str) -> None:
    try:
        document = IdentityDocument.parse(id_type, number)
    except InvalidDocument:
        return
    assert set(document.number) <= set(string.digits + string.ascii_uppercase)


@given(typed(string.digits), typed(string.digits))
def test_two_spellings_share_a_keyed_name_only_if_they_are_one_document(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    names = [document_key(IdentityDocument.parse("CC", spelling), KEYS) for spelling in (one[1], other[1])]

    assert (names[0] == names[1]) == (one[0] == other[0])


@pytest.mark.parametrize("digits", OTHER_SCRIPTS.values(), ids=OTHER_SCRIPTS)
@pytest.mark.parametrize("id_type", IdType)
def test_digits_of_other_scripts_are_refused(id_type: IdType, digits: str) -> None:
    number = of_length(id_type, BOUNDS[id_type][0])

    assert not parses(id_type, "".join(digits[int(digit)] for digit in number))
    assert not parses(id_type, digits[int(number[0])] + number[1:])


@pytest.mark.parametrize("letters", ["ß", "ı", "ſ", "ﬁ", "ﬆ"])
def test_letters_whose_capitals_are_plain_are_refused_all_the_same(letters: str) -> None:
    assert not parses("PA", f"AB1234{letters}")


@pytest.mark.parametrize("id_type", IdType)
def test_every_type_has_a_shortest_and_a_longest_number(id_type: IdType) -> None:
    shortest, longest = BOUNDS[id_type]

    assert not parses(id_type, of_length(id_type, shortest - 1))
    assert all(parses(id_type, of_length(id_type, length)) for length in range(shortest, longest + 1))
    assert not parses(id_type, of_length(id_type, longest + 1))


@pytest.mark.parametrize("id_type", [kind for kind in IdType if kind is not IdType.PA])
def test_only_a_passport_has_letters(id_type: IdType) -> None:
    assert parses("PA", "AB123456")
    assert not parses(id_type, "AB12345678"[: BOUNDS[id_type][1]])


@pytest.mark.parametrize("number", ["", " ", "-", "12_345", "12/345", "+12345", "1e5", "0x1F4", "123;45"])
def test_what_is_no_number_is_refused(number: str) -> None:
    assert not parses("CC", number)


@pytest.mark.parametrize("id_type", ["", "cc", "DNI", "CC ", "identify"])
def test_an_unknown_type_is_refused(id_type: str) -> None:
    assert not parses(id_type, "1020304050")


@pytest.mark.parametrize("last", string.digits)
def test_a_tax_number_needs_its_own_check_digit(last: str) -> None:
    assert parses("NIT", "899.999.068-" + last) == (last == "1")


def test_leading_zeros_belong_to_the_number() -> None:
    assert IdentityDocument.parse("CC", "0012345").number == "0012345"
    assert IdentityDocument.parse("CC", "0012345") != IdentityDocument.parse("CC", "12345")


def test_the_type_belongs_to_the_document() -> None:
    card, passport = (IdentityDocument.parse(id_type, "12345678") for id_type in ("CC", "PA"))

    assert card != passport
    assert document_key(card, KEYS) != document_key(passport, KEYS)


def test_a_document_in_a_traceback_hides_its_number() -> None:
    document = IdentityDocument.parse("CC", "1020304050")

    assert "1020304050" not in repr(document)
    assert "1020304050" not in repr([document])


@pytest.mark.parametrize(
    ("id_type", "number", "why"),
    [
        ("DNI", "1020304050", "unknown type"),
        ("CC", "12", "wrong format"),
        ("NIT", "8999990680", "wrong check digit"),
    ],
)
def test_an_operator_reads_what_is_wrong_with_a_document(id_type: str, number: str, why: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        IdentityDocument.parse(id_type, number)

    assert str(refused.value) == why


def test_a_refusal_repeats_nothing_of_what_was_typed() -> None:
    with pytest.raises(InvalidDocument) as refused:
        IdentityDocument.parse("NIT", "8999990680")

    assert not set(str(refused.value)) & set(string.digits)
