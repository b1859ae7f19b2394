"""The numbers a bank may choose, as the rules need them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class CodeChannel(StrEnum):
    """Where the six-digit code goes; a customer with one address gets it there whatever is chosen."""

    EMAIL = "email"
    SMS = "sms"
    OTHER = "other"


DAY: Final = timedelta(hours=24)
YEAR: Final = timedelta(days=365)
LONGEST_LOCK: Final = timedelta(days=7)


class Budget(StrEnum):
    """What a customer has a limited number of in a day, across links, codes, browsers and addresses.

    ANSWERS_IN_A_ROW outlasts the day and a lock: a new password gives it back, or the bank by hand.
    NIST SP 800-63B-4 3.2.2; ASVS 5.0 V6.3.1.
    """

    LINKS = "links"
    RESERVE = "reserve"
    CODES = "codes"
    DOCUMENTS = "documents"
    GUESSES = "guesses"
    ANSWERS = "answers"
    PASSWORDS = "passwords"
    ANSWERS_IN_A_ROW = "answers_in_a_row"

    @property
    def window(self) -> timedelta:
        """For how long what was spent is spent, if nothing gives it back."""
        return YEAR if self is Budget.ANSWERS_IN_A_ROW else DAY

    @property
    def longest(self) -> timedelta:
        """For how long it can be spent at most: a lock keeps the budgets of a day until it ends."""
        return max(self.window, LONGEST_LOCK)


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number a rule of recovery depends on. The settings fill in the first part; their defaults are these."""

    link_valid: timedelta = timedelta(minutes=30)
    code_valid: timedelta = timedelta(seconds=120)
    code_attempts: int = 3
    code_channel: CodeChannel = CodeChannel.EMAIL
    question_count: int = 3
    question_attempts: int = 2
    lock: timedelta = timedelta(hours=24)
    login_attempts: int = 3
    contact_hold: timedelta = timedelta(hours=24)
    idle: timedelta = timedelta(minutes=5)
    total: timedelta = timedelta(minutes=20)
    links_a_minute: int = 120
    # No setting changes these: docs/decisions/0013, 0052.
    answers_in_a_row: int = 10
    links_to_address_a_day: int = 20
    links_a_day: int = 5
    reserve_a_day: int = 5
    codes_a_day: int = 10
    document_attempts: int = 3
    password_attempts: int = 20
    number_valid: timedelta = timedelta(minutes=2)
    number_attempts: int = 5

    def limit(self, budget: Budget) -> int:
        """How many of `budget` one customer has in its window."""
        return {
            Budget.LINKS: self.links_a_day,
            Budget.RESERVE: self.reserve_a_day,
            Budget.CODES: self.codes_a_day,
            Budget.DOCUMENTS: self.document_attempts,
            Budget.GUESSES: self.code_attempts,
            Budget.ANSWERS: self.question_attempts,
            Budget.PASSWORDS: self.password_attempts,
            Budget.ANSWERS_IN_A_ROW: self.answers_in_a_row,
        }[budget]
