"""Step 7: the masked contacts. Confirming them asks for the code."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.case import Case, Decision
from app.domain.customers import Channel
from app.domain.journey import Outcome
from app.domain.masks import mask_email, mask_mobile
from app.domain.notices import NoticeKind
from app.domain.policy import Budget, CodeChannel
from app.domain.ports import Transaction
from app.domain.proofs import new_nonce
from app.steps.form import StepForm

BUDGET: Budget | None = Budget.CODES
Form = StepForm


def handle(case: Case, _: None) -> Decision:
    """Ask for a code. Its value comes into being when the worker sends it (design decision 5)."""
    return ask_for_code(case, Outcome.ACCEPTED)


def ask_for_code(case: Case, outcome: Outcome) -> Decision:
    """A code of a new nonce, whose message goes out with this decision; any code before it is dead."""
    here, channel = case.under_way, code_channel(case)
    asked = replace(here, code_nonce=new_nonce(), code_channel=channel, code_expires_at=None, code_late=False)

    def post(tx: Transaction) -> None:
        tx.notices.post(NoticeKind.CODE, here.id, case.language, case.owner.id, (channel,), nonce=asked.code_nonce)

    return Decision(outcome, asked, post)


def code_channel(case: Case) -> Channel:
    """Where the code goes: as the setting says, or to the only address there is."""
    channels = case.owner.contact.channels
    wanted = case.rules.policy.code_channel
    if wanted is CodeChannel.OTHER:
        preferred = Channel.EMAIL if case.under_way.link_channel is Channel.SMS else Channel.SMS
    else:
        preferred = Channel(wanted)
    return preferred if preferred in channels else channels[0]


def show(case: Case) -> Mapping[str, object]:
    """The contacts, masked to a constant length."""
    contact = case.owner.contact
    return {
        "email": contact.email and mask_email(contact.email),
        "mobile": contact.mobile and mask_mobile(contact.mobile),
        "channel": code_channel(case),
    }
