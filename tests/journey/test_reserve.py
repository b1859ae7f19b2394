"""One more link in reserve: so many a day, to the address that had the message, and to nobody without one."""

from dataclasses import replace

import pytest

from app.domain import reserve
from app.domain.customers import Channel, Contact
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.recovery import Recovery
from tests.journey.bank import Bank
from tests.people import ALICE, LONG_AGO, key_of

LIMIT = 2


@pytest.fixture(autouse=True)
def two_a_day(bank: Bank) -> None:
    bank.choose(reserve_a_day=LIMIT)


def begin(bank: Bank, contact: Contact = ALICE.contact) -> Recovery | None:
    with bank.store.transaction() as tx:
        return reserve.begin(tx, bank.rules, replace(ALICE, contact=contact), Language.ENGLISH)


def test_the_recovery_that_begins_is_the_one_its_browser_waits_for(bank: Bank) -> None:
    begun = begin(bank)
    assert begun is not None
    assert begun == Recovery(begun.id, key_of(ALICE), bank.clock())
    with bank.store.transaction() as tx:
        assert tx.recoveries.get(begun.id) == begun


def test_its_link_goes_to_the_first_address_alone_in_the_language_of_the_page(bank: Bank) -> None:
    begun = begin(bank)
    assert begun is not None
    (waiting,) = bank.rows("notice")["notice"]
    assert Language.ENGLISH in waiting
    (link,) = bank.deliver()
    assert (link.kind, link.channel, link.customer_id) == (NoticeKind.LINK, Channel.EMAIL, ALICE.id)
    assert link.recovery_id == begun.id
    assert bank.spent(ALICE, Budget.LINKS) == 0, "it is none of the day's"


def test_so_many_a_day_and_no_more(bank: Bank) -> None:
    assert [begin(bank) is not None for _ in range(LIMIT + 1)] == [True, True, False]
    bank.clock.go_on(days=1)
    assert begin(bank) is not None


def test_nobody_without_an_address_spends_any(bank: Bank) -> None:
    assert begin(bank, Contact(None, None, LONG_AGO)) is None
    assert bank.spent(ALICE, Budget.RESERVE) == 0
    assert bank.deliver() == []
