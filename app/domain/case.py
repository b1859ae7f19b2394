"""What a step may look at, and what it may decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain import eligibility, questions
from app.domain.customers import Customer
from app.domain.journey import Outcome
from app.domain.messages import Language, Message
from app.domain.passwords import Hasher, PasswordPolicy
from app.domain.policy import Policy
from app.domain.ports import Credential, Transaction
from app.domain.proofs import KeySource
from app.domain.questions import Question, TooFewFacts
from app.domain.recovery import Recovery, Refusal


@dataclass(frozen=True, slots=True)
class Rules:
    """All that is settled before a customer comes: numbers, keys, and what a password must be."""

    policy: Policy
    keys: KeySource
    passwords: PasswordPolicy
    hasher: Hasher


@dataclass(frozen=True, slots=True)
class Case:
    """One browser's recovery at one instant (`now`, UTC); the customer is known only after the link.

    `may_answer` is False once too many sets of answers in a row were wrong; `answers_left` is how many may be wrong
    before recovery closes. `language` is the page's, and that of every message an answer causes; `gave_way` says that
    this browser handed the recovery over.
    """

    rules: Rules
    now: datetime
    recovery: Recovery | None = None
    customer: Customer | None = None
    credential: Credential | None = None
    may_answer: bool = True
    answers_left: int = 0
    language: Language = Language.SPANISH
    gave_way: bool = False

    @property
    def under_way(self) -> Recovery:
        """The recovery, at the steps that have one."""
        if self.recovery is None:
            raise LookupError("no recovery is under way at this step")
        return self.recovery

    @property
    def owner(self) -> Customer:
        """The customer, at the steps after the link."""
        if self.customer is None:
            raise LookupError("the customer is not known at this step")
        return self.customer

    @property
    def owners_credential(self) -> Credential:
        """The customer's credential, at the steps after the link."""
        if self.credential is None:
            raise LookupError("the customer is not known at this step")
        return self.credential

    @property
    def is_owed_a_code(self) -> bool:
        """Whether this browser holds a recovery whose code ran out because its message left late, and may go on."""
        return self.customer is not None and self.under_way.owes_a_code(self.now) and self.refusal() is None

    def questions(self) -> tuple[Question, ...]:
        """This customer's questions: the same ones in every browser until a fact changes.

        Raises:
            TooFewFacts: the products do not make up a set.
        """
        begun = self.recovery.created_at if self.recovery else self.now
        key, count = self.rules.keys.of("questions"), self.rules.policy.question_count
        return questions.draw(self.owner, key, count, begun.year)

    def refusal(self) -> Refusal | None:
        """Why this customer cannot recover alone today, or None."""
        frozen = self.owners_credential.frozen_at is not None
        if why := eligibility.refusal(self.owner, frozen, self.now, self.rules.policy):
            return why
        if not self.may_answer:
            return Refusal.TOO_MANY_WRONG
        try:
            self.questions()
        except TooFewFacts:
            return Refusal.TOO_FEW_FACTS
        return None


def _nothing_more(_: Transaction) -> None:
    """The effect of a decision that changes only the recovery."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an answer came to, the recovery after it, what else changes with it, and what to say."""

    outcome: Outcome
    recovery: Recovery
    then: Callable[[Transaction], None] = _nothing_more
    message: Message | None = None
