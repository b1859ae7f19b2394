"""Finds out for each message whose it is and where it goes, and makes what only its reader may know."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from app.adapters.sql import SqlTransaction
from app.domain.customers import Channel, Customer
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import Notice, NoticeKind, expired
from app.domain.policy import DAY, Budget
from app.domain.proofs import address_key, code, link_token, token_hash
from app.domain.recovery import Recovery
from app.events import log_event
from app.services import Services
from app.signing import sign_alarm, sign_reserve
from app.translation import IN_LINKS

MINUTE: Final = timedelta(minutes=1)


class Undeliverable(Exception):
    """This message will never be sent; the text says why, without naming anybody."""


class NotYet(Exception):
    """This message must wait its turn; nothing of the attempt is kept."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("it must wait")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message with whose it is, where it goes, and what only its template may know.

    `anew` says that its link or code came into being with this try; a later one makes the same again.
    """

    notice: Notice
    customer: Customer
    channel: Channel
    context: dict[str, Any]
    anew: bool = False


class Addressing:
    """Addresses messages by the rules and keys of the application; what it changes is kept with its transaction."""

    def __init__(self, services: Services) -> None:
        self._rules = services.rules
        self._base_url = services.settings.base_url

    def address(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        """A message with its customer, channel and content.

        Raises:
            Undeliverable: it will never be sent.
            NotYet: it must wait its turn.
        """
        if expired(notice, tx.now):
            raise Undeliverable("too late to be of use")
        match notice.kind:
            case NoticeKind.LINK:
                return self._link(tx, notice)
            case NoticeKind.CODE:
                return self._code(tx, notice)
            case _:
                return self._news(tx, notice)

    def _link(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        """Only here does a request for a link meet the customers (design decision 1)."""
        recovery = tx.recoveries.get(notice.recovery_id)
        if recovery is None or recovery.step is not Step.LINK_SENT:
            raise Undeliverable("the recovery went on or ended")
        customer, channel = self._claim(tx, notice, recovery)
        if tx.budgets.locked_until(customer.id):
            context = self._about_lock(tx, customer) | self._alarm(customer, notice)
            return Addressed(replace(notice, kind=NoticeKind.LOCKED), customer, channel, context)
        token = link_token(notice.id, self._rules.keys)
        hashed = token_hash(token)
        ready = replace(
            recovery,
            customer_id=customer.id,
            link_hash=hashed,
            ticket=recovery.ticket or hashed,
            link_channel=channel,
            link_expires_at=tx.now + self._rules.policy.link_valid,
        )
        tx.recoveries.save(recovery, ready)
        tx.recoveries.supersede_links(customer.id, newest=recovery.id)
        context = {
            "link": self._url(f"enlace/{token}", notice.language),
            "reserve": self._reserve(tx, customer, channel, notice.language),
        }
        context |= self._alarm(customer, notice)
        return Addressed(notice, customer, channel, context, anew=recovery.link_hash != hashed)

    def _claim(self, tx: SqlTransaction, notice: Notice, recovery: Recovery) -> tuple[Customer, Channel]:
        """Whose link it is and where it goes; the first try spends one of the customer's day and writes that down."""
        if notice.customer_id is not None:
            tx.customers.hold(notice.customer_id)
            return self._known(tx, notice)
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
        policy = self._rules.policy
        left = tx.budgets.spend(customer.id, Budget.LINKS, policy.links_a_day)
        if left is None:
            raise self._capped("links of one customer in a day", recovery)
        first = left == policy.links_a_day - 1  # it comes in any case: others may share the address
        sent, _ = tx.rates.count(self._address_counter(customer, channel), DAY)
        if sent > policy.links_to_address_a_day and not first:
            raise self._capped("links to one address in a day", recovery)
        together, ends_at = tx.rates.count("links-per-minute", MINUTE)
        if together > policy.links_a_minute:
            self._tell_spent("links of all customers in a minute", recovery)
            raise NotYet(ends_at - tx.now)

    def _capped(self, limit: str, recovery: Recovery) -> Undeliverable:
        self._tell_spent(limit, recovery)
        return Undeliverable(f"spent: {limit}")

    def _tell_spent(self, limit: str, recovery: Recovery) -> None:
        whose = {"recovery": recovery.id, "document": recovery.document_key}
        log_event("excess_rate_limit_exceeded", limit=limit, **whose)

    def _address_counter(self, customer: Customer, channel: Channel) -> str:
        return f"links-to/{address_key(customer.contact.address(channel), self._rules.keys)}"

    def _code(self, tx: SqlTransaction, notice: Notice) -> Addressed:
        """The code comes into being here and is kept nowhere; a second try makes the same one."""
        recovery = tx.recoveries.get(notice.recovery_id)
        current = recovery is not None and recovery.step is Step.CODE and recovery.code_nonce == notice.nonce
        if recovery is None or not current or recovery.outlived(tx.now) or notice.nonce is None:
            raise Undeliverable("the recovery went on or ended")
        customer, channel = self._known(tx, notice)
        digits = code(notice.nonce, self._rules.keys)
        return Addressed(notice, customer, channel, {"code": digits}, anew=notice.attempts == 1)

    def _news(self, tx: SqlTransaction, notice: Notice) -> Addressed:
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
        token = sign_alarm(self._rules.keys, customer.id, notice.recovery_id)
        path = f"no-fui-yo/{token}"
        return {"alarm": self._url(path, notice.language), "alarm_in_spanish": self._url(path, Language.SPANISH)}

    def _reserve(self, tx: SqlTransaction, customer: Customer, channel: Channel, language: Language) -> str | None:
        """The way to one more link, in the message of the last that can be asked for today."""
        policy = self._rules.policy
        sent, _ = tx.rates.counted(self._address_counter(customer, channel))
        if tx.budgets.left(customer.id, Budget.LINKS, policy.links_a_day) and sent < policy.links_to_address_a_day:
            return None
        return self._url(f"otro-enlace/{sign_reserve(self._rules.keys, customer.id)}", language)

    def _url(self, path: str, language: Language) -> str:
        """An address of the recovery; one that is not in Spanish brings its language along."""
        brought = "" if language is Language.SPANISH else f"?{IN_LINKS}={language}"
        return f"{self._base_url}/personas/clave/{path}{brought}"
