"""What each form takes and refuses, in whose words, and what its page is told to draw."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from app.domain.case import Case, Rules
from app.domain.customers import Channel
from app.domain.documents import IdentityDocument, IdType
from app.domain.journey import Step
from app.domain.passwords import Rule
from app.domain.policy import CodeChannel, Policy
from app.domain.questions import draw
from app.domain.recovery import Recovery
from app.steps import STEPS, code, contacts, password, questions
from app.steps.form import StepForm
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY, KEYS, NEW_PASSWORD, START, WEAK_PASSWORD

ROOT = Path(__file__).resolve().parents[2]
RECOVERY = Recovery("r1", "somebody", START)
MISFIT = "Revise el tipo y el número: no corresponden entre sí. Ejemplo de una cédula: 1020304050."


@pytest.fixture(autouse=True)
def spanish() -> Iterator[Flask]:
    """A service that only translates and reads forms."""
    service = Flask("forms")
    service.config["WTF_CSRF_ENABLED"] = False
    Babel(service, default_locale="es_CO", default_translation_directories=str(ROOT / "app/translations"))
    with service.app_context():
        yield service


@pytest.fixture
def case(rules: Rules) -> Case:
    """Alice's recovery, a moment after it began."""
    return Case(rules, START, RECOVERY, ALICE)


def posted(service: Flask, step: Step, case: Case, **fields: str) -> tuple[StepForm, dict[str | None, list[str]]]:
    """A step's form as somebody sent it, and what is wrong with it."""
    with service.test_request_context(method="POST", data=fields):
        form = STEPS[step].Form.of(case)
        form.validate()
        return form, {name: [str(error) for error in errors] for name, errors in form.errors.items()}


# --- documents


@pytest.mark.parametrize("step", [Step.IDENTIFY, Step.REIDENTIFY])
def test_a_document_is_taken_as_people_type_it(spanish: Flask, case: Case, step: Step) -> None:
    form, errors = posted(spanish, step, case, id_type="CE", id_number=" 0.334-455 ")

    assert errors == {}
    assert form.answer == IdentityDocument(IdType.CE, "0334455")


@pytest.mark.parametrize("number", ["", "   "])
def test_a_missing_number_is_asked_for(spanish: Flask, case: Case, number: str) -> None:
    _, errors = posted(spanish, Step.IDENTIFY, case, id_type="CC", id_number=number)

    assert errors == {"id_number": ["Escriba su número de identificación."]}


def test_a_form_without_a_number_is_told_the_same(spanish: Flask, case: Case) -> None:
    _, errors = posted(spanish, Step.IDENTIFY, case, id_type="CC")

    assert errors == {"id_number": ["Escriba su número de identificación."]}


@pytest.mark.parametrize(("id_type", "number"), [("CC", "12"), ("NIT", "8999990680"), ("CC", "AB123456")])
def test_a_number_that_does_not_fit_its_type_is_explained_with_an_example(
    spanish: Flask, case: Case, id_type: str, number: str
) -> None:
    _, errors = posted(spanish, Step.IDENTIFY, case, id_type=id_type, id_number=number)

    assert errors == {"id_number": [MISFIT]}


def test_an_invented_type_of_document_is_refused(spanish: Flask, case: Case) -> None:
    _, errors = posted(spanish, Step.IDENTIFY, case, id_type="DNI", id_number="1020304050")

    assert errors["id_number"] == [MISFIT]


def test_a_refused_document_is_explained_beside_the_number(spanish: Flask, case: Case) -> None:
    form, _ = posted(spanish, Step.REIDENTIFY, case, id_type="CC", id_number="12")
    form.refuse("No es de este enlace.")

    assert [str(error) for error in form["id_number"].errors] == [MISFIT, "No es de este enlace."]
    assert form.form_errors == []


# --- the number on the other device


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "01-23.45"])
def test_a_number_may_carry_spaces_and_begins_with_zeros(spanish: Flask, case: Case, typed: str) -> None:
    form, errors = posted(spanish, Step.LINK_SENT, case, number=typed)

    assert errors == {}
    assert form.answer == typed


@pytest.mark.parametrize("fields", [{}, {"number": ""}, {"number": " - "}])
def test_a_missing_number_of_the_other_device_is_asked_for(spanish: Flask, case: Case, fields: dict[str, str]) -> None:
    form, errors = posted(spanish, Step.LINK_SENT, case, **fields)

    assert errors == {"number": ["Escriba el número que muestra el otro dispositivo."]}
    assert form.answer == fields.get("number", "")


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "１２３４５６"])
def test_what_is_no_number_is_explained_with_an_example(spanish: Flask, case: Case, typed: str) -> None:
    _, errors = posted(spanish, Step.LINK_SENT, case, number=typed)

    assert errors == {"number": ["El número tiene 6 dígitos. Ejemplo: 012345."]}


