"""The questions: all of them at once, and no hint which answer was wrong."""

from e2e.bank import Bank
from e2e.conftest import Visit
from e2e.journey import answer, reach_questions
from e2e.pages import Visitor, group
from e2e.ways import with_scripts
from e2e.windows import Target

UNANSWERED = "Elija una respuesta"


def missing(visitor: Visitor, question: str) -> None:
    """The summary names this question, and its link leads to the first of its options."""
    visitor.follow_error(question)
    visitor.sees_focus_on(Target(role="radio", within=group(question)))


def test_each_unanswered_question_is_named_with_a_link_that_leads_to_it(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    visitor.press("Continuar")
    visitor.sees_error(UNANSWERED)
    questions = [known.question for known in bank.answers(alicia)]
    visitor.sees_errors_about(*questions)
    for question in reversed(questions):
        missing(visitor, question)


@with_scripts
def test_what_was_answered_stays_when_something_is_missing(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    *answered, left_out = bank.answers(alicia)
    for known in answered:
        visitor.pick(known.question, known.right)
    visitor.press("Continuar")
    visitor.sees_errors_about(left_out.question)
    missing(visitor, left_out.question)
    for known in answered:
        visitor.sees_picked(known.question, known.right)
    visitor.pick(left_out.question, left_out.right)
    visitor.press("Continuar")
    visitor.stands_at("password")


def test_wrong_answers_twice_lock_and_every_address_is_told(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    answer(visitor, alicia, bank, rightly=False)
    visitor.sees_error("Al menos una respuesta no coincide")
    visitor.sees("Le queda 1 intento. Si se agota")
    visitor.sees_errors_about()
    answer(visitor, alicia, bank, rightly=False)
    visitor.stands_at("locked")
    assert bank.notices(alicia, "demasiados intentos") == alicia.addresses


@with_scripts
def test_the_right_answers_at_the_second_try_go_on(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    answer(visitor, alicia, bank, rightly=False)
    visitor.sees_error("Al menos una respuesta no coincide")
    answer(visitor, alicia, bank)
    visitor.stands_at("password")


@with_scripts
def test_who_does_not_remember_is_shown_another_way(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_questions(visitor, alicia, bank)
    visitor.sees_help_on_request("No recuerdo o prefiero otra opción")
