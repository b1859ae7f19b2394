"""The service without its web: store, rules and worker, the customers' mailboxes, and browsers that ask it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlmodel import SQLModel

from app.adapters.sql import SqlStore, SqlTransaction
from app.addressing import Addressed
from app.delivery import Worker
from app.domain.case import Case, Rules
from app.domain.customers import Channel, Customer
from app.domain.documents import IdentityDocument
from app.domain.journey import Outcome, Step
from app.domain.notices import Notice, NoticeKind
from app.domain.policy import Budget
from app.domain.proofs import matching_number, token_hash
from app.domain.questions import Question
from app.domain.recovery import Recovery
from app.services import Services
from app.settings import read_settings
from app.steps.advance import Moved, advance, extend, is_under_way, look, offer, open_link, reissue
from tests.people import NEW_PASSWORD, NOBODYS_DOCUMENT, WEAK_PASSWORD, Clock

Seen = tuple[Step, Case]
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a mailbox or on a mobile, with what only its reader may know."""

    kind: NoticeKind
    channel: Channel
    customer_id: int
    recovery_id: str
    at: datetime
    token: str | None
    code: str | None


class Postman(Worker):
    """The worker, with a list in the place of mail server and SMS provider."""

    def __init__(self, store: SqlStore, rules: Rules) -> None:
        super().__init__(Flask("postman"), Services(read_settings(app_env="demo"), store, rules))
        self.written: list[Letter] = []
        self.delivered: list[Letter] = []
        self.dropped: list[Notice] = []
        self.mail_works = True

    def _send(self, addressed: Addressed) -> None:
        letter = _letter(addressed, self._store.clock())
        self.written.append(letter)
        if not self.mail_works:
            raise ConnectionError("the mail server is down")
        self.delivered.append(letter)

    def _give_up(self, notice: Notice, problem: str) -> None:
        super()._give_up(notice, problem)
        self.dropped.append(notice)


def _letter(addressed: Addressed, at: datetime) -> Letter:
    link = addressed.context.get("link")
    return Letter(
        addressed.notice.kind,
        addressed.channel,
        addressed.customer.id,
        addressed.notice.recovery_id,
        at,
        link and link.rpartition("/")[2],
        addressed.context.get("code"),
    )


@dataclass
class Browser:
    """One browser's session: it holds what `app.web.recovery` keeps there, and follows it by the same rules."""

    bank: "Bank"
    name: str = "a browser"
    recovery_id: str | None = None
    ticket: str | None = None

    def look(self) -> Seen:
        """Where it stands, and what its step may look at."""
        with self.bank.store.transaction() as tx:
            return self.look_in(tx)

    def look_in(self, tx: SqlTransaction) -> Seen:
        """The same, in a transaction that is open."""
        return look(tx, self.bank.rules, self.recovery_id, self.ticket)

    @property
    def step(self) -> Step:
        """Where it stands."""
        return self.look()[0]

    def ask(self, document: IdentityDocument) -> str:
        """Ask anew for a link; the id of the recovery that begins."""
        self.start_again()
        return self.answer(document).recovery.id

    def open(self, token: str) -> None:
        """Follow a mailed link, unless this browser is on its way already and the link is of no use."""
        hashed = token_hash(token)
        with self.bank.store.transaction() as tx:
            opened = open_link(tx, self.bank.rules, hashed, self.recovery_id, self.ticket)
        if opened.is_followed:
            self.recovery_id, self.ticket = (opened.recovery.id if opened.recovery else None), hashed

    def answer(self, given: Any, seen: Seen | None = None) -> Moved:
        """Answer where it stands, or what it saw a moment ago."""
        step, case = seen or self.look()
        moved = advance(self.bank.store, step, case, given)
        if moved.outcome is not Outcome.WRONG:
            self.recovery_id, self.ticket = moved.recovery.id, moved.recovery.ticket
        return moved

    def ask_for_another_code(self) -> Moved | None:
        """Press «Enviar otro código», if that is offered."""
        _, case = self.look()
        return reissue(self.bank.store, case)

    def offer(self) -> str | None:
        """Press «Seguir en el otro dispositivo», if that is offered; the number that is shown."""
        moved = offer(self.bank.store, *self.look())
        if moved is None:
            return None
        assert moved.recovery.number_nonce
        return matching_number(moved.recovery.number_nonce, self.bank.rules.keys)

    def stay(self) -> bool:
        """Ask for more time; whether there was any to give."""
        step, case = self.look()
        extend(self.bank.store, step, case)
        return is_under_way(step, case)

    def start_again(self) -> None:
        """Forget the recovery."""
        self.recovery_id = self.ticket = None


