"""Step 5: the link is on its way. Whoever opened it elsewhere may go on here, by the number that stands there."""

from dataclasses import replace

from flask_babel import lazy_gettext as _
from wtforms import StringField

from app.domain.case import Case, Decision
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.proofs import new_token, number_matches
from app.steps.form import SecretDigitsForm, SixDigits

BUDGET: Budget | None = None  # nobody is known here: the recovery itself counts, see `advance`

WRONG_NUMBER = Message(N_("The number is not correct, or its time is over. Look at the other device, or go on there."))


class Form(SecretDigitsForm):
    """The number that the other device shows."""

    blamed = "number"
    number = StringField(
        _("Number on the other device"),
        [
            SixDigits(
                missing=_("Type the number that the other device shows."),
                misshapen=_("The number has 6 digits. Example: 012345."),
            )
        ],
    )


def handle(case: Case, typed: str) -> Decision:
    """Give this browser the ticket of the one that opened the link, which has it no longer (docs/decisions/0052).

    Nobody's document, a link that nobody opened and a number that is not the one come to the same.
    """
    here = case.under_way
    if not number_matches(typed, here.live_number(case.now), case.rules.keys):
        return Decision(Outcome.WRONG, here)
    taken = replace(here, ticket=new_token(), number_nonce=None, number_expires_at=None, handed_over=True)
    return Decision(Outcome.ACCEPTED, taken)
