"""The steps that ask something: one module each, named after the step and its template.

With them `hand_over` and `another_code`: presses that a step offers beside its answer, and that move it likewise.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from app.domain.case import Case, Decision
from app.domain.journey import Step
from app.domain.policy import Budget
from app.steps import code, contacts, identify, link_sent, password, questions, reidentify
from app.steps.form import StepForm


class Press(Protocol):
    """What every such module has: the budget that one try costs, and what the answer comes to."""

    BUDGET: Budget | None

    def handle(self, case: Case, answer: Any, /) -> Decision:
        """Decide; change nothing."""


class AskingStep(Press, Protocol):
    """What a step has besides: the form that it asks with; `show(case)` where its template needs more."""

    Form: type[StepForm]


STEPS: Final[Mapping[Step, AskingStep]] = {
    Step.IDENTIFY: identify,
    Step.LINK_SENT: link_sent,
    Step.REIDENTIFY: reidentify,
    Step.CONTACTS: contacts,
    Step.CODE: code,
    Step.QUESTIONS: questions,
    Step.PASSWORD: password,
}
