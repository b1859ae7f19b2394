"""The delivery worker: takes messages from the outbox, finds out whose they are, sends, and tries again."""

import smtplib
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import httpx
from flask import Flask

from app.adapters.mail import Letter, Mailer
from app.adapters.sms import texter
from app.adapters.sql import SqlTransaction
from app.adapters.sql.purge import purge
from app.domain.customers import Channel, Customer
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import Notice, NoticeKind, backoff, expired, late
from app.domain.policy import DAY, Budget
from app.domain.proofs import address_key, code, document_key, new_token, token_hash
from app.domain.recovery import Recovery, StaleRecovery
from app.events import log_event
from app.letters import Writer
from app.services import Services
from app.signing import sign_alarm, sign_reserve
from app.translation import IN_LINKS

LEASE: Final = timedelta(seconds=60)
POLL_SECONDS: Final = 0.2
PURGE_SECONDS: Final = 600
MINUTE: Final = timedelta(minutes=1)
NOT_TAKEN: Final = (OSError, smtplib.SMTPException, httpx.HTTPError)


class Undeliverable(Exception):
    """This message will never be sent; the text says why, without naming anybody."""


class NotYet(Exception):
    """This message must wait its turn; nothing of the attempt is kept."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("it must wait")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message with whose it is, where it goes, and what only its template may know."""

    notice: Notice
    customer: Customer
    channel: Channel
    context: dict[str, Any]


