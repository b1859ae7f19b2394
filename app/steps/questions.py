"""Step 9a: questions about the customer's own products, all answered at once."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired

from app.domain.case import Case, Decision
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.questions import Question, answers_match
from app.steps.form import StepForm
from app.translation import say

BUDGET: Budget | None = Budget.ANSWERS

NOT_ALL_RIGHT = Message(
    N_(
        "At least one answer does not match our records. "
        "For your security we do not say which one. Check them all again."
    )
)


class Form(StepForm):
    """One group of radio buttons a question; `of` gives it the customer's own."""

    @classmethod
    def of(cls, case: Case) -> "Form":
        """A form with one required field for each question of this customer."""
        fields = {question.id: _radio(question) for question in case.questions()}
        form: Form = type(cls.__name__, (cls,), fields)()
        return form

    @property
    def answer(self) -> dict[str, str]:
        """The chosen option of each question, by question."""
        return {field.name: field.data for field in self if isinstance(field, RadioField)}


def _radio(question: Question) -> RadioField:
    return RadioField(
        say(question.prompt),
        choices=[SelectChoice(option.value, say(option.label)) for option in question.options],
        validators=[InputRequired(_("Choose an answer to this question."))],
    )


def show(case: Case) -> Mapping[str, object]:
    """How many sets may be wrong before recovery closes, which an earlier recovery may have lessened."""
    return {"answers_left": case.answers_left}


def handle(case: Case, answers: Mapping[str, str]) -> Decision:
    """All right or all wrong: nothing tells which one was not (requirement S10)."""
    here = case.under_way
    if answers_match(case.questions(), answers):
        return Decision(Outcome.ACCEPTED, here)
    return Decision(Outcome.WRONG, here, message=NOT_ALL_RIGHT)
