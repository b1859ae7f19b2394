"""A bank of a test's own: a database file, the web application, a worker, a mail server, and time that can pass."""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlmodel import SQLModel

from app import create_app, events
from app.adapters.sql import SqlStore, schema
from app.customers_file import CustomerEntry, load
from app.delivery import Worker
from app.domain.customers import Customer
from app.domain.proofs import document_key
from app.domain.questions import Question, answers_match, draw
from app.services import Services, build
from app.settings import Settings, read_settings

from .browser import Browser
from .letters import HOST, Letter, PostOffice
from .people import CUSTOMERS, FROZEN, Person

SECRET = "integration-tests-only-0123456789abcdef"
BASE_URL = "https://clave.banco.example"
COUNTERS = frozenset({"web_session", "rate"})

Rows = dict[str, list[tuple[Any, ...]]]


class Clock:
    """Time as it is, and what a test lets pass on top of it."""

    def __init__(self) -> None:
        self._passed = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._passed

    def let_pass(self, **amount: float) -> None:
        """Make it later."""
        self._passed += timedelta(**amount)


class Bank:
    """The service as one process runs it. `events` is what it logged."""

    def __init__(self, settings: Settings, post_office: PostOffice) -> None:
        self.settings = settings
        self.post_office = post_office
        self.app = create_app(settings)
        self.services: Services = self.app.extensions["nueva-clave"]
        self.store: SqlStore = self.services.store
        self.clock = Clock()
        self.store.clock = self.clock
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

    def letters_to(self, person: Person) -> list[Letter]:
        """The e-mails of one person."""
        return [letter for letter in self.letters if letter.to == person.email]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event logged so far."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def named_events(self, name: str) -> list[dict[str, Any]]:
        """The events of one name."""
        return [one for one in self.events if one["event"] == name]

    def customer(self, person: Person) -> Customer:
        """A person as the bank knows them."""
        entry = CustomerEntry.model_validate_json(person.line)
        with self.store.transaction() as tx:
            found = tx.customers.by_document(document_key(entry.document, self.services.rules.keys))
        assert found
        return found

    def right_answers(self, person: Person) -> dict[str, str]:
        """What this person answers to the questions."""
        return {question.id: self._chosen(question, right=True) for question in self.questions(person)}

    def wrong_answers(self, person: Person) -> dict[str, str]:
        """What somebody else might answer: one of them is wrong."""
        first, *rest = self.questions(person)
        return self.right_answers(person) | {first.id: self._chosen(first, right=False)}

    def questions(self, person: Person) -> tuple[Question, ...]:
        """What this person is asked."""
        rules = self.services.rules
        return draw(self.customer(person), rules.keys.of("questions"), rules.policy.question_count)

    @staticmethod
    def _chosen(question: Question, *, right: bool) -> str:
        return next(
            option.value
            for option in question.options
            if answers_match((question,), {question.id: option.value}) is right
        )

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


def settings_of(folder: Path, post_office: PostOffice, given: Mapping[str, Any]) -> Settings:
    """A production bank's settings; `given` wins."""
    return read_settings(
        **{
            "app_env": "production",
            "base_url": BASE_URL,
            "secret_key": SECRET,
            "instance_dir": folder,
            "database_url": f"sqlite:///{folder / 'bank.db'}",
            "mail_server": HOST,
            "mail_port": post_office.port,
        }
        | given
    )


def found_bank(settings: Settings) -> None:
    """Make the database, with every customer in it."""
    services = build(settings)
    schema.upgrade(services.store.engine)
    with services.store.transaction() as tx:
        load(tx, services.rules, [CustomerEntry.model_validate_json(person.line) for person in CUSTOMERS])
        frozen = CustomerEntry.model_validate_json(FROZEN.line)
        credential = tx.credentials.by_document(document_key(frozen.document, services.rules.keys))
        assert credential
        tx.credentials.freeze(credential.customer_id)
    services.store.engine.dispose()


def copy_database(founded: Path, folder: Path) -> None:
    """A copy of a database that nobody has open."""
    shutil.copy(founded, folder / "bank.db")

