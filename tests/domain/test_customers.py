"""Where a customer can be reached."""

from dataclasses import replace

import pytest

from app.domain.customers import Channel
from tests.people import ALICE

CONTACT = replace(ALICE.contact, email="alice@example.com", mobile="+573005550101")


def test_each_channel_has_its_own_address() -> None:
    assert CONTACT.address(Channel.EMAIL) == "alice@example.com"
    assert CONTACT.address(Channel.SMS) == "+573005550101"


@pytest.mark.parametrize(
    ("without", "left"),
    [
        ({}, (Channel.EMAIL, Channel.SMS)),
        ({"email": None}, (Channel.SMS,)),
        ({"mobile": None}, (Channel.EMAIL,)),
        ({"email": None, "mobile": ""}, ()),
    ],
)
def test_e_mail_comes_first_and_what_is_not_registered_is_no_channel(
    without: dict[str, str | None], left: tuple[Channel, ...]
) -> None:
    assert replace(CONTACT, **without).channels == left  # type: ignore[arg-type]  # one of the two addresses
