"""How the right to go on moves from one browser to another by a number."""

import pytest

from app.domain.journey import Outcome, Step
from app.domain.recovery import StaleRecovery
from app.steps import link_sent, reidentify
from tests.journey.answers import handing_over, right
from tests.journey.bank import Bank, wrong_code
from tests.people import ALICE


def test_a_number_is_offered_only_to_who_opened_the_link_and_before_the_document_is_proved(bank: Bank) -> None:
    asker, opener, _ = handing_over(bank)
    before = bank.rows()
    assert asker.offer() is None
    assert bank.browser().offer() is None
    assert bank.rows() == before
    right(bank, opener)
    before = bank.rows()
    assert opener.step is Step.CONTACTS
    assert opener.offer() is None
    assert bank.rows() == before


def test_the_number_moves_the_right_to_go_on_and_cannot_be_used_again(bank: Bank) -> None:
    asker, opener, number = handing_over(bank)
    before = asker.look()
    moved = asker.answer(number)

    assert (moved.origin, moved.step, moved.outcome) == (Step.LINK_SENT, Step.REIDENTIFY, Outcome.ACCEPTED)
    kept = bank.recovery(asker)
    assert (kept.number_nonce, kept.number_expires_at, kept.handed_over) == (None, None, True)
    assert len(kept.ticket or "") == 43
    assert (asker.step, opener.step) == (Step.REIDENTIFY, Step.USED)
    assert opener.look()[1].gave_way
    assert not asker.look()[1].gave_way
    with pytest.raises(StaleRecovery):
        asker.answer(number, before)
    assert right(bank, asker).step is Step.CONTACTS


def test_a_wrong_number_says_so_and_after_five_the_right_one_does_too(bank: Bank) -> None:
    asker, opener, number = handing_over(bank)
    told = [asker.answer(wrong_code(number)) for _ in range(bank.rules.policy.number_attempts)]
    told.append(asker.answer(number))

    for one in told:
        assert (one.origin, one.step, one.outcome) == (Step.LINK_SENT, Step.LINK_SENT, Outcome.WRONG)
        assert (one.message, one.tries_left) == (link_sent.WRONG_NUMBER, None)
    assert [one.out_of_tries for one in told] == [False] * bank.rules.policy.number_attempts + [True]
    assert (asker.step, opener.step) == (Step.LINK_SENT, Step.REIDENTIFY)


def test_the_fifth_number_still_counts(bank: Bank) -> None:
    asker, _, number = handing_over(bank)
    for _ in range(bank.rules.policy.number_attempts - 1):
        asker.answer(wrong_code(number))

    assert asker.answer(number).outcome is Outcome.ACCEPTED


def test_the_page_shows_the_number_in_two_groups_until_its_time_is_over(bank: Bank) -> None:
    _, opener, number = handing_over(bank)
    digits = f"{number[:3]} {number[3:]}"
    page = {"number": digits, "number_valid": 120, "number_asked_for": True, "may_hand_over": True}

    assert reidentify.show(opener.look()[1]) == page
    bank.clock.go_on(seconds=120)
    assert reidentify.show(opener.look()[1]) == page | {"number": None}


def test_before_a_number_is_asked_for_none_is_shown_and_after_the_hand_over_none_is_offered(bank: Bank) -> None:
    nothing = {"number": None, "number_valid": 120, "number_asked_for": False}
    assert reidentify.show(bank.open_link_of(ALICE).look()[1]) == nothing | {"may_hand_over": True}
    asker, _, number = handing_over(bank)
    asker.answer(number)
    assert reidentify.show(asker.look()[1]) == nothing | {"may_hand_over": False}


def test_the_one_who_asked_sees_nothing_of_how_far_the_customer_went(bank: Bank) -> None:
    asker, opener = bank.browser(), bank.browser()
    asker.ask(ALICE.document)
    (letter,) = bank.deliver()
    opener.open(letter.token or "")
    while opener.step is not Step.DONE:
        assert asker.step is Step.LINK_SENT
        right(bank, opener)
        bank.deliver()

    assert asker.step is Step.LINK_SENT