class Worker:
    """Sends what stands in the outbox. Any number of them may run, in threads, processes and hosts."""

    def __init__(self, app: Flask, services: Services, lease: timedelta = LEASE) -> None:
        self._services = services
        self._store = services.store
        self._lease = lease
        self._app = app
        self._writer = Writer(app, services.settings)
        self._mailer = Mailer(app, services.settings)
        self._texter = texter(services.settings.sms_url)

    def run(self, stop: threading.Event, senders: int) -> None:
        """Send until `stop` is set, with several messages under way at once; purge now and then."""
        pause = POLL_SECONDS * senders  # each looks seldom, all together often
        threads = [
            threading.Thread(target=self._send_until, args=(stop, POLL_SECONDS * number, pause))
            for number in range(senders)
        ]
        threads.append(threading.Thread(target=self._purge_until, args=(stop,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_until(self, stop: threading.Event, begin_after: float, pause: float) -> None:
        stop.wait(begin_after)
        while not stop.is_set():
            try:
                worked = self.deliver_one()
            except Exception as problem:  # a database that is down must not end the worker
                log_event("delivery_failed", exc_info=problem)
                worked = False
            if not worked:
                stop.wait(pause)

    def _purge_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._purge()
            except Exception as problem:
                log_event("purge_failed", exc_info=problem)
            stop.wait(PURGE_SECONDS)

    def _purge(self) -> None:
        with self._store.transaction() as tx:
            gone = purge(tx)
        if any(gone.values()):
            log_event("data_purged", **gone)

    def deliver_one(self) -> bool:
        """Claim one message that is due and see it through; False when none was."""
        with self._store.transaction() as tx:
            notice = tx.notices.claim(self._lease)
        if notice is None:
            return False
        try:
            addressed = self._address(notice)
            self._tell_secret(addressed)
            self._send(addressed)
        except Undeliverable as problem:
            self._give_up(notice, str(problem))
        except NotYet as turn:
            self._try_later(notice, turn, turn.wait)
        except (*NOT_TAKEN, StaleRecovery) as problem:
            self._try_later(notice, problem, backoff(notice.attempts))
        else:
            self._sent(addressed)
        return True

    def _address(self, notice: Notice) -> Addressed:
        with self._store.transaction() as tx:
            if expired(notice, tx.now):
                raise Undeliverable("too late to be of use")
            return _ADDRESSING[notice.kind](self, tx, notice)

    def _tell_secret(self, addressed: Addressed) -> None:
        """A link or a code came into being; the log knows for whom, never which (ASVS 5.0 V16.3.1)."""
        notice = addressed.notice
        if notice.kind in {NoticeKind.LINK, NoticeKind.CODE}:
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
            tx.notices.done(notice)
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
        """The code's time begins, and the pause anew with it: waiting for the mail was not the customer's pause."""
        policy = self._services.rules.policy
        recovery = tx.recoveries.get(notice.recovery_id)
        if recovery and notice.nonce:
            idle_at = recovery.touched(tx.now, policy).idle_at
            expires_at = tx.now + policy.code_valid
            tx.recoveries.code_accepted(recovery.id, notice.nonce, expires_at, idle_at, late=late(notice, tx.now))

    def _give_up(self, notice: Notice, problem: str) -> None:
        with self._store.transaction() as tx:
            tx.notices.done(notice, problem)
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

    def _address_link(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        """Only here does a request for a link meet the customers (design decision 1)."""
        recovery = tx.recoveries.get(notice.recovery_id)
        if recovery is None or recovery.step is not Step.LINK_SENT:
            raise Undeliverable("the recovery went on or ended")
        customer, channel = self._whose(tx, notice, recovery)
        if tx.budgets.locked_until(customer.id):
            context = self._about_lock(tx, customer) | self._alarm(customer, notice)
            return Addressed(replace(notice, kind=NoticeKind.LOCKED), customer, channel, context)
        token = new_token()
        hashed = token_hash(token)
        ready = replace(
            recovery,
            customer_id=customer.id,
            link_hash=hashed,
            ticket=hashed,
            link_channel=channel,
            link_expires_at=tx.now + self._services.rules.policy.link_valid,
        )
        tx.recoveries.save(recovery, ready)
        tx.recoveries.supersede_links(customer.id, newest=recovery.id)
        context = {
            "link": self._url(f"enlace/{token}", notice.language),
            "reserve": self._reserve(tx, customer, channel, notice.language),
        }
        return Addressed(notice, customer, channel, context | self._alarm(customer, notice))

    def _whose(self, tx: SqlTransaction, notice: Notice, recovery: Recovery) -> tuple[Customer, Channel]:
        if notice.customer_id is not None and notice.channel is not None:
            tx.customers.hold(notice.customer_id)
            return tx.customers.by_id(notice.customer_id), notice.channel
        customer = tx.customers.by_document(recovery.document_key)
        if customer is None:
            raise Undeliverable("nobody has this document")
        if not customer.contact.channels:
            raise Undeliverable("no address is registered")
        tx.customers.hold(customer.id)
        channel = customer.contact.channels[0]
        self._spend_link(tx, recovery, customer, channel)
        tx.notices.address(notice, customer.id, channel)
        return customer, channel

    def _spend_link(self, tx: SqlTransaction, recovery: Recovery, customer: Customer, channel: Channel) -> None:
        """One link of the customer's day, of the address's day, of everybody's minute (S3)."""
        policy = self._services.rules.policy
        left = tx.budgets.spend(customer.id, Budget.LINKS, policy.links_a_day)
        if left is None:
            raise self._capped("links of one customer in a day", recovery)
        first = left == policy.links_a_day - 1  # it comes in any case: others may share the address
        sent, _ = tx.rates.count(self._address_counter(customer, channel), DAY)
        if sent > policy.links_to_address_a_day and not first:
            raise self._capped("links to one address in a day", recovery)
        together, ends_at = tx.rates.count("links-per-minute", MINUTE)
        if together > policy.links_a_minute:
            log_event("excess_rate_limit_exceeded", limit="links of all customers in a minute")
            raise NotYet(ends_at - tx.now)

    def _capped(self, limit: str, recovery: Recovery) -> Undeliverable:
        log_event("excess_rate_limit_exceeded", limit=limit, recovery=recovery.id)
        return Undeliverable(f"spent: {limit}")

    def _address_counter(self, customer: Customer, channel: Channel) -> str:
        return f"links-to/{address_key(customer.contact.address(channel), self._services.rules.keys)}"

    def _address_code(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        """The code comes into being here and is kept nowhere; a second try makes the same one."""
        recovery = tx.recoveries.get(notice.recovery_id)
        current = recovery is not None and recovery.step is Step.CODE and recovery.code_nonce == notice.nonce
        if recovery is None or not current or recovery.outlived(tx.now) or notice.nonce is None:
            raise Undeliverable("the recovery went on or ended")
        customer, channel = self._known(tx, notice)
        return Addressed(notice, customer, channel, {"code": code(notice.nonce, self._services.rules.keys)})

    def _address_notice(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        customer, channel = self._known(tx, notice)
        context: dict[str, Any] = {"happened_at": notice.created_at}
        if notice.kind is NoticeKind.LOCKED:
            context |= self._about_lock(tx, customer)
        return Addressed(notice, customer, channel, context | self._alarm(customer, notice))

    def _known(self, tx: SqlTransaction, notice: Notice) -> tuple[Customer, Channel]:
        if notice.customer_id is None or notice.channel is None:
            raise Undeliverable("nobody is named")
        customer = tx.customers.by_id(notice.customer_id)
        if notice.channel not in customer.contact.channels:
            raise Undeliverable("the address is gone")
        return customer, notice.channel

    def _about_lock(self, tx: SqlTransaction, customer: Customer) -> dict[str, Any]:
        return {"until": tx.budgets.locked_until(customer.id)}

    def _alarm(self, customer: Customer, notice: Notice) -> dict[str, str]:
        token = sign_alarm(self._services.rules.keys, customer.id, notice.recovery_id)
        path = f"no-fui-yo/{token}"
        return {"alarm": self._url(path, notice.language), "alarm_in_spanish": self._url(path, Language.SPANISH)}

    def _reserve(self, tx: SqlTransaction, customer: Customer, channel: Channel, language: Language) -> str | None:
        """The way to one more link, in the message of the last that can be asked for today."""
        policy = self._services.rules.policy
        sent, _ = tx.rates.counted(self._address_counter(customer, channel))
        if tx.budgets.left(customer.id, Budget.LINKS, policy.links_a_day) and sent < policy.links_to_address_a_day:
            return None
        return self._url(f"otro-enlace/{sign_reserve(self._services.rules.keys, customer.id)}", language)

    def _url(self, path: str, language: Language) -> str:
        """An address of the recovery; one that is not in Spanish brings its language along."""
        brought = "" if language is Language.SPANISH else f"?{IN_LINKS}={language}"
        return f"{self._services.settings.base_url}/personas/clave/{path}{brought}"


_ADDRESSING: Final = {
    NoticeKind.LINK: Worker._address_link,
    NoticeKind.CODE: Worker._address_code,
    NoticeKind.LOCKED: Worker._address_notice,
    NoticeKind.CHANGED: Worker._address_notice,
    NoticeKind.FROZEN: Worker._address_notice,
}