class Bank:
    """All that a recovery needs, but for the web."""

    def __init__(self, store: SqlStore, rules: Rules, clock: Clock) -> None:
        self.store, self.rules, self.clock = store, rules, clock
        self.postman = Postman(store, rules)

    def choose(self, **numbers: Any) -> None:
        """Choose other numbers for the rules, before anything has happened."""
        self.rules = replace(self.rules, policy=replace(self.rules.policy, **numbers))
        self.postman = Postman(self.store, self.rules)

    def browser(self, name: str = "a browser") -> Browser:
        """A browser that knows nothing yet."""
        return Browser(self, name)

    def deliver(self) -> list[Letter]:
        """Send all that is due; what arrived."""
        before = len(self.postman.delivered)
        while self.postman.deliver_one():
            pass
        return self.postman.delivered[before:]

    def code_of(self, recovery_id: str) -> str:
        """The code that was sent last for a recovery."""
        codes = [letter.code for letter in self.postman.delivered if letter.recovery_id == recovery_id and letter.code]
        return codes[-1]

    def open_link_of(self, person: Customer) -> Browser:
        """A browser that asked for a person's link and has just opened it."""
        browser = self.browser()
        browser.ask(person.document)
        (token,) = (letter.token for letter in self.deliver() if letter.token)
        browser.open(token)
        return browser

    def walk(self, person: Customer, to: Step) -> Browser:
        """A browser in which a person has just come to a step, with every answer right."""
        browser = self.open_link_of(person)
        while browser.step is not to:
            browser.answer(self.right_answer(browser, person))
            self.deliver()
        return browser

    def right_answer(self, browser: Browser, person: Customer, password: str = NEW_PASSWORD) -> Any:
        """What a person answers who knows all that should be known."""
        step, case = browser.look()
        match step:
            case Step.REIDENTIFY:
                return person.document
            case Step.CODE:
                return self.code_of(case.under_way.id)
            case Step.QUESTIONS:
                return {question.id: question.right for question in case.questions()}
            case Step.PASSWORD:
                return password
            case _:
                return None

    def wrong_answer(self, browser: Browser) -> Any:
        """What somebody else may answer who has come as far."""
        step, case = browser.look()
        match step:
            case Step.REIDENTIFY:
                return NOBODYS_DOCUMENT
            case Step.CODE:
                return wrong_code(self.code_of(case.under_way.id))
            case Step.QUESTIONS:
                first, *rest = case.questions()
                return {question.id: question.right for question in rest} | {first.id: other_option(first)}
            case _:
                return WEAK_PASSWORD

    def recovery(self, browser: Browser) -> Recovery:
        """The recovery that a browser knows, as it is kept."""
        assert browser.recovery_id
        with self.store.transaction() as tx:
            kept = tx.recoveries.get(browser.recovery_id)
        assert kept
        return kept

    def spent(self, person: Customer, budget: Budget) -> int:
        """How much of a budget a person has spent by now."""
        return next((row[2] for row in self.rows("budget")["budget"] if row[:2] == (person.id, budget)), 0)

    def rows(self, *tables: str) -> Rows:
        """All that is kept, or what some tables hold."""
        with self.store.engine.begin() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in SQLModel.metadata.tables.items()
                if not tables or name in tables
            }


def wrong_code(right: str) -> str:
    """Six digits that are not these."""
    return f"{(int(right) + 1) % 10**6:06}"


def other_option(question: Question) -> str:
    """An option of a question that is not the right one."""
    return next(option.value for option in question.options if option.value != question.right)
