"""Nothing is lost: what must be sent is sent, whatever mail and SMS do (design decision 9, requirement S18)."""

import errno
import io
import shutil
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app import events
from app.adapters import mail
from app.adapters import sms as sms_adapter
from app.adapters.mail import Letter as OurLetter
from app.delivery import LEASE, Worker
from app.domain.customers import Channel, Contact, Customer
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import Notice, NoticeKind
from e2e.waiting import until
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY, START

from .bank import Bank
from .conftest import OpenBank
from .html import read_html
from .letters import Behaviour, Letter, accept, accept_and_hang_up, hang, hang_up, refuse
from .people import document
from .phones import SmsProvider
from .walk import Walk


@contextmanager
def impatient() -> Iterator[None]:
    """Nobody waits ten seconds for a server in a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "TIMEOUT_SECONDS", 1)
        patch.setattr(sms_adapter, "TIMEOUT_SECONDS", 1)
        yield


def notify(bank: Bank, person: Customer, channel: Channel = Channel.EMAIL, times: int = 1) -> None:
    """Put notices for a person into the outbox."""
    customer_id = bank.customer(person).id
    with bank.store.transaction() as tx:
        for number in range(times):
            tx.notices.post(NoticeKind.CHANGED, f"recovery {number}", Language.SPANISH, customer_id, (channel,))


def waits(bank: Bank) -> list[float]:
    """How long each failed try made a message wait."""
    return [entry["wait_seconds"] for entry in bank.events("notice_delayed")]


# --- mail ---------------------------------------------------------------------------------------------------


def test_mail_that_is_down_is_tried_again_ever_later_until_it_is_up(bank: Bank) -> None:
    bank.post_office.close()
    notify(bank, ALICE)
    for seconds in (0, 1, 2, 4):
        bank.clock.go_on(seconds=seconds)
        bank.deliver()
    assert waits(bank) == [1, 2, 4, 8]
    bank.post_office.open()
    bank.clock.go_on(seconds=7)
    bank.deliver()
    assert not bank.letters
    bank.clock.go_on(seconds=1)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


def test_the_answer_does_not_change_when_mail_is_down(bank: Bank) -> None:
    bank.post_office.close()
    assert Walk(bank).ask().step == Step.LINK_SENT


@pytest.mark.parametrize("trouble", [refuse, hang, hang_up])
def test_a_server_in_trouble_gets_the_same_message_again(bank: Bank, trouble: Behaviour) -> None:
    bank.post_office.behaviour = trouble
    notify(bank, ALICE)
    with impatient():
        bank.deliver()
    assert (len(waits(bank)), bank.letters) == (1, [])
    bank.post_office.behaviour = accept
    bank.clock.go_on(seconds=1)
    bank.deliver()
    first, second = bank.post_office.offered
    assert first.id == second.id
    assert bank.letters == [second]


def test_a_server_that_takes_the_message_and_hangs_up_gets_it_once(bank: Bank) -> None:
    bank.post_office.behaviour = accept_and_hang_up
    notify(bank, ALICE, times=3)
    bank.deliver()
    bank.clock.go_on(minutes=10)
    bank.deliver()
    assert len(bank.letters) == len({letter.id for letter in bank.letters}) == 3


def test_one_message_that_fails_does_not_hold_up_the_others(bank: Bank) -> None:
    bank.post_office.behaviour = hang
    notify(bank, ALICE)
    with impatient():
        bank.deliver()
    bank.post_office.behaviour = accept
    notify(bank, BOB)
    bank.deliver()
    assert [letter.to for letter in bank.letters] == ["bob@example.com"]


def test_a_code_whose_answer_was_lost_is_sent_again_with_the_same_value(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.behaviour = hang_up
    walk.confirm_contacts()
    assert walk.browser.visit().html.one("div", id="code-time").attributes.get("data-seconds") is None
    walk.bank.post_office.behaviour = accept
    walk.bank.clock.go_on(seconds=1)
    walk.bank.deliver()
    lost, arrived = walk.bank.post_office.offered[-2:]
    assert (lost.id, lost.code) == (arrived.id, arrived.code)
    assert walk.browser.submit(code=lost.code).step == Step.QUESTIONS


def test_a_link_whose_answer_was_lost_is_sent_again_as_the_same_link(walk: Walk) -> None:
    walk.bank.post_office.behaviour = hang_up
    walk.ask()
    walk.bank.deliver()
    walk.bank.post_office.behaviour = accept
    walk.bank.clock.go_on(seconds=1)
    assert walk.open_link().step == Step.REIDENTIFY
    lost, arrived = walk.bank.post_office.offered
    assert (lost.id, lost.link) == (arrived.id, arrived.link)
    assert walk.type_document().step == Step.CONTACTS


def spent_links(bank: Bank) -> list[int]:
    """How many links of the day are spent, by customer."""
    return [spent for (spent,) in bank.execute("SELECT spent FROM budget WHERE budget = 'links'")]


def test_trying_again_costs_no_second_link_of_the_day(walk: Walk) -> None:
    walk.bank.post_office.behaviour = refuse
    walk.ask()
    for _ in range(7):
        walk.bank.deliver()
        walk.bank.clock.go_on(minutes=2)
    assert spent_links(walk.bank) == [1]


def test_links_that_never_left_cost_the_customer_none_of_the_day(walk: Walk) -> None:
    walk.bank.post_office.behaviour = refuse
    for _ in range(5):
        walk.ask()
        walk.bank.deliver()
        walk.bank.clock.go_on(minutes=31)
        walk.bank.deliver()
    walk.bank.post_office.behaviour = accept
    walk.ask()
    assert walk.open_link().step == Step.REIDENTIFY


def test_a_link_that_is_dropped_at_its_first_try_costs_none_of_the_day(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url)
    bank.worker._texter = None
    for _ in range(3):
        Walk(bank, CAROL_BY_MOBILE_ONLY).ask()
    bank.deliver()
    assert len(bank.events("notice_dropped")) == 3
    assert spent_links(bank) == [0]


def claim(bank: Bank) -> Notice:
    """The message that is due, in the hands of a sender that then keeps it beyond its lease."""
    with bank.store.transaction() as tx:
        claimed = tx.notices.claim(LEASE)
    assert claimed
    bank.clock.now += LEASE
    return claimed


def test_of_senders_that_give_up_one_message_one_learns_whose_it_is(bank: Bank) -> None:
    notify(bank, ALICE)
    first, second = claim(bank), claim(bank)
    with bank.store.transaction() as tx:
        dropped = [tx.notices.drop(one, "too late to be of use") for one in (first, second, second)]
    assert dropped == [None, bank.customer(ALICE).id, None]


def test_what_was_sent_after_all_is_not_given_up_by_who_claimed_it_since(bank: Bank) -> None:
    notify(bank, ALICE)
    first, second = claim(bank), claim(bank)
    with bank.store.transaction() as tx:
        tx.notices.sent(first)
        assert tx.notices.drop(second, "too late to be of use") is None
    assert [problem for (problem,) in bank.execute("SELECT problem FROM notice")] == [None]


def test_a_link_whose_address_is_gone_before_it_could_be_sent_goes_nowhere(walk: Walk) -> None:
    walk.bank.post_office.behaviour = refuse
    walk.ask()
    walk.bank.deliver()
    walk.bank.enrol(replace(ALICE, contact=Contact(None, "+573001234567", START)))
    walk.bank.post_office.behaviour = accept
    walk.bank.clock.go_on(seconds=1)
    walk.bank.deliver()

    assert [letter.to for letter in walk.bank.letters] == []
    assert [entry["problem"] for entry in walk.bank.events("notice_dropped")] == ["the address is gone"]


@pytest.mark.parametrize(("minutes", "arrives"), [(29, True), (30, False)])
def test_a_link_that_would_come_too_late_is_not_sent(walk: Walk, minutes: int, arrives: bool) -> None:
    walk.ask()
    walk.bank.clock.go_on(minutes=minutes)
    walk.bank.deliver()
    assert bool(walk.received()) is arrives


def test_a_code_for_a_recovery_that_ended_is_not_sent(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.browser.visit()
    walk.bank.clock.go_on(minutes=6)
    walk.bank.post_office.open()
    walk.bank.deliver()
    assert len(walk.received()) == 1
    assert walk.bank.events("notice_dropped")[-1]["kind"] == "code"


def test_a_notice_that_must_arrive_is_tried_for_three_days(bank: Bank) -> None:
    bank.post_office.close()
    notify(bank, ALICE)
    bank.deliver()
    bank.clock.go_on(days=2, hours=23)
    bank.deliver()
    bank.post_office.open()
    bank.clock.go_on(minutes=5)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


def test_a_failing_notice_neither_undoes_nor_hides_the_change(walk: Walk) -> None:
    walk.to(Step.PASSWORD)
    walk.bank.post_office.close()
    assert walk.set_password().step == Step.DONE
    walk.bank.deliver()
    assert walk.browser.visit().step == Step.DONE


# --- SMS ------------------------------------------------------------------------------------------------------


def test_an_sms_provider_that_fails_gets_the_same_message_again(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url)
    sms.status = 503
    notify(bank, CAROL_BY_MOBILE_ONLY, Channel.SMS)
    bank.deliver()
    assert (waits(bank), sms.accepted) == ([1], [])
    sms.status = 204
    bank.clock.go_on(seconds=1)
    bank.deliver()
    assert [text.id for text in sms.offered] == [sms.accepted[0].id] * 2


def test_an_sms_provider_that_never_answers_is_not_waited_for(open_bank: OpenBank) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bank = open_bank(sms_url=f"http://127.0.0.1:{silent.getsockname()[1]}/sms")
        notify(bank, CAROL_BY_MOBILE_ONLY, Channel.SMS)
        with impatient():
            bank.deliver()
    assert waits(bank) == [1]


def test_without_an_sms_provider_a_message_is_dropped_with_a_word_and_not_tried_for_ever(bank: Bank) -> None:
    notify(bank, CAROL_BY_MOBILE_ONLY, Channel.SMS)
    bank.deliver()
    bank.clock.go_on(hours=1)
    assert not bank.worker.deliver_one()
    assert [entry["problem"] for entry in bank.events("notice_dropped")] == ["the address is gone"]


def test_without_an_sms_provider_nobody_is_promised_a_message_to_the_mobile(walk: Walk) -> None:
    page = walk.to(Step.DONE).page
    walk.bank.deliver()
    assert "Enviamos un aviso al correo que tiene registrado." in page.text
    assert "celular que tiene" not in page.text
    assert not walk.bank.events("notice_dropped")


def test_without_an_sms_provider_who_has_only_a_mobile_is_out_of_reach_and_spends_nothing(bank: Bank) -> None:
    Walk(bank, CAROL_BY_MOBILE_ONLY).ask()
    bank.deliver()
    assert [entry["problem"] for entry in bank.events("notice_dropped")] == ["no address is registered"]
    assert not bank.execute("SELECT * FROM budget")
    assert not bank.events("authn_token_created")


def test_mail_and_sms_do_not_wait_for_each_other(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url)
    bank.post_office.close()
    walk = Walk(bank, CAROL_BY_MOBILE_ONLY, sms=sms)
    notify(bank, ALICE)
    walk.to(Step.DONE)


# --- what is sent ------------------------------------------------------------------------------------------------


@pytest.fixture
def every_letter(walk: Walk) -> list[Letter]:
    """One of each kind that Alice can get."""
    walk.to(Step.DONE)
    walk.bank.deliver()
    alarmed = walk.bank.browser()
    alarmed.visit(walk.received()[-1].alarm)
    alarmed.submit()
    locked = Walk(walk.bank)
    locked.to(Step.REIDENTIFY)
    for _ in range(3):
        locked.browser.submit(**document(BOB))
    walk.bank.deliver()
    return walk.received()


def test_every_letter_is_in_spanish_and_names_itself_for_programs(every_letter: list[Letter]) -> None:
    assert len({letter.subject for letter in every_letter}) == 5
    assert len({letter.id for letter in every_letter}) == len(every_letter)
    for letter in every_letter:
        assert letter.subject.endswith("Banco del Páramo")
        assert "Alice" in letter.text
        assert "Línea Amigo" in letter.text
        assert read_html(letter.html).one("html").attributes["lang"] == "es-CO"
        assert b"Content-Language: es-CO" in letter.raw
        assert b"Auto-Submitted: auto-generated" in letter.raw
        assert letter.id.endswith("@clave.banco.example>")


def test_no_letter_loads_anything_or_leads_anywhere_but_to_the_bank(every_letter: list[Letter]) -> None:
    for letter in every_letter:
        html = read_html(letter.html)
        assert not list(html.all("img", "script", "link", "iframe"))
        assert all(a.attributes["href"].startswith("https://clave.banco.example/") for a in html.all("a"))
        assert ALICE.document.number not in letter.text + letter.subject
        leads_to = {link.rpartition("/")[0].rpartition("/")[2] for link in letter.links}
        assert leads_to <= {"enlace", "no-fui-yo"}


def test_no_code_and_no_token_stands_in_clear_in_any_file_line_or_subject(walk: Walk, tmp_path: Path) -> None:
    walk.to(Step.CODE)
    link, code = walk.received()
    secrets = [link.link.rpartition("/")[2], link.alarm.rpartition("/")[2], code.code]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 1
    for secret in secrets:
        assert not [file for file in written if secret.encode() in file]
        assert secret not in walk.bank.log.getvalue()
        assert secret not in link.subject + code.subject


# --- the worker ---------------------------------------------------------------------------------------------------


@pytest.fixture
def working(request: pytest.FixtureRequest) -> Callable[[Bank], None]:
    """Starts the worker's own loop, which ends with the test."""

    def start(bank: Bank) -> None:
        stop = threading.Event()
        thread = threading.Thread(target=bank.worker.run, args=(stop, 2))
        thread.start()

        def end() -> None:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()

        request.addfinalizer(end)

    return start


