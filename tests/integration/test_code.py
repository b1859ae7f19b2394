"""The six-digit code: two minutes from the moment it was sent, few guesses, one channel (requirements S8, S9)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.datastructures import MultiDict

from app.domain import proofs
from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.policy import Budget
from app.steps import contacts
from tests.people import ALICE, CAROL_BY_MOBILE_ONLY

from .bank import Bank
from .browser import RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import IVAN_BY_EMAIL_ONLY, document
from .phones import SmsProvider
from .walk import Walk


def wrong(code: str) -> str:
    """Six other digits."""
    return f"{(int(code) + 1) % 10**6:06}"


# --- its time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "step"), [(119, Step.QUESTIONS), (120, Step.EXPIRED)])
def test_the_code_works_for_two_minutes(walk: Walk, seconds: int, step: Step) -> None:
    walk.to(Step.CODE)
    walk.bank.clock.go_on(seconds=seconds)
    assert walk.type_code().step == step


def test_the_two_minutes_begin_when_the_mail_server_has_taken_it(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.bank.clock.go_on(seconds=130)
    walk.bank.post_office.open()
    walk.bank.deliver()
    walk.bank.clock.go_on(seconds=119)
    assert walk.type_code().step == Step.QUESTIONS


def test_mail_that_took_four_minutes_leaves_the_code_its_two(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.bank.clock.go_on(seconds=240)
    walk.bank.post_office.open()
    walk.bank.deliver()
    walk.bank.clock.go_on(seconds=119)
    assert walk.type_code().step == Step.QUESTIONS


def test_the_page_says_that_the_code_is_on_its_way_and_then_how_long_it_works(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    assert "Estamos enviando el código" in walk.browser.visit().text
    walk.bank.post_office.open()
    walk.bank.clock.go_on(seconds=1)
    walk.bank.deliver()
    page = walk.browser.visit()
    assert "Enviamos el código" in page.text
    assert page.html.one("div", id="code-time").attributes["data-seconds"] == "120"
    walk.bank.clock.go_on(seconds=45)
    assert walk.browser.visit().html.one("div", id="code-time").attributes["data-seconds"] == "75"


def test_too_late_is_told_kindly_and_starting_again_is_one_press(walk: Walk, htmx: bool) -> None:
    walk = Walk(walk.bank, htmx=htmx)
    browser = walk.to(Step.CODE)
    walk.bank.clock.go_on(seconds=120)
    page = walk.type_code()
    assert (page.status, page.step) == (200, Step.EXPIRED)
    assert "Nada cambió en su cuenta" in page.text
    assert browser.visit().step == Step.EXPIRED
    assert browser.submit().step == Step.IDENTIFY
    walk.asking, walk.browser = browser, walk.bank.browser()
    walk.to(Step.DONE)


def test_a_right_code_after_its_time_costs_no_try_and_opens_nothing(walk: Walk) -> None:
    walk.to(Step.CODE)
    walk.bank.clock.go_on(seconds=120)
    before = walk.bank.rows()
    walk.type_code()
    assert walk.bank.rows() == before


def test_the_bank_chooses_how_long_the_code_works(open_bank: OpenBank) -> None:
    bank = open_bank(code_seconds=90)
    walk = Walk(bank)
    walk.to(Step.CODE)
    assert "90 segundos" in walk.browser.page.text
    assert "90 segundos" in walk.received()[-1].text
    bank.clock.go_on(seconds=90)
    assert walk.type_code().step == Step.EXPIRED


# --- how it is typed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", " {0}{1} ", "{0}-{1}", "{0}\u00a0{1}", "{0}.{1}\t"])
def test_the_code_may_be_typed_with_spaces(walk: Walk, typed: str) -> None:
    browser = walk.to(Step.CODE)
    code = walk.code()
    assert browser.submit(code=typed.format(code[:3], code[3:])).step == Step.QUESTIONS


def test_a_code_that_begins_with_zeros_works_and_arrives_with_them(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = walk.bank.services.rules.keys
    nonce = next(nonce for nonce in map(str, range(10**6)) if proofs.code(nonce, keys).startswith("00"))
    monkeypatch.setattr(contacts, "new_nonce", lambda: nonce)
    browser = walk.to(Step.CODE)
    assert walk.code().startswith("00")
    assert browser.submit(code=walk.code().lstrip("0")).status == 422
    assert walk.type_code().step == Step.QUESTIONS


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６", "+12345", "1e5"])
def test_what_has_not_the_form_of_a_code_costs_no_try(walk: Walk, typed: str) -> None:
    browser = walk.to(Step.CODE)
    before = walk.bank.rows()
    page = browser.submit(code=typed)
    assert (page.status, page.step) == (422, Step.CODE)
    assert page.problems
    assert walk.bank.rows() == before


def test_of_a_code_that_is_sent_twice_in_one_form_the_first_counts(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    fields = [*browser.page.hidden.items(), ("code", wrong(walk.code())), ("code", walk.code())]
    answer = browser.client.post(RECOVERY, data=MultiDict(fields), base_url=browser.base_url)
    assert answer.status_code == 422
    assert browser.visit().step == Step.CODE


def test_a_code_in_the_address_is_not_looked_at(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    browser.post(f"{RECOVERY}?code={walk.code()}&step=code", browser.page.hidden)
    assert browser.visit(f"{RECOVERY}?code={walk.code()}&step=code").step == Step.CODE


# --- guesses --------------------------------------------------------------------------------------------------------


def test_a_wrong_code_is_explained_with_the_tries_left(walk: Walk, htmx: bool) -> None:
    walk = Walk(walk.bank, htmx=htmx)
    browser = walk.to(Step.CODE)
    page = browser.submit(code=wrong(walk.code()))
    assert (page.status, page.step, page.is_fragment) == (422, Step.CODE, htmx)
    assert "2 intentos" in page.text
    assert walk.type_code().step == Step.QUESTIONS


def test_the_third_wrong_code_stops_recovery_and_every_address_is_told(open_bank: OpenBank, sms: SmsProvider) -> None:
    walk = Walk(open_bank(sms_url=sms.url))
    browser = walk.to(Step.CODE)
    for _ in range(3):
        page = browser.submit(code=wrong(walk.code()))
    assert page.step == Step.LOCKED
    assert "Línea Amigo" in page.text
    told = walk.bank.execute("SELECT channel FROM notice WHERE kind = 'locked' ORDER BY channel")
    assert [channel for (channel,) in told] == ["email", "sms"]


def test_whoever_answered_wrongly_ten_times_in_a_row_is_told_to_speak_with_the_bank(walk: Walk) -> None:
    walk.to(Step.REIDENTIFY)
    walk.bank.spend_all(ALICE, Budget.ANSWERS_IN_A_ROW)
    page = walk.type_document()
    assert page.step == Step.REFUSED
    assert "Muchas veces seguidas una respuesta no fue la correcta." in page.text
    assert "Línea Amigo" in page.text


def test_once_the_tries_are_spent_the_right_code_gets_the_same_answer_as_a_wrong_one(walk: Walk) -> None:
    first, second, third = (Walk(walk.bank) for _ in range(3))
    for each in (first, second, third):
        each.to(Step.CODE)
    codes = [letter.code for letter in walk.bank.letters_to(ALICE) if "/enlace/" not in letter.text]
    for _ in range(2):
        first.browser.submit(code=wrong(codes[0]))
    answers = [
        first.browser.send(code=wrong(codes[0])),
        second.browser.send(code=codes[1]),
        third.browser.send(code=wrong(codes[2])),
    ]
    assert len({(page.status, page.leads_to, page.source) for page in answers}) == 1
    assert len({each.browser.visit().text for each in (first, second, third)}) == 1


def test_a_new_code_does_not_bring_the_tries_back(walk: Walk) -> None:
    walks = [Walk(walk.bank) for _ in range(3)]
    pages = [each.to(Step.CODE).submit(code=wrong(each.code())) for each in walks]
    assert [page.step for page in pages] == [Step.CODE, Step.CODE, Step.LOCKED]


def test_right_codes_cost_nothing(walk: Walk) -> None:
    for _ in range(4):
        Walk(walk.bank).to(Step.QUESTIONS)


def test_guessing_in_parallel_wins_no_free_try(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    cookie, fields = str(browser.cookie), browser.page.hidden
    guesses = [f"{(int(walk.code()) + distance) % 10**6:06}" for distance in range(1, 13)]

    def guess(code: str) -> Page:
        mine = walk.bank.browser()
        mine.take_cookie(cookie)
        return mine.post(RECOVERY, fields | {"code": code}, follow=False)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, guesses))
    assert {page.status for page in answers} <= {303, 422}
    assert len([page for page in answers if page.status == 422]) <= 2
    assert browser.visit().step == Step.LOCKED


def test_the_code_of_an_earlier_recovery_is_wrong(walk: Walk) -> None:
    earlier = Walk(walk.bank)
    earlier.to(Step.CODE)
    old_code = earlier.code()
    browser = walk.to(Step.CODE)
    assert browser.submit(code=old_code).status == 422


def test_recovery_opens_again_after_the_lock(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    for _ in range(3):
        browser.submit(code=wrong(walk.code()))
    again = Walk(walk.bank)
    again.ask()
    walk.bank.deliver()
    assert "/enlace/" not in walk.bank.letters_to(ALICE)[-1].text
    walk.bank.clock.go_on(hours=24)
    Walk(walk.bank).to(Step.DONE)


# --- questions ---------------------------------------------------------------------------------------------------


def test_wrong_answers_say_not_which_and_the_second_time_stops_recovery(walk: Walk) -> None:
    browser = walk.to(Step.QUESTIONS)
    page = browser.submit(**walk.bank.wrong_answers(ALICE))
    assert (page.status, page.step) == (422, Step.QUESTIONS)
    assert not list(page.html.all("p", **{"class": "error"}))
    assert "1 intento" in page.text
    assert browser.submit(**walk.bank.wrong_answers(ALICE)).step == Step.LOCKED


def test_how_many_attempts_there_are_is_told_once(walk: Walk) -> None:
    browser = walk.to(Step.QUESTIONS)
    in_all, left = "Tiene 2 intentos en 24 horas.", "Le queda 1 intento. Si se agota, cerramos la recuperación"
    assert in_all in browser.page.text
    assert in_all in browser.submit().text, "nothing was answered, so the summary tells no number"
    refused = browser.submit(**walk.bank.wrong_answers(ALICE)).text
    assert left in refused
    assert "en 24 horas" not in refused


def test_one_wrong_answer_and_nothing_but_wrong_ones_are_refused_with_the_same_bytes(walk: Walk) -> None:
    one, all_of_them = walk.to(Step.QUESTIONS), Walk(walk.bank).to(Step.QUESTIONS)
    wrong = {question.id: walk.bank.wrong_answer(question) for question in walk.bank.questions(ALICE)}
    first = one.submit(**walk.bank.wrong_answers(ALICE))
    walk.bank.execute("DELETE FROM budget")
    second = all_of_them.submit(**wrong)

    def without_what_was_ticked(page: Page) -> str:
        source = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1…", page.source)
        return source.replace(" checked", "")

    assert (first.status, without_what_was_ticked(first)) == (second.status, without_what_was_ticked(second))


def test_answers_come_all_in_one_form(walk: Walk) -> None:
    browser = walk.to(Step.QUESTIONS)
    asked = {field.attributes["name"] for field in browser.page.form.all("input", type="radio")}
    assert len(asked) == 3
    before = walk.bank.rows()
    for question, answer in walk.bank.right_answers(ALICE).items():
        assert browser.submit(**{question: answer}).step == Step.QUESTIONS
    assert walk.bank.rows() == before


def test_every_browser_is_shown_the_same_options_in_the_same_order(walk: Walk) -> None:
    first = walk.to(Step.QUESTIONS)
    second = Walk(walk.bank).to(Step.QUESTIONS)
    shown = [[group.text for group in browser.visit().html.all("fieldset")] for browser in (first, second)]
    assert shown[0] == shown[1]


def test_an_unanswered_question_costs_no_try(walk: Walk) -> None:
    browser = walk.to(Step.QUESTIONS)
    before = walk.bank.rows()
    answers = walk.bank.right_answers(ALICE)
    answers.popitem()
    page = browser.submit(**answers)
    assert (page.status, len(list(page.html.all("p", **{"class": "error"})))) == (422, 1)
    assert walk.bank.rows() == before


# --- where it goes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "person", "by_sms"),
    [
        ("email", ALICE, False),
        ("sms", ALICE, True),
        ("other", ALICE, True),
        ("email", CAROL_BY_MOBILE_ONLY, True),
        ("other", CAROL_BY_MOBILE_ONLY, True),
        ("sms", IVAN_BY_EMAIL_ONLY, False),
        ("other", IVAN_BY_EMAIL_ONLY, False),
    ],
)
def test_the_code_goes_where_the_bank_chose_or_to_the_only_address(
    open_bank: OpenBank, sms: SmsProvider, setting: str, person: Customer, by_sms: bool
) -> None:
    bank = open_bank(code_channel=setting, sms_url=sms.url)
    walk = Walk(bank, person, sms=sms)
    browser = walk.to(Step.CONTACTS)
    assert ("al celular" in browser.page.text) is by_sms
    walk.confirm_contacts()
    newest = (sms.texts_to(person) if by_sms else bank.letters_to(person))[-1]
    assert browser.submit(code=newest.code).step == Step.QUESTIONS


def test_who_has_only_a_mobile_gets_everything_there(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url)
    walk = Walk(bank, CAROL_BY_MOBILE_ONLY, sms=sms)
    walk.to(Step.DONE)
    bank.deliver()
    assert not bank.letters
    link, code, changed = sms.texts_to(CAROL_BY_MOBILE_ONLY)
    assert (bool(link.link), len(code.code), bool(changed.alarm)) == (True, 6, True)


def test_contacts_are_shown_masked(walk: Walk) -> None:
    page = walk.to(Step.CONTACTS).page
    assert [fact.text for fact in page.html.all("dd")] == ["a•••••@e•••••.com", "••••• 67"]
    for whole in (str(ALICE.contact.email), str(ALICE.contact.mobile)):
        assert whole not in page.source


def test_codes_are_sent_ten_times_a_day_at_most(bank: Bank, walk: Walk) -> None:
    alice = bank.customer(ALICE).id
    with bank.store.transaction() as tx:
        for _ in range(10):
            tx.budgets.spend(alice, Budget.CODES, 10)
    walk.to(Step.CONTACTS)
    assert walk.browser.submit().step == Step.LOCKED


# --- where it does not stand ---------------------------------------------------------------------------------------


def test_the_code_stands_in_no_row_no_log_line_and_no_subject(walk: Walk) -> None:
    browser: Browser = walk.to(Step.CODE)
    code = walk.code()
    assert code not in str(walk.bank.rows(leaving_out=frozenset()))
    assert code not in walk.bank.log.getvalue()
    assert code not in walk.received()[-1].subject
    assert code not in browser.page.source
    walk.browser.submit(code=wrong(code))
    assert wrong(code) not in str(walk.bank.rows(leaving_out=frozenset()))
    assert wrong(code) not in walk.bank.log.getvalue()
    assert document(ALICE)["id_number"] not in walk.bank.log.getvalue()
