"""What is sent has a cap: a customer's day, an address's day, everybody's minute (S3). None shows outside."""

from dataclasses import replace
from typing import Any

from app.addressing import Addressing
from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.policy import Policy
from tests.people import ALICE, BOB

from .bank import Bank
from .browser import RECOVERY
from .conftest import OpenBank
from .people import document
from .walk import Walk


def ask(bank: Bank, person: Customer, times: int = 1) -> None:
    """Somebody asks for a link for a person."""
    for _ in range(times):
        browser = bank.browser()
        browser.visit(RECOVERY)
        assert browser.submit(**document(person)).step == Step.LINK_SENT


def share_an_address(bank: Bank) -> None:
    """Bob's messages go to Alice's mailbox."""
    bank.execute(
        "UPDATE customer SET email = :hers WHERE email = :his", hers=ALICE.contact.email, his=BOB.contact.email
    )


def with_policy(bank: Bank, **numbers: Any) -> None:
    policy = replace(bank.services.rules.policy, **numbers)
    bank.worker._addressing = Addressing(replace(bank.services, rules=replace(bank.services.rules, policy=policy)))


def test_an_address_that_many_share_gets_so_many_links_a_day(bank: Bank) -> None:
    share_an_address(bank)
    with_policy(bank, links_to_address_a_day=3)
    ask(bank, ALICE, 5)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 3
    assert bank.events("excess_rate_limit_exceeded")[-1]["limit"] == "links to one address in a day"


def test_the_first_link_of_a_customers_day_comes_whoever_shares_the_address(bank: Bank) -> None:
    share_an_address(bank)
    with_policy(bank, links_to_address_a_day=3)
    ask(bank, ALICE, 5)
    ask(bank, BOB, 3)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 4
    assert "otro-enlace" in bank.letters[-1].text  # and with it the way to ask for more


def test_the_last_link_to_an_address_holds_the_way_to_another(bank: Bank) -> None:
    with_policy(bank, links_to_address_a_day=2)
    ask(bank, ALICE, 2)
    bank.deliver()
    assert ["otro-enlace" in letter.text for letter in bank.letters_to(ALICE)] == [False, True]


def test_a_link_that_a_cap_held_back_costs_the_customer_none(bank: Bank) -> None:
    share_an_address(bank)
    with_policy(bank, links_to_address_a_day=3)
    ask(bank, ALICE, 5)
    bank.deliver()
    spent = bank.execute("SELECT spent FROM budget WHERE budget = 'links'")
    assert [tuple(row) for row in spent] == [(3,)]


def test_in_everybodys_minute_the_others_wait_and_none_is_lost(open_bank: OpenBank) -> None:
    bank = open_bank(links_per_minute=2)
    ask(bank, ALICE, 3)
    ask(bank, BOB)
    bank.deliver()
    assert len(bank.letters) == 2
    assert bank.events("excess_rate_limit_exceeded")[-1]["limit"] == "links of all customers in a minute"
    bank.clock.go_on(minutes=1)
    bank.deliver()
    assert (len(bank.letters_to(ALICE)), len(bank.letters_to(BOB))) == (3, 1)


def test_a_flood_of_links_delays_no_code_and_no_notice(bank: Bank) -> None:
    alice = Walk(bank).to(Step.CONTACTS)
    ask(bank, BOB, 30)
    assert alice.submit().step == Step.CODE
    assert bank.worker.deliver_one()
    assert "código" in bank.letters[-1].subject
    assert bank.letters[-1].to == ALICE.contact.email


def test_no_counter_names_an_address(bank: Bank) -> None:
    ask(bank, ALICE)
    bank.deliver()
    keys = [key for (key,) in bank.execute("SELECT key FROM rate")]
    assert any(key.startswith("links-to/") for key in keys)
    assert not any(str(ALICE.contact.email).split("@")[0] in key for key in keys)


def test_the_caps_of_a_real_day_leave_room_for_people() -> None:
    policy = Policy()
    assert policy.links_to_address_a_day >= 4 * policy.links_a_day  # a family, or a company's bookkeeper
    assert policy.links_a_minute * 30 >= 1000