def test_the_worker_outlives_a_database_that_is_away(
    open_bank: OpenBank, working: Callable[[Bank], None], tmp_path: Path, founded: Path
) -> None:
    folder = tmp_path / "unplugged"
    bank = open_bank(database_url=f"sqlite:///{folder / 'bank.db'}")
    working(bank)
    until(lambda: bank.events("delivery_failed"))
    folder.mkdir()
    shutil.copy(founded, folder / "bank.db")
    notify(bank, ALICE)
    until(lambda: bank.letters)


class FullDisk(io.StringIO):
    """A log that takes nothing."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_the_worker_sends_on_while_its_log_cannot_be_written(bank: Bank, working: Callable[[Bank], None]) -> None:
    events.configure(FullDisk())
    working(bank)
    notify(bank, ALICE, times=8)
    until(lambda: len(bank.letters) == 8)
    events.configure(bank.log)
    notify(bank, ALICE)
    until(lambda: bank.events("notice_sent"))


def test_the_worker_purges_by_itself(bank: Bank, working: Callable[[Bank], None]) -> None:
    bank.browser().visit()
    bank.clock.go_on(hours=2)
    working(bank)
    assert until(lambda: bank.events("data_purged"))[0]["web_session"] == 1


def test_two_workers_at_once_send_each_message_once(bank: Bank, working: Callable[[Bank], None]) -> None:
    notify(bank, ALICE, times=20)
    working(bank)
    working(bank)
    until(lambda: len(bank.letters) >= 20)
    assert len({letter.id for letter in bank.letters}) == len(bank.letters) == 20


@pytest.mark.parametrize("second_arrives", [False, True])
def test_a_mail_server_slower_than_the_lease_gets_a_message_twice_at_most_and_both_bring_one_link(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, *, second_arrives: bool
) -> None:
    bank, first, second = walk.bank, walk.bank.worker, Worker(walk.bank.app, walk.bank.services)
    send = first._mailer.send

    def take_more_than_the_lease(letter: OurLetter) -> None:
        bank.clock.go_on(seconds=LEASE.total_seconds() + 1)
        assert second.deliver_one()
        send(letter)

    def hang_up_on_it(_: object) -> None:
        raise smtplib.SMTPServerDisconnected

    if not second_arrives:
        monkeypatch.setattr(second._mailer, "send", hang_up_on_it)
    walk.ask()
    with monkeypatch.context() as patch:
        patch.setattr(first._mailer, "send", take_more_than_the_lease)
        first.deliver_one()
    bank.clock.go_on(minutes=1)
    bank.deliver()

    assert len(walk.received()) == 1 + second_arrives
    assert len({letter.link for letter in walk.received()}) == 1
    assert walk.open_link().step == Step.REIDENTIFY
