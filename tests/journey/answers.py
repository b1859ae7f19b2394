"""What happens on the way: right and wrong answers, the last try spent, a number handed over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.case import Case, Decision
from app.domain.customers import Customer
from app.domain.journey import Outcome, Step
from app.domain.policy import Budget
from app.steps import STEPS
from app.steps.advance import Moved
from tests.journey.bank import Bank, Browser
from tests.people import ALICE

GUESSED = {Step.REIDENTIFY: Budget.DOCUMENTS, Step.CODE: Budget.GUESSES, Step.QUESTIONS: Budget.ANSWERS}
ASKING = (Step.REIDENTIFY, Step.CONTACTS, Step.CODE, Step.QUESTIONS, Step.PASSWORD)
AN_INSTANT = timedelta(microseconds=1)
at_every_guess = pytest.mark.parametrize("step", GUESSED)


def limit(bank: Bank, step: Step) -> int:
    """How many tries a customer has there."""
    return bank.rules.policy.limit(GUESSED[step])


def wrong(bank: Bank, browser: Browser, times: int = 1) -> list[Outcome]:
    """Answer wrongly some times; what it comes to."""
    return [browser.answer(bank.wrong_answer(browser)).outcome for _ in range(times)]


def right(bank: Bank, browser: Browser, person: Customer = ALICE) -> Moved:
    """Answer rightly."""
    return browser.answer(bank.right_answer(browser, person))


def lock(bank: Bank, step: Step = Step.CODE) -> Browser:
    """The browser in which Alice's tries were spent."""
    browser = bank.walk(ALICE, step)
    wrong(bank, browser, limit(bank, step))
    assert browser.step is Step.LOCKED
    return browser


def handing_over(bank: Bank) -> tuple[Browser, Browser, str]:
    """Who asked, who opened the link, and the number that stands there."""
    asker, opener = bank.browser(), bank.browser()
    asker.ask(ALICE.document)
    (letter,) = bank.deliver()
    opener.open(letter.token or "")
    number = opener.offer()
    assert number
    return asker, opener, number


class Handled:
    """Counts how often a step really compared, and breaks off if it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
        self.count = 0
        self.breaks = False
        self._handle: Callable[[Case, Any], Decision] = STEPS[step].handle
        monkeypatch.setattr(STEPS[step], "handle", self)

    def __call__(self, case: Case, answer: Any) -> Decision:
        self.count += 1
        if self.breaks:
            raise MemoryError
        return self._handle(case, answer)