def test_a_refused_number_is_not_drawn_again(spanish: Flask, case: Case) -> None:
    form, _ = posted(spanish, Step.LINK_SENT, case, number="123456")
    form.refuse("No es correcto.")

    assert form["number"].errors[-1] == "No es correcto."
    assert form["number"].data == ""


# --- the code


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "01-23.45"])
def test_a_code_may_carry_spaces_and_begins_with_zeros(spanish: Flask, case: Case, typed: str) -> None:
    form, errors = posted(spanish, Step.CODE, case, code=typed)

    assert errors == {}
    assert form.answer == typed


@pytest.mark.parametrize("typed", ["", " ", "-"])
def test_a_missing_code_is_asked_for(spanish: Flask, case: Case, typed: str) -> None:
    _, errors = posted(spanish, Step.CODE, case, code=typed)

    assert errors == {"code": ["Escriba el código de 6 dígitos que le enviamos."]}


def test_a_form_without_a_code_is_told_the_same(spanish: Flask, case: Case) -> None:
    _, errors = posted(spanish, Step.CODE, case)

    assert errors == {"code": ["Escriba el código de 6 dígitos que le enviamos."]}


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "abcdef", "１２３４５６", "٠١٢٣٤٥", "ñ"])
def test_what_has_not_six_plain_digits_is_no_code(spanish: Flask, case: Case, typed: str) -> None:
    _, errors = posted(spanish, Step.CODE, case, code=typed)

    assert errors == {"code": ["El código tiene 6 dígitos, solo números. Ejemplo: 012345."]}


def test_a_refused_code_is_explained_and_not_drawn_again(spanish: Flask, case: Case) -> None:
    form, _ = posted(spanish, Step.CODE, case, code="123456")
    form.refuse("No es correcto.")

    assert form["code"].errors == ["No es correcto."]
    assert form["code"].data == form.answer == ""


@pytest.mark.parametrize(
    ("left", "told"), [(120, "120"), (119.96, "120"), (59.91, "60"), (0.05, "0.1"), (0, "0"), (-1, "0")]
)
def test_the_page_never_says_that_the_code_is_over_while_it_works(case: Case, left: float, told: str) -> None:
    sent = replace(RECOVERY, code_channel=Channel.SMS, code_expires_at=START + timedelta(seconds=left))

    assert code.show(replace(case, recovery=sent)) == {"channel": Channel.SMS, "late": False, "seconds_left": told}


def test_while_the_code_is_on_its_way_no_time_is_told(case: Case) -> None:
    on_its_way = replace(RECOVERY, code_channel=Channel.EMAIL)

    shown = {"channel": Channel.EMAIL, "late": False, "seconds_left": None}
    assert code.show(replace(case, recovery=on_its_way)) == shown


# --- contacts


def test_confirming_the_contacts_needs_no_answer(spanish: Flask, case: Case) -> None:
    form, errors = posted(spanish, Step.CONTACTS, case)

    assert (form.answer, errors) == (None, {})


def test_what_is_refused_beside_no_field_is_said_above_the_form(spanish: Flask, case: Case) -> None:
    form, _ = posted(spanish, Step.CONTACTS, case)
    form.refuse("Hoy no.")

    assert form.form_errors == ["Hoy no."]


def test_contacts_are_shown_masked_with_where_the_code_will_go(case: Case) -> None:
    assert contacts.show(case) == {"email": "a•••••@e•••••.com", "mobile": "••••• 67", "channel": Channel.EMAIL}


def test_a_contact_that_is_not_registered_is_not_shown(case: Case) -> None:
    assert contacts.show(replace(case, customer=BOB))["mobile"] is None
    by_mobile = contacts.show(replace(case, customer=CAROL_BY_MOBILE_ONLY))

    assert (by_mobile["email"], by_mobile["channel"]) == (None, Channel.SMS)


@pytest.mark.parametrize(
    ("link", "code_goes_to"), [(Channel.EMAIL, Channel.SMS), (Channel.SMS, Channel.EMAIL), (None, Channel.SMS)]
)
def test_a_bank_may_send_the_code_where_the_link_did_not_go(
    case: Case, link: Channel | None, code_goes_to: Channel
) -> None:
    rules = replace(case.rules, policy=Policy(code_channel=CodeChannel.OTHER))

    assert contacts.code_channel(replace(case, rules=rules, recovery=replace(RECOVERY, link_channel=link))) is (
        code_goes_to
    )


