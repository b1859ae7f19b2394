"""Going on where it began: a number at the browser that opened the link, typed at the one that asked (0052)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.journey import Step
from app.domain.messages import Language
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY

from .bank import Bank
from .browser import BY_HTMX, RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import NOBODY, document
from .phones import SmsProvider
from .test_neutrality import CUSTOMERS_TABLES, asked, seen
from .walk import Walk

NUMBER = f"{RECOVERY}/numero"
REFUSED = "El número no es correcto o su tiempo se terminó"
OVER = "El tiempo del número se terminó"
TRIES = 5


def offered(walk: Walk) -> str:
    """The customer opened the link on the phone and pressed «Seguir en el otro dispositivo»; the number."""
    walk.to(Step.REIDENTIFY)
    walk.show_number()
    return walk.number()


def another(number: str) -> str:
    """Six other digits."""
    return f"{(int(number.replace(' ', '')) + 1) % 10**6:06}"


def told(page: Page) -> tuple[int, str | None, list[str]]:
    """What somebody is told at the waiting page."""
    return page.status, page.step, page.problems


# --- the way ------------------------------------------------------------------------------------------------------


def test_the_number_brings_the_recovery_to_the_browser_that_asked(bank: Bank, htmx: bool) -> None:
    walk = Walk(bank, htmx=htmx)
    offered(walk)
    phone, computer = walk.browser, walk.asking
    page = walk.type_number()
    assert (page.status, page.step, page.is_fragment) == (200, Step.REIDENTIFY, htmx)
    walk.browser = computer
    walk.type_document()
    walk.confirm_contacts()
    walk.type_code()
    walk.answer()
    assert walk.set_password().step == Step.DONE
    assert phone.visit().step == Step.USED


def test_whoever_needs_no_other_device_simply_goes_on(walk: Walk) -> None:
    offered(walk)
    assert walk.type_document().step == Step.CONTACTS


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}{1}", " {0}-{1} ", "{0}\u00a0{1}"])
def test_the_number_may_be_typed_with_spaces(walk: Walk, typed: str) -> None:
    groups = offered(walk).split()
    assert walk.asking.submit(number=typed.format(*groups)).step == Step.REIDENTIFY


def test_the_phone_that_handed_over_says_where_to_go_on_and_can_do_nothing_more(walk: Walk) -> None:
    offered(walk)
    form = walk.browser.page.hidden | document(ALICE)
    walk.type_number()
    before = walk.bank.rows()
    assert walk.browser.post(RECOVERY, form).step == Step.USED
    assert walk.browser.page.heading == "Siga en su otro dispositivo"
    assert walk.browser.visit(walk.link()).heading == "Siga en su otro dispositivo"
    walk.browser.post(f"{RECOVERY}/otro-dispositivo", {"csrf_token": walk.browser.page.hidden["csrf_token"]})
    assert walk.bank.rows() == before
    assert walk.asking.visit().step == Step.REIDENTIFY


def test_whoever_has_only_a_mobile_is_told_to_call_because_an_sms_has_no_alarm(
    open_bank: OpenBank, sms: SmsProvider
) -> None:
    walk = Walk(open_bank(sms_url=sms.url), CAROL_BY_MOBILE_ONLY, sms=sms)
    offered(walk)
    walk.type_number()
    assert "Llámenos ya, a cualquier hora" in walk.browser.visit().text


def test_a_number_typed_where_it_is_over_since_is_no_reason_to_go_on_elsewhere(walk: Walk) -> None:
    offered(walk)
    walk.type_number()
    walk.bank.clock.go_on(seconds=1800)
    assert walk.asking.visit().step == Step.EXPIRED
    assert walk.browser.visit().heading == "Este enlace ya no sirve"


def test_whoever_never_had_the_link_is_not_told_that_it_went_elsewhere(walk: Walk) -> None:
    offered(walk)
    walk.type_number()
    stranger = walk.bank.browser()
    assert stranger.visit(f"{RECOVERY}/enlace/made-up").heading == "Este enlace ya no sirve"


def test_the_cookie_is_renewed_with_the_right_to_go_on(walk: Walk) -> None:
    offered(walk)
    before = walk.asking.cookie
    walk.type_number()
    thief = walk.bank.browser()
    thief.take_cookie(str(before))
    assert walk.asking.cookie != before
    assert thief.visit(RECOVERY).step == Step.IDENTIFY


def test_the_page_with_the_number_warns_of_callers_and_copies(walk: Walk) -> None:
    offered(walk)
    text = walk.browser.page.text
    for words in ("frente a usted", walk.bank.settings.base_url, "No se lo diga a nadie", "Nadie del banco"):
        assert words in text


def test_the_number_stands_in_no_row_and_no_log_line(walk: Walk) -> None:
    shown = offered(walk)
    number = re.compile(rf"(?<!\w){shown.replace(' ', ' ?')}(?!\w)")
    assert number.search(f"« {shown} »")
    waiting = str(walk.bank.rows(leaving_out=frozenset()))
    walk.type_number()
    for told in (waiting, str(walk.bank.rows(leaving_out=frozenset())), walk.bank.log.getvalue()):
        assert not number.search(told)


def test_the_log_tells_the_offer_the_slip_and_the_hand_over(walk: Walk) -> None:
    number = offered(walk)
    walk.asking.submit(number=another(number))
    walk.type_number()
    told = [(event["step"], event["outcome"]) for event in walk.bank.events("recovery_step")]
    assert told[-3:] == [("reidentify", "offered"), ("link_sent", "wrong"), ("reidentify", "accepted")]


# --- its time, and noticing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(119, 200), (120, 422)])
def test_the_number_works_for_two_minutes(walk: Walk, seconds: int, status: int) -> None:
    offered(walk)
    walk.bank.clock.go_on(seconds=seconds)
    assert walk.type_number().status == status


def test_the_phone_asks_in_vain_until_something_happens(walk: Walk) -> None:
    offered(walk)
    phone = walk.browser
    assert (phone.visit(NUMBER, by_htmx=True).status, phone.page.source) == (204, "")
    walk.bank.clock.go_on(seconds=120)
    over = phone.client.get(NUMBER, base_url=phone.base_url, headers=BY_HTMX).get_data(as_text=True)
    assert OVER in over
    assert 'hx-trigger="every' not in over, "it would ask for ever"


def test_the_phone_notices_by_itself_that_the_number_was_typed(walk: Walk) -> None:
    offered(walk)
    phone = walk.browser
    walk.type_number()
    assert phone.visit(NUMBER, by_htmx=True).step == Step.USED


def test_a_number_whose_time_is_over_can_be_asked_for_anew(walk: Walk) -> None:
    first = offered(walk)
    walk.bank.clock.go_on(seconds=120)
    assert OVER in walk.browser.visit().text
    walk.show_number()
    assert walk.number() != first
    assert walk.asking.submit(number=first).status == 422
    assert walk.type_number().step == Step.REIDENTIFY


def test_the_link_s_own_time_ends_the_number_too(walk: Walk) -> None:
    walk.to(Step.LINK_SENT)
    link = walk.link()
    walk.bank.clock.go_on(minutes=29)
    walk.browser.visit(link)
    walk.asking.visit()
    walk.show_number()
    walk.bank.clock.go_on(seconds=60)
    assert walk.type_number().step == Step.EXPIRED


# --- what it opens to nobody ----------------------------------------------------------------------------------------


def wrong_in_every_way(walk: Walk) -> dict[str, Page]:
    """Every reason for which a number may be refused, each at a waiting page of its own."""
    pages = {}
    number = offered(walk)
    pages["made up"] = walk.asking.submit(number=another(number))
    pages["of another recovery"] = asked(walk.bank, BOB).submit(number=number)
    pages["nobody's document"] = asked(walk.bank, NOBODY).submit(number=number)
    pages["the link not opened"] = asked(walk.bank, BOB).submit(number="123456")
    late = Walk(walk.bank, BOB)
    number = offered(late)
    walk.bank.clock.go_on(seconds=120)
    pages["too late"] = late.asking.submit(number=number)
    gone_on = Walk(walk.bank)
    number = offered(gone_on)
    gone_on.type_document()
    pages["the phone went on"] = gone_on.asking.submit(number=number)
    return pages


def test_every_wrong_number_gets_the_same_answer_whatever_is_wrong_with_it(walk: Walk) -> None:
    pages = wrong_in_every_way(walk)
    assert {name: seen(page) for name, page in pages.items()} == dict.fromkeys(pages, seen(pages["made up"]))
    assert told(pages["made up"])[0] == 422
    assert REFUSED in pages["made up"].text


def test_the_waiting_page_never_tells_that_a_link_was_opened(walk: Walk) -> None:
    stranger = asked(walk.bank, NOBODY)
    offered(walk)
    assert seen(walk.asking.visit()) == seen(stranger.visit())


def test_a_wrong_number_is_the_same_work_for_every_document_and_never_looks_at_customers(walk: Walk) -> None:
    number = offered(walk)
    done = []
    for waiting in (walk.asking, asked(walk.bank, NOBODY)):
        with walk.bank.statements() as statements:
            waiting.submit(number=another(number))
        done.append(list(statements))
    assert done[0] == done[1]
    assert [one.split()[0] for one in done[0] if "numbers_tried +" in one] == ["UPDATE"]
    assert not [one for one in done[0] if CUSTOMERS_TABLES.search(one)]


def test_a_wrong_number_moves_nothing_of_the_recovery(walk: Walk) -> None:
    number = offered(walk)
    walk.type_document()
    before = walk.bank.execute("SELECT version, idle_at, step, ticket FROM recovery")
    walk.asking.submit(number=number)
    assert walk.bank.execute("SELECT version, idle_at, step, ticket FROM recovery") == before


def test_after_five_tries_the_right_number_gets_the_bytes_of_a_wrong_one(walk: Walk) -> None:
    number = offered(walk)
    for _ in range(TRIES - 1):
        walk.asking.submit(number=another(number))
    last_wrong = seen(walk.asking.submit(number=another(number)))
    assert seen(walk.type_number()) == last_wrong
    walk.show_number()
    assert walk.type_number().status == 422, "a new number brought the tries back"
    assert walk.browser.visit().step == Step.REIDENTIFY
    assert walk.type_document().step == Step.CONTACTS


def test_numbers_beyond_the_limit_are_told_to_the_log_for_every_document(walk: Walk) -> None:
    for told_before, waiting in enumerate((asked(walk.bank, ALICE), asked(walk.bank, NOBODY))):
        for _ in range(TRIES):
            waiting.submit(number="123456")
        assert len(walk.bank.events("excess_rate_limit_exceeded")) == told_before
        waiting.submit(number="123456")
        *_, last = walk.bank.events("excess_rate_limit_exceeded")
        assert last["limit"] == "numbers of one recovery"
    assert len(walk.bank.events("excess_rate_limit_exceeded")) == 2


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "１２３４５６"])
def test_what_has_not_the_form_of_a_number_costs_no_try(walk: Walk, typed: str) -> None:
    offered(walk)
    before = walk.bank.rows()
    page = walk.asking.submit(number=typed)
    assert (page.status, page.step) == (422, Step.LINK_SENT)
    assert page.problems
    assert walk.bank.rows() == before


def test_a_number_is_used_once(walk: Walk) -> None:
    number = offered(walk)
    form = walk.asking.page.hidden | {"number": number}
    walk.type_number()
    taken = walk.bank.execute("SELECT ticket, version FROM recovery")
    walk.asking.post(RECOVERY, form)
    assert walk.bank.execute("SELECT ticket, version FROM recovery") == taken


def test_of_many_who_type_it_at_once_one_goes_on(walk: Walk) -> None:
    number, cookie = offered(walk), str(walk.asking.cookie)
    form = walk.asking.page.hidden | {"number": number}

    def type_it(_: int) -> Browser:
        mine = walk.bank.browser()
        mine.take_cookie(cookie)
        mine.post(RECOVERY, form, follow=False)
        return mine

    with ThreadPoolExecutor(6) as pool:
        browsers = list(pool.map(type_it, range(6)))
    standing = [browser.visit(RECOVERY).step for browser in browsers]
    assert standing.count(Step.REIDENTIFY) == 1
    assert walk.browser.visit().step == Step.USED


def test_the_document_given_at_the_phone_and_the_number_at_once_leave_one_holder(walk: Walk) -> None:
    number = offered(walk)
    tries = [(walk.browser, walk.browser.page.hidden | document(ALICE)), (walk.asking, walk.asking.page.hidden)]
    tries[1][1]["number"] = number
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one[0].post(RECOVERY, one[1], follow=False), tries))
    past = [browser.visit(RECOVERY).step for browser in (walk.browser, walk.asking)]
    assert past in ([Step.CONTACTS, Step.LINK_SENT], [Step.USED, Step.REIDENTIFY])


@pytest.mark.parametrize("step", [step for step in Step if step in {Step.CONTACTS, Step.CODE, Step.QUESTIONS}])
def test_past_the_document_nothing_can_be_handed_over(walk: Walk, step: Step) -> None:
    walk.to(Step.REIDENTIFY)
    walk.show_number()
    number = walk.number()
    walk.type_document()
    for press in (walk.confirm_contacts, walk.type_code):
        if walk.browser.page.step != step:
            press()
    before = walk.bank.rows()
    walk.show_number()
    assert walk.bank.rows() == before
    assert walk.asking.submit(number=number).status == 422
    assert walk.browser.visit().step == step


def test_what_was_handed_over_is_not_handed_on(walk: Walk) -> None:
    offered(walk)
    walk.type_number()
    walk.browser = walk.asking
    before = walk.bank.rows()
    assert "Seguir en el otro dispositivo" not in walk.asking.page.text
    walk.show_number()
    assert walk.bank.rows() == before


def test_a_newer_link_ends_what_was_handed_over_and_not_proved(walk: Walk) -> None:
    offered(walk)
    walk.type_number()
    Walk(walk.bank).to(Step.REIDENTIFY)
    assert walk.asking.visit().step == Step.USED


def test_a_link_that_is_sent_again_because_an_answer_was_lost_takes_nothing_back_that_was_handed_over(
    walk: Walk,
) -> None:
    offered(walk)
    walk.type_number()
    walk.bank.execute("UPDATE notice SET done_at = NULL, due_at = created_at WHERE kind = 'link'")
    assert walk.open_link().step == Step.USED
    assert walk.asking.visit().step == Step.REIDENTIFY


def test_whoever_began_it_with_a_strangers_document_gains_nothing_by_the_opened_link(walk: Walk) -> None:
    mallory = walk.asking
    walk.to(Step.REIDENTIFY)
    for typed in ("000000", "123456", "999999"):
        assert mallory.submit(number=typed).status == 422
    assert mallory.visit().step == Step.LINK_SENT
    assert walk.type_document().step == Step.CONTACTS


def test_in_english_the_warning_is_in_english(walk: Walk) -> None:
    walk.to(Step.REIDENTIFY).speak(Language.ENGLISH)
    assert "in front of you" in walk.show_number().text
