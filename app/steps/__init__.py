"""The steps that ask something: one module each, named after the step and its template.

With them `hand_over` and `another_code`: presses that a step offers beside its answer, and that move it likewise.
"""

from app.domain.journey import Step
from app.steps import code, contacts, identify, link_sent, password, questions, reidentify

STEPS = {
    Step.IDENTIFY: identify,
    Step.LINK_SENT: link_sent,
    Step.REIDENTIFY: reidentify,
    Step.CONTACTS: contacts,
    Step.CODE: code,
    Step.QUESTIONS: questions,
    Step.PASSWORD: password,
}
