"""The worker as operators run it, a process of its own, which may be killed at any moment and loses nothing."""

import json
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import Popen

import pytest

from app.domain.customers import Channel
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from e2e.waiting import until
from tests.people import ALICE

from .bank import Bank
from .letters import accept, accept_slowly, hang
from .processes import WORKER, environment, kill, start
from .walk import Walk

Worker = Popen[bytes]
StartWorker = Callable[..., Worker]
SOON = ("--lease-seconds", "2")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the workers said."""
    return tmp_path / "worker.log"


@pytest.fixture
def start_worker(live_bank: Bank, log: Path) -> Iterator[StartWorker]:
    """Starts worker processes of the bank."""
    started: list[Worker] = []

    def start_one(*options: str) -> Worker:
        started.append(start(*WORKER, *options, env=environment(live_bank.settings), log=log))
        return started[-1]

    yield start_one
    for worker in started:
        kill(worker)


def put_in_outbox(bank: Bank, count: int) -> set[str]:
    """So many notices for Alice; the ids that her letters will have."""
    alice = bank.customer(ALICE).id
    with bank.store.transaction() as tx:
        for number in range(count):
            tx.notices.post(NoticeKind.CHANGED, f"recovery {number}", Language.SPANISH, alice, (Channel.EMAIL,))
    return {f"<{id}@clave.banco.example>" for (id,) in bank.execute("SELECT id FROM notice")}


def ids_of(bank: Bank) -> set[str]:
    return {letter.id for letter in bank.letters}


def nothing_waits(bank: Bank) -> bool:
    """Whether every message was sent or given up."""
    return not bank.execute("SELECT id FROM notice WHERE done_at IS NULL")


def test_the_journey_with_a_worker_in_a_process_of_its_own(
    live_bank: Bank, start_worker: StartWorker, log: Path
) -> None:
    worker = start_worker()
    walk = Walk(live_bank)
    walk.ask()
    link = until(lambda: live_bank.letters_to(ALICE))[0].link
    walk.browser.visit(link)
    walk.type_document()
    walk.browser.submit()
    until(lambda: "Enviamos el código" in walk.browser.visit().text)
    assert walk.type_code().step == Step.QUESTIONS
    walk.answer()
    assert walk.set_password().step == Step.DONE
    until(lambda: nothing_waits(live_bank))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    said = log.read_text()
    names = [json.loads(line)["event"] for line in said.splitlines()]
    assert names.count("notice_sent") == 3
    assert "notice_dropped" not in names  # nobody has an SMS for which there is no provider
    for secret in (link.rpartition("/")[2], live_bank.letters_to(ALICE)[1].code, "alice@", ALICE.document.number):
        assert secret not in said


def test_a_code_under_way_when_the_worker_is_killed_is_sent_by_the_next_one_with_the_same_value(
    live_bank: Bank, start_worker: StartWorker
) -> None:
    walk = Walk(live_bank)
    walk.to(Step.CONTACTS)
    live_bank.post_office.behaviour = hang
    walk.browser.submit()
    victim = start_worker(*SOON)
    until(lambda: len(live_bank.post_office.offered) == 2)
    kill(victim)
    live_bank.post_office.behaviour = accept
    start_worker(*SOON)
    until(lambda: len(live_bank.letters_to(ALICE)) > 1)
    under_way, arrived = live_bank.post_office.offered[1:3]
    assert (under_way.id, under_way.code) == (arrived.id, arrived.code)
    until(lambda: "Enviamos el código" in walk.browser.visit().text)
    assert walk.browser.submit(code=under_way.code).step == Step.QUESTIONS


def has_sent(bank: Bank, many: int) -> bool:
    return len(ids_of(bank)) >= many


def test_nothing_is_lost_over_fifty_messages_and_several_kills(live_bank: Bank, start_worker: StartWorker) -> None:
    live_bank.post_office.behaviour = accept_slowly
    expected = put_in_outbox(live_bank, 50)
    workers = [start_worker(*SOON), start_worker(*SOON)]
    for reached in (5, 15, 30):
        until(partial(has_sent, live_bank, reached))
        kill(workers.pop(0))
        workers.append(start_worker(*SOON))
    until(lambda: ids_of(live_bank) == expected)
    until(lambda: nothing_waits(live_bank))
    workers[0].send_signal(signal.SIGINT)
    assert workers[0].wait(10) == 0
