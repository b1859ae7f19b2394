"""Step 8: the six digits, good for two minutes from the moment the mail server took them."""

from collections.abc import Mapping
from math import ceil

from flask_babel import lazy_gettext as _
from wtforms import StringField

from app.domain.case import Case, Decision
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.proofs import code_matches
from app.steps.form import SecretDigitsForm, SixDigits

BUDGET: Budget | None = Budget.GUESSES

WRONG_CODE = Message(N_("The code is not correct. Look at the latest message we sent you and type its six digits."))


class Form(SecretDigitsForm):
    """The code."""

    blamed = "code"
    code = StringField(
        _("6-digit code"),
        [
            SixDigits(
                missing=_("Type the 6-digit code we sent you."),
                misshapen=_("The code has 6 digits, only numbers. Example: 012345."),
            )
        ],
    )


def handle(case: Case, typed: str) -> Decision:
    """Compare in constant time.

    Also before the worker knows that the mail server took the code: the customer may have it already, and nobody else
    can. Its time ends the step by itself.
    """
    here = case.under_way
    if here.code_nonce and code_matches(typed, here.code_nonce, case.rules.keys):
        return Decision(Outcome.ACCEPTED, here)
    return Decision(Outcome.WRONG, here, message=WRONG_CODE)


def show(case: Case) -> Mapping[str, object]:
    """Where the code went, how many seconds it has left (None while it is still on its way), whether it left late.

    Tenths, rounded up: the page must not say that the time is over while the server still takes the code.
    """
    here = case.under_way
    how = {"channel": here.code_channel, "late": here.code_late}
    if here.code_expires_at is None:
        return how | {"seconds_left": None}
    left = max((here.code_expires_at - case.now).total_seconds(), 0)
    return how | {"seconds_left": f"{ceil(left * 10) / 10:g}"}
