"""Whether answers are right: all together, or none."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.questions import answers_match
from tests.domain.questions.sample import ALICE, CARD, KEY, MORTGAGE, SAVINGS, draw, right_answers


def test_all_right_answers_together_are_accepted() -> None:
    questions = draw(ALICE, KEY, 3)

    assert answers_match(questions, right_answers(questions))
    assert answers_match(questions, {**right_answers(questions), "csrf_token": "x"})


def test_one_wrong_or_missing_answer_spoils_all() -> None:
    questions = draw(ALICE, KEY, 3)
    answers = right_answers(questions)
    for question in questions:
        for option in question.options:
            if option.value != question.right:
                assert not answers_match(questions, {**answers, question.id: option.value})
        assert not answers_match(questions, {k: v for k, v in answers.items() if k != question.id})
        assert not answers_match(questions, {**answers, question.id: ""})


def test_one_answer_for_all_questions_is_refused() -> None:
    questions = draw(ALICE, KEY, 3)

    for question in questions:
        assert not answers_match(questions, dict.fromkeys((q.id for q in questions), question.right))


def test_answers_of_somebody_else_or_of_before_a_change_are_refused() -> None:
    questions = draw(ALICE, KEY, 3)
    twin = draw(replace(ALICE, id=99), KEY, 3)
    stale = draw(replace(ALICE, products=(SAVINGS, replace(MORTGAGE, payment_day=6), CARD)), KEY, 3)

    for others in (twin, stale):
        values = (other.right for other in others)
        assert not answers_match(questions, right_answers(others))
        assert not answers_match(questions, dict(zip((q.id for q in questions), values, strict=True)))


def test_no_questions_are_not_answered_by_no_answers() -> None:
    assert not answers_match((), {})


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text(st.characters())))
def test_strange_answers_are_simply_wrong(answers: dict[str, str]) -> None:
    questions = draw(ALICE, KEY, 3)

    assert not answers_match(questions, answers)
    assert not answers_match(questions, dict.fromkeys((q.id for q in questions), next(iter(answers.values()), "")))


def test_signs_that_cannot_be_written_are_simply_wrong() -> None:
    questions = draw(ALICE, KEY, 3)

    assert not answers_match(questions, dict.fromkeys((q.id for q in questions), "\udc00"))
