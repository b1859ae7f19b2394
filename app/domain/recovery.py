"""One recovery under way: who holds it, how long it lives, and where it stands."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.customers import Channel
from app.domain.journey import ENDS, Outcome, Step, next_step
from app.domain.policy import Policy


class Refusal(StrEnum):
    """Why this customer cannot recover alone; said after the link only (design decision 1)."""

    NOT_ELIGIBLE = "not_eligible"
    NO_CONTACT = "no_contact"
    ON_HOLD = "on_hold"
    FROZEN = "frozen"
    TOO_FEW_FACTS = "too_few_facts"
    TOO_MANY_WRONG = "too_many_wrong"


class StaleRecovery(RuntimeError):
    """Somebody else moved this recovery first; what was read is no longer so."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The state of one recovery. Times are UTC.

    `step` is LINK_SENT until the document is proved: to the browser with the ticket `standing` shows that as
    REIDENTIFY, which is never kept.

    Two kinds of browser know it: the one that asked for it, which sees only the neutral message, and the one
    whose session carries its `ticket`, which may go on. Opening the mailed link hands out the first ticket;
    proving the document replaces it, and so does handing over to the browser that asked (docs/decisions/0052), so
    of all browsers that opened the link one goes on.
    """

    id: str
    document_key: str
    created_at: datetime
    step: Step = Step.LINK_SENT
    version: int = 0
    customer_id: int | None = None
    link_hash: str | None = None
    link_channel: Channel | None = None
    link_expires_at: datetime | None = None
    ticket: str | None = None
    idle_at: datetime | None = None
    total_at: datetime | None = None
    code_nonce: str | None = None
    code_channel: Channel | None = None
    code_expires_at: datetime | None = None
    code_late: bool = False
    refusal: Refusal | None = None
    number_nonce: str | None = None
    number_expires_at: datetime | None = None
    handed_over: bool = False

    @classmethod
    def begun(cls, document_key: str, now: datetime) -> "Recovery":
        """A recovery as it begins: somebody asked for a link for this document."""
        return cls(id=secrets.token_urlsafe(16), document_key=document_key, created_at=now)

    def live_number(self, now: datetime) -> str | None:
        """The nonce of the number by which the browser that asked may take over; None where there is none (0052).

        Only the link is ever handed over: once the document was proved the recovery stays in its browser.
        """
        in_time = self.number_expires_at is not None and now < self.number_expires_at
        return self.number_nonce if in_time and self.may_hand_over(now) else None

    def may_hand_over(self, now: datetime) -> bool:
        """Whether the browser that opened the link may still let the one that asked go on; once at most (0052)."""
        return self.step is Step.LINK_SENT and not self.handed_over and not self.outlived(now)

    def gave_way(self, ticket: str | None, now: datetime) -> bool:
        """Whether a browser with this ticket came by the link that was handed over, and there it still goes on."""
        opened = ticket is not None and ticket == self.link_hash
        return opened and self.handed_over and self.step not in ENDS and not self.outlived(now)

    def outlived(self, now: datetime) -> bool:
        """Whether a deadline of the step it stands at has passed; at the very instant it has (ASVS V6.5)."""
        if self.step is Step.LINK_SENT:
            return _passed(self.link_expires_at, now)
        return self._code_is_over(now) or self._session_is_over(now)

    def owes_a_code(self, now: datetime) -> bool:
        """Whether the code ran out whose message left late, with time left for another (docs/decisions/0050)."""
        return self.code_late and self._code_is_over(now) and not self._session_is_over(now)

    def _code_is_over(self, now: datetime) -> bool:
        return self.step is Step.CODE and _passed(self.code_expires_at, now)

    def _session_is_over(self, now: datetime) -> bool:
        return _passed(self.idle_at, now) or _passed(self.total_at, now)

    def touched(self, now: datetime, policy: Policy) -> "Recovery":
        """The same recovery with its idle time begun anew, never beyond the total (requirement S6)."""
        if self.total_at is None:
            return self
        return replace(self, idle_at=min(now + policy.idle, self.total_at))


def _passed(deadline: datetime | None, now: datetime) -> bool:
    return deadline is not None and now >= deadline


def standing(recovery: Recovery | None, ticket: str | None, now: datetime, policy: Policy) -> Step:
    """The step at which a browser stands: a function of the recovery, the browser's ticket and the time.

    A browser without ticket gets one answer whether or not the document belongs to a customer and however far
    the customer went, so asking tells nothing (requirement S1).
    """
    if recovery is None:
        return Step.IDENTIFY if ticket is None else next_step(Step.LINK_SENT, Outcome.SUPERSEDED)
    if ticket is None:
        waited = now >= recovery.created_at + policy.link_valid
        return next_step(Step.LINK_SENT, Outcome.TOO_LATE) if waited else Step.LINK_SENT
    here = next_step(Step.LINK_SENT, Outcome.ACCEPTED) if recovery.step is Step.LINK_SENT else recovery.step
    if ticket != recovery.ticket:
        return next_step(Step.LINK_SENT, Outcome.SUPERSEDED)
    if here in ENDS:
        return here
    return next_step(here, Outcome.TOO_LATE) if recovery.outlived(now) else here
