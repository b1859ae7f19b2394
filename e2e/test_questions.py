"""The questions: all of them at once, and no hint which answer was wrong."""

from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import Visit
from e2e.journey import answer, reach_questions
from e2e.pages import Visitor

UNANSWERED = "Elija una respuesta"


def missing(visitor: Visitor, question: str) -> None:
    """The summary names this question, and its link leads to the first of its options."""
    visitor.summary.get_by_role("link").filter(has_text=question).click()
    expect(visitor.group(question).get_by_role("radio").first).to_be_focused()


def test_each_unanswered_question_is_named_with_a_link_that_leads_to_it(
    visit: Visit, bank: Bank, scripts: bool
) -> None:
    alicia, visitor = bank.new_customer(), visit(scripts=scripts)
    reach_questions(visitor, alicia, bank)
    visitor.press("Continuar")
    visitor.sees_error(UNANSWERED)
    questions = [known.question for known in bank.answers(alicia)]
    expect(visitor.summary.get_by_role("link")).to_have_count(len(questions))
    for question in reversed(questions):
        missing(visitor, question)


def test_what_was_answered_stays_when_something_is_missing(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    *answered, left_out = bank.answers(alicia)
    for known in answered:
        visitor.pick(known.question, known.right)
    visitor.press("Continuar")
    expect(visitor.summary.get_by_role("link")).to_have_count(1)
    missing(visitor, left_out.question)
    for known in answered:
        expect(visitor.option(known.question, known.right)).to_be_checked()
    visitor.pick(left_out.question, left_out.right)
    visitor.press("Continuar")
    visitor.stands_at("password")


def test_wrong_answers_twice_lock_and_every_address_is_told(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit(scripts=False)
    reach_questions(visitor, alicia, bank)
    answer(visitor, alicia, bank, rightly=False)
    visitor.sees_error("Al menos una respuesta no coincide")
    visitor.sees("Le queda 1 intento hoy")
    expect(visitor.summary.get_by_role("link")).to_have_count(0)
    answer(visitor, alicia, bank, rightly=False)
    visitor.stands_at("locked")
    assert bank.notices(alicia, "respuestas equivocadas") == alicia.addresses


def test_the_right_answers_at_the_second_try_go_on(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    answer(visitor, alicia, bank, rightly=False)
    visitor.sees_error("Al menos una respuesta no coincide")
    answer(visitor, alicia, bank)
    visitor.stands_at("password")


def test_who_does_not_remember_is_shown_another_way(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit(scripts=False)
    reach_questions(visitor, alicia, bank)
    visitor.sees_help_on_request("No recuerdo o prefiero otra opción")
