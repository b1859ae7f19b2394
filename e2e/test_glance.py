"""Who listens beside a customer sees the same and leaves no trace in the page."""

from e2e.aloud.glance import Glance
from e2e.bank import Bank
from e2e.conftest import VisitChromium
from e2e.journey import reach_questions
from e2e.pages import HEADING, MAIN, STEP, SUMMARY, group
from e2e.windows import Target


def test_a_glance_sees_what_others_see(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    reach_questions(visitor, alicia, bank)
    visitor.press("Continuar")
    visitor.sees_error("")
    glance = Glance(visitor.page)
    question = group(bank.answers(alicia)[0].question)
    for target in (HEADING, MAIN, STEP, SUMMARY, question, Target(css="label", within=question)):
        assert glance.look(target) == visitor.window.look(target) != []
