"""Step 8: the six digits, good for two minutes from the moment the mail server took them."""

from collections.abc import Mapping
from math import ceil

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import ValidationError

from app.domain.case import Case, Decision
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.proofs import CODE_DIGITS, canonical_code, code_matches
from app.steps.form import StepForm

BUDGET: Budget | None = Budget.GUESSES

WRONG_CODE = Message(N_("The code is not correct. Look at the latest message we sent you and type its six digits."))


class Form(StepForm):
    """One field: digits as text, so leading zeros count and a pasted code may carry spaces."""

    blamed = "code"
    code = StringField(_("6-digit code"))

    def validate_code(self, field: StringField) -> None:
        """Judge the form only, so that a slip of the finger costs no try."""
        typed = canonical_code(field.data or "")
        if not typed:
            raise ValidationError(_("Type the 6-digit code we sent you."))
        if not (typed.isascii() and typed.isdigit() and len(typed) == CODE_DIGITS):
            raise ValidationError(_("The code has 6 digits, only numbers. Example: 012345."))

    def refuse(self, message: str) -> None:
        """A code is a secret: what was typed is not drawn again."""
        super().refuse(message)
        self.code.data = ""

    @property
    def answer(self) -> str:
        """The code as typed."""
        return self.code.data or ""


def handle(case: Case, typed: str) -> Decision:
    """Compare in constant time. Before the mail server took the code no answer can be right."""
    here = case.under_way
    sent = here.code_expires_at is not None
    if sent and here.code_nonce and code_matches(typed, here.code_nonce, case.rules.keys):
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
