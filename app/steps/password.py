"""Step 9b: the new password. One transaction changes everything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import PasswordField
from wtforms.validators import ValidationError

from app.domain.case import Case, Decision
from app.domain.journey import Outcome, Step
from app.domain.notices import NoticeKind
from app.domain.passwords import Rule, Verdict, personal_words, reused
from app.domain.policy import Budget
from app.domain.ports import Transaction
from app.steps.form import StepForm

BUDGET: Budget | None = Budget.PASSWORDS  # «used before» would tell a thief, one guess after another, which one it is


class Form(StepForm):
    """The password twice: the bank's process asks for it, and a slip would lock the customer out again."""

    blamed = "password"
    password = PasswordField(_("New password"))
    again = PasswordField(_("Confirm the new password"))

    def validate_password(self, field: PasswordField) -> None:
        """An empty field needs other words than a weak password."""
        if not field.data:
            raise ValidationError(_("Type your new password."))

    def validate_again(self, field: PasswordField) -> None:
        """Both must be the same, to the letter."""
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords are not the same. Type them again."))

    @property
    def answer(self) -> str:
        """The password as typed, never trimmed."""
        return self.password.data or ""


def handle(case: Case, password: str) -> Decision:
    """Judge, hash, and change everything at once."""
    here, rules = case.under_way, case.rules
    if why := case.refusal():
        return Decision(Outcome.TURNED_AWAY, replace(here, refusal=why))
    failed = [verdict for verdict in verdicts(case, password) if not verdict.passed]
    if failed:
        return Decision(Outcome.WRONG, here, message=failed[0].advice)
    recent = case.owners_credential.recent_hashes[: rules.passwords.history]
    used_before = rules.passwords.judge_reuse(reused(rules.hasher, password, recent))
    if not used_before.passed:
        return Decision(Outcome.WRONG, here, message=used_before.advice)
    return Decision(Outcome.ACCEPTED, here, _Assignment(case, rules.hasher.hash(password)))


@dataclass(frozen=True, slots=True)
class _Assignment:
    """All that a new password changes, for one transaction (design decision 8)."""

    case: Case
    password_hash: str

    def __call__(self, tx: Transaction) -> None:
        customer, here = self.case.owner, self.case.under_way
        tx.credentials.assign(customer.id, self.password_hash)
        tx.credentials.clear_logins(here.document_key)
        tx.budgets.clear(customer.id)
        tx.recoveries.close_all(customer.id, Step.USED)
        tx.sessions.end_all(customer.id)
        tx.notices.post(NoticeKind.CHANGED, here.id, self.case.language, customer.id, customer.contact.channels)


def verdicts(case: Case, password: str) -> tuple[Verdict, ...]:
    """Each rule and whether the password keeps it; former ones are compared only when it is assigned."""
    return case.rules.passwords.judge(password, personal_words(case.owner))


def rules_list(case: Case, password: str) -> dict[str, Any]:
    """The rules for the page: ticked as far as they can be before the password is assigned."""
    return {
        "verdicts": verdicts(case, password),
        "is_typed": bool(password),
        "checked_at_the_end": case.rules.passwords.message(Rule.NOT_RECENT),
    }


def show(case: Case) -> Mapping[str, object]:
    """The rules, none of them ticked yet, and the name under which a password manager keeps the new one."""
    return rules_list(case, "") | {"username": case.owner.document.number}