def test_the_time_of_a_code_does_not_run_before_it_is_sent(case: Case) -> None:
    earlier = replace(RECOVERY, code_nonce="earlier", code_expires_at=START + timedelta(seconds=1), code_late=True)
    asked = contacts.handle(replace(case, recovery=earlier), None).recovery

    assert asked.code_expires_at is None
    assert not asked.code_late
    assert asked.code_nonce != "earlier"


# --- questions


def test_every_question_is_asked_in_the_customers_language(spanish: Flask, case: Case) -> None:
    asked = {question.kind: question.id for question in case.questions()}
    with spanish.test_request_context():
        form = questions.Form.of(case)
        labels = {str(form[name].label.text) for name in asked.values()}
        choices = [str(choice.label) for name in asked.values() for choice in form[name].choices]

    assert all(label.startswith("¿") and label.endswith("?") for label in labels)
    assert len(labels) == len(asked) == case.rules.policy.question_count
    assert choices.count("Ninguna de las anteriores") == len(asked)


def test_midnight_of_new_years_eve_draws_no_questions_anew(case: Case) -> None:
    eve, new_year = START.replace(month=12, day=31), START.replace(year=START.year + 1)
    begun = replace(case, recovery=replace(RECOVERY, created_at=eve), now=eve)

    assert replace(begun, now=new_year).questions() == begun.questions()
    assert replace(case, now=new_year).questions() == begun.questions()
    assert replace(case, recovery=None, now=new_year).questions() != begun.questions()


def test_no_release_may_derive_the_questions_from_another_key(case: Case) -> None:
    assert case.questions() == draw(ALICE, KEYS.of("questions"), 3, START.year)


def test_the_chosen_options_are_the_answer(spanish: Flask, case: Case) -> None:
    chosen = {question.id: question.right for question in case.questions()}
    form, errors = posted(spanish, Step.QUESTIONS, case, **chosen)

    assert errors == {}
    assert form.answer == chosen


def test_a_question_left_open_is_pointed_at(spanish: Flask, case: Case) -> None:
    first, *rest = case.questions()
    _, errors = posted(spanish, Step.QUESTIONS, case, **{question.id: question.right for question in rest})

    assert errors == {first.id: ["Elija una respuesta para esta pregunta."]}


# --- the password


def test_a_password_typed_twice_alike_is_the_answer_as_it_was_typed(spanish: Flask, case: Case) -> None:
    form, errors = posted(spanish, Step.PASSWORD, case, password=f" {NEW_PASSWORD} ", again=f" {NEW_PASSWORD} ")

    assert errors == {}
    assert form.answer == f" {NEW_PASSWORD} "


def test_a_missing_password_is_asked_for(spanish: Flask, case: Case) -> None:
    _, errors = posted(spanish, Step.PASSWORD, case, password="", again="")

    assert errors == {"password": ["Escriba su nueva contraseña."]}


@pytest.mark.parametrize("again", ["", f"{NEW_PASSWORD} ", NEW_PASSWORD.upper()])
def test_two_passwords_that_differ_by_a_sign_are_not_the_same(spanish: Flask, case: Case, again: str) -> None:
    _, errors = posted(spanish, Step.PASSWORD, case, password=NEW_PASSWORD, again=again)

    assert errors == {"again": ["Las dos contraseñas no son iguales. Escríbalas otra vez."]}


def test_the_page_lists_every_rule_unticked_and_names_whose_password_it_is(case: Case) -> None:
    shown: dict[str, Any] = dict(password.show(case))

    assert [(verdict.rule, verdict.passed) for verdict in shown["verdicts"]] == [
        (rule, False) for rule in Rule if rule is not Rule.NOT_RECENT
    ]
    assert shown["checked_at_the_end"] == case.rules.passwords.message(Rule.NOT_RECENT)
    assert shown["username"] == ALICE.document.number


@pytest.mark.parametrize(("typed", "is_typed"), [("", False), ("a", True)])
def test_no_rule_is_judged_while_nothing_is_typed(case: Case, typed: str, is_typed: bool) -> None:
    assert password.rules_list(case, typed)["is_typed"] is is_typed


def test_the_list_ticks_what_is_typed_for_this_customer(case: Case) -> None:
    ticked = {verdict.rule: verdict.passed for verdict in password.rules_list(case, "Alice1020304050")["verdicts"]}
    weak = {verdict.rule: verdict.passed for verdict in password.rules_list(case, WEAK_PASSWORD)["verdicts"]}

    assert (ticked[Rule.LENGTH], ticked[Rule.NOT_PERSONAL]) == (True, False)
    assert (weak[Rule.LENGTH], weak[Rule.NOT_PERSONAL]) == (False, True)
