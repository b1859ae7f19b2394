"""The steps that ask something: one module each, named after the step and its template."""

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
