"""A bank of a test's own: a database file, the web application, a worker, a mail server, and time that can pass."""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlmodel import SQLModel

from app import create_app, events, services
from app.adapters.sql import SqlStore, schema
from app.customers_file import CustomerEntry, load
from app.delivery import Worker
from app.domain.customers import Customer
from app.domain.policy import Budget
from app.domain.proofs import document_key
from app.domain.questions import Question, answers_match, draw
from app.services import Services
from app.settings import Settings, read_settings
from tests.people import CHEAP, OLD_PASSWORD, Clock, line

from .browser import Browser
from .letters import HOST, Letter, PostOffice
from .people import CUSTOMERS, HEIDI_WHO_IS_FROZEN

SECRET = "integration-tests-only-0123456789abcdef"  # pragma: allowlist secret
BASE_URL = "https://clave.banco.example"
COUNTERS = frozenset({"web_session", "rate"})

Rows = dict[str, list[tuple[Any, ...]]]


class Bank:
    """The service as one process runs it, but for a hash that costs nothing."""

    def __init__(self, settings: Settings, post_office: PostOffice, clock: Clock) -> None:
        self.settings = settings
        self.post_office = post_office
        self.clock = clock
        self.app = create_app(settings)
        self.services = _with_cheap_hashes(self.app.extensions["nueva-clave"])
        services.install(self.app, self.services)
        self.store: SqlStore = self.services.store
        self.store.clock = clock
        self.log = io.StringIO()
        events.configure(self.log)

    def browser(self, *, htmx: bool = False, **headers: str) -> Browser:
        """A new browser."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Browser(self.app, self.settings.base_url, htmx=htmx, headers=named)

    @cached_property
    def worker(self) -> Worker:
        """A worker in this process."""
        return Worker(self.app, self.services)

    def deliver(self) -> None:
        """Send everything that is due."""
        while self.worker.deliver_one():
            pass

    @property
    def letters(self) -> list[Letter]:
        """Every e-mail that the mail server accepted, newest last."""
        return self.post_office.accepted

    def letters_to(self, person: Customer) -> list[Letter]:
        """The e-mails of one person."""
        return [letter for letter in self.letters if letter.to == person.contact.email]

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The events logged so far, all or those of one name."""
        logged = [json.loads(entry) for entry in self.log.getvalue().splitlines()]
        return [entry for entry in logged if name in {"", entry["event"]}]

    def key_of(self, person: Customer) -> str:
        """The keyed name of a person's document."""
        return document_key(person.document, self.services.rules.keys)

    def customer(self, person: Customer) -> Customer:
        """A person as the bank knows them."""
        with self.store.transaction() as tx:
            found = tx.customers.by_document(self.key_of(person))
        assert found
        return found

    def enrol(self, person: Customer, password: str | None = None) -> Customer:
        """Make a person a customer; the person as kept."""
        with self.store.transaction() as tx:
            load(tx, self.services.rules, [CustomerEntry.model_validate_json(json.dumps(line(person, password)))])
        return self.customer(person)

    def spend_all(self, person: Customer, budget: Budget) -> None:
        """As if a person had used up a budget."""
        customer_id, limit = self.customer(person).id, self.services.rules.policy.limit(budget)
        with self.store.transaction() as tx:
            while tx.budgets.spend(customer_id, budget, limit):
                pass

    def right_answers(self, person: Customer) -> dict[str, str]:
        """What this person answers to the questions."""
        return {question.id: _option(question, right=True) for question in self.questions(person)}

    def wrong_answers(self, person: Customer) -> dict[str, str]:
        """What somebody else might answer: one of them is wrong."""
        first, *_ = self.questions(person)
        return self.right_answers(person) | {first.id: self.wrong_answer(first)}

    def wrong_answer(self, question: Question) -> str:
        """A wrong answer to one question."""
        return _option(question, right=False)

    def questions(self, person: Customer) -> tuple[Question, ...]:
        """What this person is asked."""
        rules, year = self.services.rules, self.store.clock().year
        return draw(self.customer(person), rules.keys.of("questions"), rules.policy.question_count, year)

    def rows(self, *, leaving_out: frozenset[str] = COUNTERS) -> Rows:
        """All that the database holds, by table."""
        with self.store.engine.begin() as connection:
            return {
                table: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{table}"'))), key=repr)
                for table in set(SQLModel.metadata.tables) - leaving_out
            }

    def execute(self, statement: str, **values: Any) -> list[Any]:
        """One SQL statement; its rows."""
        with self.store.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL statements sent while the block runs."""
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(self.store.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.store.engine, "before_cursor_execute", note)

    def close(self) -> None:
        """Let go of the database."""
        self.store.engine.dispose()


def _with_cheap_hashes(built: Services) -> Services:
    return replace(built, rules=replace(built.rules, hasher=CHEAP))


def _option(question: Question, *, right: bool) -> str:
    fits = (choice for choice in question.options if answers_match((question,), {question.id: choice.value}) is right)
    return next(fits).value


def settings_of(folder: Path, mail_port: int, given: Mapping[str, Any]) -> Settings:
    """A production bank's settings; `given` wins."""
    usual = {
        "app_env": "production",
        "base_url": BASE_URL,
        "secret_key": SECRET,
        "instance_dir": folder,
        "database_url": f"sqlite:///{database_in(folder)}",
        "mail_server": HOST,
        "mail_port": mail_port,
    }
    return read_settings(**usual | dict(given))


def database_in(folder: Path) -> Path:
    """The database's file."""
    return folder / "bank.db"


def found(folder: Path, **given: Any) -> Path:
    """Make a database with every customer in it, to be copied; the file, where it is one."""
    built = _with_cheap_hashes(services.build(settings_of(folder, 25, given)))
    built.store.clock = Clock()
    schema.upgrade(built.store.engine)
    with built.store.transaction() as tx:
        lines = (json.dumps(line(person, OLD_PASSWORD)) for person in CUSTOMERS)
        load(tx, built.rules, [CustomerEntry.model_validate_json(one) for one in lines])
        heidi = tx.customers.by_document(document_key(HEIDI_WHO_IS_FROZEN.document, built.rules.keys))
        assert heidi
        tx.credentials.freeze(heidi.id)
    built.store.engine.dispose()
    return database_in(folder)


def copy_database(founded: Path, folder: Path) -> None:
    """A copy of a database that nobody has open."""
    shutil.copy(founded, database_in(folder))
