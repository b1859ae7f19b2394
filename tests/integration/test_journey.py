"""The recovery from beginning to end, over HTTP, in a plain browser and by htmx."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.mail import Letter
from app.domain.customers import Contact, Customer
from app.domain.journey import ENDS, Step
from app.steps import STEPS
from tests.people import ALICE, BOB, GRACE_WITH_ONE_CARD, NEW_PASSWORD, OLD_PASSWORD

from .bank import Bank, Rows
from .browser import BY_HTMX, LOG_IN, PORTAL, RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import document
from .phones import SmsProvider
from .walk import Walk, log_in

ON_THE_WAY = (*(step for step in Step if step not in ENDS), Step.DONE)


def answers(bank: Bank, step: Step) -> dict[str, str]:
    """What Alice would rightly send at a step, but for the code."""
    return {
        Step.IDENTIFY: document(ALICE),
        Step.LINK_SENT: {"number": "000000"},
        Step.REIDENTIFY: document(ALICE),
        Step.CONTACTS: {},
        Step.CODE: {"code": "000000"},
        Step.QUESTIONS: bank.right_answers(ALICE),
        Step.PASSWORD: {"password": NEW_PASSWORD, "again": NEW_PASSWORD},
    }[step]


def everything_of(bank: Bank, person: Customer) -> Rows:
    """Every row that belongs to a person."""
    customer_id = bank.customer(person).id
    return {
        table: bank.execute(f'SELECT * FROM "{table}" WHERE {column} = :id', id=customer_id)
        for table, column in {
            "customer": "id",
            "product": "customer_id",
            "credential": "customer_id",
            "password_history": "customer_id",
            "web_session": "customer_id",
            "recovery": "customer_id",
            "budget": "customer_id",
        }.items()
    }


# --- the way there --------------------------------------------------------------------------------------


def test_a_customer_sets_a_new_password_and_logs_in_with_it(bank: Bank, htmx: bool) -> None:
    done = Walk(bank, htmx=htmx).to(Step.DONE)
    assert "Su contraseña fue asignada" in done.page.heading
    page = log_in(bank.browser(), ALICE, NEW_PASSWORD)
    assert page.address == PORTAL
    assert "Alice" in page.heading


def test_a_plain_browser_is_redirected_after_each_answer_so_that_reloading_sends_nothing(bank: Bank) -> None:
    walk = Walk(bank)
    walk.asking.visit()
    answer = walk.asking.send(**document(ALICE))
    assert (answer.status, answer.leads_to) == (303, RECOVERY)


def test_htmx_gets_the_next_step_at_once_and_without_a_page_around_it(bank: Bank) -> None:
    walk = Walk(bank, htmx=True)
    walk.asking.visit()
    answer = walk.asking.send(**document(ALICE))
    assert (answer.status, answer.step) == (200, Step.LINK_SENT)
    assert answer.is_fragment
    assert "<head" not in answer.source


@pytest.mark.parametrize("step", [step for step in STEPS if step is not Step.CONTACTS])
def test_a_mistake_is_explained_where_it_was_made(bank: Bank, htmx: bool, step: Step) -> None:
    browser = Walk(bank, htmx=htmx).to(step)
    page = browser.submit(id_number="1", number="12", code="12", password="corta", again="larga")
    assert (page.status, page.step, page.is_fragment) == (422, step, htmx)
    assert page.problems
    assert page.html.one("title").text.startswith("Error: ")


def test_the_new_password_is_never_sent_back(bank: Bank) -> None:
    browser = Walk(bank).to(Step.PASSWORD)
    page = browser.submit(password=NEW_PASSWORD, again=NEW_PASSWORD + "!")
    assert page.status == 422
    assert NEW_PASSWORD not in page.source


def test_the_last_passwords_cannot_be_used_again(bank: Bank) -> None:
    browser = Walk(bank).to(Step.PASSWORD)
    page = browser.submit(password=OLD_PASSWORD, again=OLD_PASSWORD)
    assert (page.status, page.step) == (422, Step.PASSWORD)
    assert "Ya usó" in page.problems[0]


def test_no_rule_is_called_kept_or_broken_while_no_password_is_typed(bank: Bank) -> None:
    browser = Walk(bank).to(Step.PASSWORD)
    told = {typed: _rules(browser, typed) for typed in ("", "corta", NEW_PASSWORD)}
    assert "se cumple" not in browser.visit().text + told[""]
    assert "todavía no se cumple" in told["corta"]
    assert "todavía no" not in told[NEW_PASSWORD]
    assert "ya se cumple" in told[NEW_PASSWORD]


def _rules(browser: Browser, typed: str) -> str:
    """What the list of rules says of what is typed so far."""
    fields = {"csrf_token": browser.page.hidden["csrf_token"], "password": typed}
    answer = browser.client.post(f"{RECOVERY}/reglas", data=fields, base_url=browser.base_url, headers=BY_HTMX)
    return answer.get_data(as_text=True)


# --- where the recovery stands ------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ON_THE_WAY)
def test_reloading_shows_where_the_recovery_stands(bank: Bank, htmx: bool, step: Step) -> None:
    browser = Walk(bank, htmx=htmx).to(step)
    assert browser.visit().step == browser.visit().step == step


def test_a_second_tab_shows_where_the_recovery_stands(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    second_tab = Browser(walk.bank.app, browser.base_url)
    second_tab.take_cookie(str(browser.cookie))
    assert second_tab.visit().step == Step.CONTACTS
    browser.submit()
    assert second_tab.visit().step == Step.CODE


@pytest.mark.parametrize("step", [step for step in ON_THE_WAY if step not in {Step.IDENTIFY, Step.LINK_SENT}])
def test_going_back_and_sending_the_old_form_again_leads_to_where_the_recovery_stands(walk: Walk, step: Step) -> None:
    visited: list[Page] = []
    walk.to(Step.REIDENTIFY)
    for press in (walk.type_document, walk.confirm_contacts, walk.type_code, walk.answer, walk.set_password):
        if walk.browser.visit().step == step:
            break
        visited.append(walk.browser.page)
        press()
    before = walk.bank.rows()
    for old in visited:
        answer = walk.browser.post(RECOVERY, old.hidden | answers(walk.bank, Step(str(old.step))))
        assert answer.step == step
    assert walk.bank.rows() == before


def test_pressing_twice_takes_one_step(walk: Walk, htmx: bool) -> None:
    browser = Walk(walk.bank, htmx=htmx).to(Step.REIDENTIFY)
    form = browser.page
    for _ in range(2):
        page = browser.post(RECOVERY, form.hidden | document(ALICE))
        assert (page.status, page.step) == (200, Step.CONTACTS)


def test_pressing_twice_at_once_changes_the_password_once(walk: Walk) -> None:
    browser = walk.to(Step.PASSWORD)
    cookie, fields = str(browser.cookie), browser.page.hidden | answers(walk.bank, Step.PASSWORD)
    hands = [walk.bank.browser() for _ in range(4)]
    for hand in hands:
        hand.take_cookie(cookie)
    with ThreadPoolExecutor(len(hands)) as pool:
        list(pool.map(lambda hand: hand.post(RECOVERY, fields, follow=False), hands))
    alice = walk.bank.customer(ALICE).id
    ((changes,),) = walk.bank.execute("SELECT count(*) FROM password_history WHERE customer_id = :id", id=alice)
    told = walk.bank.execute("SELECT channel FROM notice WHERE kind = 'changed'")
    assert (changes, len(told)) == (2, 1)  # the old one and the new one; by mail alone, where there is no SMS


def test_the_browser_that_asked_goes_on_saying_that_a_message_is_on_its_way(walk: Walk) -> None:
    for step in (Step.REIDENTIFY, Step.CODE, Step.DONE):
        fresh = Walk(walk.bank)
        fresh.to(step)
        assert fresh.asking.visit().step == Step.LINK_SENT


def test_the_link_may_be_opened_in_the_browser_that_asked(walk: Walk) -> None:
    walk.browser = walk.asking
    walk.to(Step.DONE)


# --- the form of another step --------------------------------------------------------------------------------


@pytest.mark.parametrize("here", ON_THE_WAY)
def test_the_form_of_another_step_changes_nothing_and_leads_back(bank: Bank, htmx: bool, here: Step) -> None:
    browser = Walk(bank, htmx=htmx).to(here)
    token = browser.visit().hidden["csrf_token"] if here is not Step.DONE else _any_token(browser)
    before = bank.rows()
    for other in (step for step in Step if step is not here):
        fields = answers(bank, other) if other in STEPS else {}
        page = browser.post(RECOVERY, {"csrf_token": token, "step": other} | fields, follow=False)
        assert (page.status, page.leads_to) == (303, RECOVERY)
    assert bank.rows() == before
    assert browser.visit().step == here


def _any_token(browser: Browser) -> str:
    here = browser.page
    token = browser.visit(LOG_IN).hidden["csrf_token"]
    browser.page = here
    return token


def test_the_end_asks_nothing_and_takes_no_answer(bank: Bank) -> None:
    here, browser = Step.DONE, Walk(bank).to(Step.DONE)
    before = bank.rows()
    page = browser.post(RECOVERY, {"csrf_token": _any_token(browser), "step": here}, follow=False)
    assert (page.status, page.leads_to) == (303, RECOVERY)
    assert bank.rows() == before


# --- starting again, and more time -------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [step for step in ON_THE_WAY if step is not Step.IDENTIFY])
def test_starting_again_is_one_press_from_every_step(bank: Bank, step: Step) -> None:
    browser = Walk(bank).to(step)
    page = browser.post(f"{RECOVERY}/empezar", {"csrf_token": _any_token(browser)})
    assert (page.address, page.step) == (RECOVERY, Step.IDENTIFY)


def test_an_import_that_leaves_too_few_facts_at_the_questions_is_told_as_a_refusal(walk: Walk, htmx: bool) -> None:
    walk = Walk(walk.bank, htmx=htmx)
    browser = walk.to(Step.QUESTIONS)
    answers = walk.bank.right_answers(ALICE)
    walk.bank.enrol(replace(ALICE, products=GRACE_WITH_ONE_CARD.products))
    for page in (browser.submit(**answers), browser.visit()):
        assert (page.status, page.step) == (200, Step.REFUSED)
        assert "muy poca información" in page.text


@pytest.mark.parametrize("step", [Step.CONTACTS, Step.CODE, Step.QUESTIONS])
def test_an_import_that_takes_the_addresses_away_on_the_way_is_told_as_a_refusal(walk: Walk, step: Step) -> None:
    browser = walk.to(step)
    walk.bank.enrol(replace(ALICE, contact=Contact(None, None, ALICE.contact.updated_at)))
    for page in (browser.submit(), browser.visit()):
        assert (page.status, page.step) == (200, Step.REFUSED)


def test_what_is_left_of_the_days_sets_is_told_before_the_first_of_them(walk: Walk) -> None:
    assert "Tiene 2 intentos en 24 horas" in walk.to(Step.QUESTIONS).page.text
    walk.browser.submit(**walk.bank.wrong_answers(ALICE))
    assert "Tiene 1 intento en 24 horas" in Walk(walk.bank).to(Step.QUESTIONS).page.text


def test_a_wrong_answer_lets_the_session_live_as_long_as_the_pause_that_it_began(open_bank: OpenBank) -> None:
    bank = open_bank(recovery_idle_minutes=60, recovery_total_minutes=120)
    walk = Walk(bank)
    browser = walk.to(Step.QUESTIONS)
    bank.clock.go_on(minutes=50)
    assert browser.submit(**bank.wrong_answers(ALICE)).status == 422
    bank.clock.go_on(minutes=15)
    assert walk.answer().step == Step.PASSWORD


def test_a_pause_that_ended_it_is_not_undone_by_a_code_that_comes_slowly(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk.to(Step.CONTACTS).submit()
    walk.bank.clock.go_on(minutes=4, seconds=55)
    mailer = walk.bank.worker._mailer
    send = mailer.send

    def slowly(letter: Letter) -> None:
        walk.bank.clock.go_on(seconds=5)
        send(letter)

    monkeypatch.setattr(mailer, "send", slowly)
    walk.bank.deliver()
    assert walk.browser.visit().step == Step.EXPIRED


def test_a_pause_that_is_too_long_ends_the_recovery(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    walk.bank.clock.go_on(minutes=5)
    assert browser.submit().step == Step.EXPIRED
    assert browser.visit().step == Step.EXPIRED


def test_each_answer_begins_the_pause_anew_but_never_the_total(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    for _ in range(4):
        walk.bank.clock.go_on(minutes=4, seconds=50)
        assert browser.visit().step == Step.CONTACTS
        browser.post(f"{RECOVERY}/continuar", {"csrf_token": browser.page.hidden["csrf_token"]})
    walk.bank.clock.go_on(seconds=41)
    assert browser.visit().step == Step.EXPIRED


def test_asking_for_more_time_does_not_wake_a_recovery_that_ended(walk: Walk) -> None:
    browser = walk.to(Step.CONTACTS)
    token = browser.page.hidden["csrf_token"]
    walk.bank.clock.go_on(minutes=5)
    page = browser.post(f"{RECOVERY}/continuar", {"csrf_token": token})
    assert page.step == Step.EXPIRED


def test_asking_for_more_time_without_a_recovery_does_nothing(bank: Bank) -> None:
    browser = bank.browser()
    token = browser.visit().hidden["csrf_token"]
    before = bank.rows()
    assert browser.post(f"{RECOVERY}/continuar", {"csrf_token": token}).step == Step.IDENTIFY
    assert bank.rows() == before


# --- the rules while typing -----------------------------------------------------------------------------------------


def test_the_rules_tick_while_typing_and_nothing_is_kept(bank: Bank) -> None:
    browser = Walk(bank, htmx=True).to(Step.PASSWORD)
    before = bank.rows()
    kept = [_kept_rules(browser, typed) for typed in ("", "corta", NEW_PASSWORD)]
    assert kept[0] <= kept[1] < kept[2]
    assert bank.rows() == before


def _kept_rules(browser: Browser, typed: str) -> int:
    fields = browser.page.hidden | {"password": typed}
    response = browser.client.post(
        f"{RECOVERY}/reglas", data=fields, base_url=browser.base_url, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    return response.get_data(as_text=True).count('class="kept"')


# --- afterwards ---------------------------------------------------------------------------------------------------


def test_the_old_password_no_longer_works(walk: Walk) -> None:
    walk.to(Step.DONE)
    page = log_in(walk.bank.browser(), ALICE, OLD_PASSWORD)
    assert (page.status, page.address) == (422, LOG_IN)


def test_nobody_is_logged_in_by_the_recovery(walk: Walk) -> None:
    browser = walk.to(Step.DONE)
    assert browser.visit(PORTAL).address == LOG_IN


def test_the_session_ends_too_of_a_browser_that_was_logged_in_and_recovered(walk: Walk) -> None:
    log_in(walk.browser, ALICE)
    walk.to(Step.DONE)
    assert walk.browser.visit(PORTAL).address == LOG_IN


def test_every_open_session_of_the_customer_ends(walk: Walk) -> None:
    elsewhere = walk.bank.browser()
    assert log_in(elsewhere, ALICE).address == PORTAL
    walk.to(Step.DONE)
    assert elsewhere.visit(PORTAL).address == LOG_IN


def test_every_other_recovery_and_link_of_the_customer_ends(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    other = Walk(walk.bank)
    other.to(Step.CONTACTS)
    third = Walk(walk.bank)
    third.ask()
    link = third.link()
    walk.set_password()
    assert other.browser.visit().step == Step.USED
    assert third.browser.visit(link).step == Step.USED


def test_other_customers_notice_nothing(walk: Walk) -> None:
    bob = walk.bank.browser()
    log_in(bob, BOB)
    before = everything_of(walk.bank, BOB)
    walk.to(Step.DONE)
    assert everything_of(walk.bank, BOB) == before
    assert bob.visit(PORTAL).address == PORTAL
    assert not walk.bank.letters_to(BOB)


def test_every_registered_address_is_told_of_the_change(open_bank: OpenBank, sms: SmsProvider) -> None:
    walk = Walk(open_bank(sms_url=sms.url))
    walk.to(Step.DONE)
    told = walk.bank.execute("SELECT channel FROM notice WHERE kind = 'changed' ORDER BY channel")
    assert [channel for (channel,) in told] == ["email", "sms"]
    walk.bank.deliver()
    letter = walk.bank.letters_to(ALICE)[-1]
    assert "UTC−05:00" in letter.text
    assert "10:00" in letter.text  # 15:00 UTC
    assert letter.alarm
    assert RECOVERY + "/enlace" not in letter.text


# --- the portal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def portal_times(walk: Walk) -> Page:
    """The portal after a recovery, one earlier log-in, and a second browser that came later."""
    walk.to(Step.DONE)
    walk.bank.clock.go_on(hours=1)
    log_in(walk.bank.browser(User_Agent="Firefox on Windows"), ALICE, NEW_PASSWORD)
    walk.bank.clock.go_on(minutes=5)
    return log_in(walk.bank.browser(User_Agent="Chrome on Linux"), ALICE, NEW_PASSWORD)


def test_the_portal_shows_last_access_last_change_and_open_sessions(portal_times: Page) -> None:
    last_access, last_change = (fact.text for fact in portal_times.html.all("dd"))
    assert "11:00" in last_access
    assert "10:00" in last_change
    sessions = [item.text for item in portal_times.html.one("ul", **{"class": "sessions"}).all("li")]
    assert len(sessions) == 2
    assert "Chrome, Linux" in sessions[0]
    assert "Firefox, Windows" in sessions[1]


def test_the_portal_marks_the_session_of_this_browser_whichever_was_used_last(bank: Bank) -> None:
    mine, other = bank.browser(User_Agent="Firefox"), bank.browser(User_Agent="Chrome")
    log_in(mine, ALICE)
    bank.clock.go_on(minutes=1)
    log_in(other, ALICE)
    bank.clock.go_on(minutes=1)
    marked = [item.text for item in mine.visit(PORTAL).html.all("li") if list(item.all("strong"))]
    assert len(marked) == 1
    assert "Firefox" in marked[0]


def test_logging_out_ends_this_session_only(bank: Bank) -> None:
    browser, other = bank.browser(), bank.browser()
    log_in(other, ALICE)
    log_in(browser, ALICE)
    old_cookie = str(browser.cookie)
    assert browser.submit().address == "/"
    assert browser.visit(PORTAL).address == LOG_IN
    assert other.visit(PORTAL).address == PORTAL
    thief = bank.browser()
    thief.take_cookie(old_cookie)
    assert thief.visit(PORTAL).address == LOG_IN


def test_a_session_ends_by_itself_after_ten_idle_minutes(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE)
    bank.clock.go_on(minutes=9, seconds=59)
    assert browser.visit(PORTAL).address == PORTAL
    bank.clock.go_on(seconds=timedelta(minutes=10).total_seconds())
    assert browser.visit(PORTAL).address == LOG_IN


def test_a_session_ends_after_twelve_hours_however_busy(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE)
    for _ in range(79):
        bank.clock.go_on(minutes=9)
        assert browser.visit(PORTAL).address == PORTAL
    bank.clock.go_on(minutes=9)
    assert browser.visit(PORTAL).address == LOG_IN


def test_the_portal_asks_for_the_password_first(bank: Bank) -> None:
    assert bank.browser().visit(PORTAL).address == LOG_IN
