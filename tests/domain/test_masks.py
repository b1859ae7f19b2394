"""Masks: the owner recognises the address, nobody else can rebuild it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.masks import mask_email, mask_mobile

local_parts = st.text(string.ascii_lowercase + string.digits + ".+_-", min_size=1, max_size=64)
hosts = st.text(string.ascii_lowercase + string.digits + "-.", min_size=1, max_size=60)
endings = st.sampled_from(["com", "co", "net", "org", "info"])
mobiles = st.from_regex(r"\A\+[1-9][0-9]{7,14}\Z")


def test_an_owner_recognises_the_first_letters_of_an_address() -> None:
    assert mask_email("ana.rojas@example.com") == "a•••••@e•••••.com"


def test_an_at_sign_in_quotes_belongs_to_the_name() -> None:
    assert mask_email('"ana@casa"@example.com') == '"•••••@e•••••.com'


def test_an_owner_recognises_the_last_two_digits_of_a_mobile() -> None:
    assert mask_mobile("+573001234567") == "••••• 67"


@given(local_parts, hosts, local_parts, hosts, endings)
def test_a_masked_address_is_as_long_as_any_other(
    local: str, host: str, other_local: str, other_host: str, ending: str
) -> None:
    one, other = mask_email(f"{local}@{host}.{ending}"), mask_email(f"{other_local}@{other_host}.{ending}")

    assert len(one) == len(other)


@given(local_parts, hosts, local_parts, hosts, endings)
def test_addresses_that_begin_alike_cannot_be_told_apart(
    local: str, host: str, other_local: str, other_host: str, ending: str
) -> None:
    short = mask_email(f"x{local}@y{host}.{ending}")
    long = mask_email(f"x{other_local}@y{other_host}.{ending}")

    assert short == long == f"x•••••@y•••••.{ending}"


@given(mobiles)
def test_a_masked_mobile_shows_two_digits_and_nothing_of_its_length_or_country(number: str) -> None:
    assert mask_mobile(number) == f"••••• {number[-2:]}"


@pytest.mark.parametrize("address", ["a@b.co", "ab@cd.co", "@.co"])
def test_even_the_shortest_address_has_all_its_dots(address: str) -> None:
    assert mask_email(address).count("•") == 10
