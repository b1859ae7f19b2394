"""When a code is good, where it goes, and when another one is owed."""

import pytest

from app.domain.customers import Channel, Customer
from app.domain.journey import Outcome, Step
from app.domain.policy import Budget, CodeChannel
from tests.journey.answers import right
from tests.journey.bank import Bank, wrong_code
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY, enrol


def test_no_other_code_is_sent_where_none_is_owed(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CODE)
    before = bank.rows()
    assert browser.ask_for_another_code() is None
    assert bank.rows() == before


def test_another_code_in_place_of_a_late_one_is_one_of_the_days_and_works(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    bank.postman.mail_works = False
    right(bank, browser)
    bank.deliver()
    bank.clock.go_on(seconds=60)
    bank.postman.mail_works = True
    bank.deliver()
    first = bank.code_of(browser.recovery_id or "")
    bank.clock.go_on(seconds=120)
    moved = browser.ask_for_another_code()
    bank.deliver()

    assert moved
    assert (moved.origin, moved.step, moved.outcome) == (Step.CODE, Step.CODE, Outcome.REISSUED)
    assert bank.spent(ALICE, Budget.CODES) == 2
    assert bank.code_of(browser.recovery_id or "") != first
    assert right(bank, browser).step is Step.QUESTIONS


def test_the_right_code_is_right_before_we_know_that_the_mail_server_took_it_and_a_wrong_one_is_not(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.postman.mail_works = False  # as far as we heard
    bank.deliver()
    (written,) = (letter.code for letter in bank.postman.written if letter.code)

    assert browser.answer(wrong_code(written)).outcome is Outcome.WRONG
    assert browser.answer(written).outcome is Outcome.ACCEPTED
    assert bank.spent(ALICE, Budget.GUESSES) == 1


def test_a_code_that_never_left_is_good_no_longer_than_the_pause(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.postman.mail_works = False
    bank.deliver()
    bank.clock.now += bank.rules.policy.idle

    assert browser.step is Step.EXPIRED


def test_the_two_minutes_begin_when_the_mail_server_took_the_code(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.clock.go_on(seconds=150)
    bank.deliver()
    bank.clock.go_on(seconds=120, microseconds=-1)

    assert right(bank, browser).outcome is Outcome.ACCEPTED


def test_a_code_is_of_no_use_at_the_instant_it_ends(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CODE)
    bank.clock.go_on(seconds=120)

    assert browser.step is Step.EXPIRED


def test_the_code_of_another_recovery_is_wrong(bank: Bank) -> None:
    bobs = bank.walk(BOB, Step.CODE)
    alices = bank.walk(ALICE, Step.CODE)

    assert alices.answer(bank.code_of(bobs.recovery_id or "")).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("setting", "person", "channel"),
    [
        (CodeChannel.EMAIL, ALICE, Channel.EMAIL),
        (CodeChannel.SMS, ALICE, Channel.SMS),
        (CodeChannel.OTHER, ALICE, Channel.SMS),
        (CodeChannel.SMS, BOB, Channel.EMAIL),
        (CodeChannel.OTHER, BOB, Channel.EMAIL),
        (CodeChannel.EMAIL, CAROL_BY_MOBILE_ONLY, Channel.SMS),
        (CodeChannel.OTHER, CAROL_BY_MOBILE_ONLY, Channel.SMS),
    ],
)
def test_the_code_goes_where_the_bank_chose_or_to_the_only_address(
    bank: Bank, setting: CodeChannel, person: Customer, channel: Channel
) -> None:
    enrol(bank.store, person)
    bank.choose(code_channel=setting)
    browser = bank.walk(person, Step.CODE)

    assert bank.recovery(browser).code_channel is channel
    assert [letter.channel for letter in bank.postman.delivered if letter.code] == [channel]
