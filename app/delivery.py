"""The delivery worker: takes messages from the outbox, has them addressed, sends them, and tries again."""

import smtplib
import threading
from datetime import timedelta
from time import monotonic
from typing import Final

import httpx
from flask import Flask

from app.adapters.mail import Letter, Mailer
from app.adapters.sms import texter
from app.adapters.sql import SqlTransaction
from app.adapters.sql.purge import purge
from app.addressing import Addressed, Addressing, NotYet, Undeliverable
from app.domain.customers import Channel
from app.domain.notices import Notice, NoticeKind, backoff, late
from app.domain.policy import Budget
from app.domain.proofs import document_key
from app.domain.recovery import StaleRecovery
from app.events import log_event
from app.letters import Writer
from app.pace import Pace
from app.services import Services

LEASE: Final = timedelta(seconds=60)
POLL_SECONDS: Final = 0.2
PURGE_SECONDS: Final = 600
NOT_TAKEN: Final = (OSError, smtplib.SMTPException, httpx.HTTPError)


class Worker:
    """Sends what stands in the outbox. Any number of them may run, in threads, processes and hosts."""

    def __init__(self, app: Flask, services: Services, lease: timedelta = LEASE) -> None:
        self._services = services
        self._store = services.store
        self._lease = lease
        self._pace = Pace()
        self._stop = threading.Event()
        self._app = app
        self._addressing = Addressing(services)
        self._writer = Writer(app, services.settings)
        self._mailer = Mailer(app, services.settings)
        self._texter = texter(services.settings.sms_url)

    def run(self, stop: threading.Event, senders: int) -> None:
        """Send until `stop` is set, with several messages under way at once; purge now and then."""
        self._stop = stop
        pause = POLL_SECONDS * senders  # each looks seldom, all together often
        threads = [
            threading.Thread(target=self._send_until_stopped, args=(POLL_SECONDS * number, pause))
            for number in range(senders)
        ]
        threads.append(threading.Thread(target=self._purge_until_stopped))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_until_stopped(self, begin_after: float, pause: float) -> None:
        self._stop.wait(begin_after)
        while not self._stop.is_set():
            try:
                worked = self.deliver_one()
            except Exception as problem:  # a database that is down must not end the worker
                log_event("delivery_failed", exc_info=problem)
                worked = False
            if not worked:
                self._stop.wait(pause)

    def _purge_until_stopped(self) -> None:
        while not self._stop.is_set():
            try:
                self._purge()
            except Exception as problem:
                log_event("purge_failed", exc_info=problem)
            self._stop.wait(PURGE_SECONDS)

    def _purge(self) -> None:
        gone = purge(self._store)
        if any(gone.values()):
            log_event("data_purged", **gone)

    def deliver_one(self) -> bool:
        """Claim one message that is due and see it through; False when none was."""
        with self._store.transaction() as tx:
            notice = tx.notices.claim(self._lease)
        if notice is None:
            return False
        began = monotonic()
        try:
            with self._store.transaction() as tx:
                addressed = self._addressing.address(tx, notice)
            self._tell_secret(addressed)
            self._send(addressed)
        except Undeliverable as problem:
            self._give_up(notice, str(problem))
            self._rest(notice, began)
        except NotYet as turn:
            self._try_later(notice, turn, turn.wait)
            self._rest(notice, began)
        except (*NOT_TAKEN, StaleRecovery) as problem:
            self._try_later(notice, problem, backoff(notice.attempts))
            self._keep_pace(notice, began)
        else:
            self._sent(addressed)
            self._keep_pace(notice, began)
        return True

    def _keep_pace(self, notice: Notice, began: float) -> None:
        if notice.kind is NoticeKind.LINK:
            self._pace.note(began)

    def _rest(self, notice: Notice, began: float) -> None:
        """What waits behind a link must not tell whether there was anybody to send it to (S1)."""
        if notice.kind is NoticeKind.LINK:
            self._stop.wait(self._pace.rest(began))

    def _tell_secret(self, addressed: Addressed) -> None:
        """A link or a code came into being; the log knows for whom, never which (ASVS 5.0 V16.3.1)."""
        notice = addressed.notice
        if addressed.anew:
            document = document_key(addressed.customer.document, self._services.rules.keys)
            log_event("authn_token_created", kind=notice.kind, recovery=notice.recovery_id, document=document)

    def _send(self, addressed: Addressed) -> None:
        letter = self._writer.write(addressed.notice, addressed.channel, addressed.customer, **addressed.context)
        if addressed.channel is Channel.EMAIL:
            self._mail(letter)
        elif self._texter is None:
            raise Undeliverable("no SMS provider is set")
        else:
            self._texter.send(letter)

    def _mail(self, letter: Letter) -> None:
        with self._app.app_context():
            self._mailer.send(letter)

    def _sent(self, addressed: Addressed) -> None:
        notice = addressed.notice
        with self._store.transaction() as tx:
            tx.notices.sent(notice)
            if notice.kind is NoticeKind.CODE:
                self._start_code(tx, notice)
        log_event(
            "notice_sent",
            notice=notice.id,
            kind=notice.kind,
            channel=addressed.channel,
            tries=notice.attempts,
        )

    def _start_code(self, tx: SqlTransaction, notice: Notice) -> None:
        """The code's time begins, and the pause anew with it: waiting for the mail was not the customer's pause.

        What ended meanwhile stays ended (S6).
        """
        policy = self._services.rules.policy
        recovery = tx.recoveries.get(notice.recovery_id)
        if recovery and notice.nonce and not recovery.outlived(tx.now):
            idle_at = recovery.touched(tx.now, policy).idle_at
            expires_at = tx.now + policy.code_valid
            tx.recoveries.code_accepted(recovery.id, notice.nonce, expires_at, idle_at, late=late(notice, tx.now))

    def _give_up(self, notice: Notice, problem: str) -> None:
        with self._store.transaction() as tx:
            customer_id = tx.notices.drop(notice, problem)
            if notice.kind is NoticeKind.LINK and customer_id is not None:
                # It never left. One in reserve gives back a link of the day, too: nothing tells them apart here.
                tx.budgets.refund(customer_id, Budget.LINKS)
        log_event("notice_dropped", notice=notice.id, kind=notice.kind, problem=problem)

    def _try_later(self, notice: Notice, problem: BaseException, wait: timedelta) -> None:
        with self._store.transaction() as tx:
            tx.notices.retry(notice, wait)
        log_event(
            "notice_delayed",
            notice=notice.id,
            kind=notice.kind,
            problem=type(problem).__name__,
            wait_seconds=wait.total_seconds(),
        )
