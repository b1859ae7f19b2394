"""What stands outside the browser: the bank's customers, what they know, and what reaches them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import httpx
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import update
from sqlmodel import col
from werkzeug.exceptions import default_exceptions

from app import create_app
from app.adapters.sql.tables import RecoveryRow
from app.customers_file import CustomerEntry, load
from app.domain import customers as domain
from app.domain import questions
from app.domain.documents import IdentityDocument
from app.domain.policy import Budget
from app.domain.proofs import document_key
from app.services import Services
from app.services import services as services_of
from app.settings import Settings
from app.translation import say
from e2e.waiting import NOT_KEPT, until

ARRIVAL_SECONDS: Final = 30
OLD_PASSWORD: Final = "cuatro loros bailan tango"
NEW_PASSWORD: Final = "jirafa tostadora violeta columpio"

SAVINGS: Final = {
    "kind": "savings_account",
    "number": "24012345678",
    "opened_on": "2017-03-09",
    "city": "Cali",
    "transactional": True,
    "debit_card": True,
}
MORTGAGE: Final = {
    "kind": "mortgage",
    "number": "0199887766",
    "opened_on": "2019-08-20",
    "city": "Bogotá",
    "monthly_payment": 1250000,
    "payment_day": 5,
}
CARD: Final = {
    "kind": "credit_card",
    "number": "4000000000001234",
    "opened_on": "2020-01-15",
    "holder": "main",
    "credit_limit": 6000000,
    "payment_day": 18,
}
SOMEBODY_ELSES_CARD: Final = CARD | {"holder": "additional"}
LITTLE_KNOWN: Final = {name: value for name, value in SAVINGS.items() if name != "city"}


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail or SMS as it arrived."""

    id: str
    channel: str
    to: str
    subject: str
    text: str
    links: tuple[str, ...]
    code: str | None

    def link_to(self, path: str) -> str | None:
        """The address in it that leads there, if it has one."""
        return next((link for link in self.links if f"/personas/clave/{path}/" in link), None)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the bank, as the customer knows herself."""

    id_type: str
    id_number: str
    given_names: str
    email: str | None
    mobile: str | None

    @property
    def addresses(self) -> set[str]:
        """Wherever the bank can write."""
        return {address for address in (self.email, self.mobile) if address}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question on the page, the option that is right, and one that is not."""

    question: str
    right: str
    wrong: str


class Bank:
    """The customers of one server and their mailboxes; works on the same database and the same key."""

    _numbers = count(1)

    def __init__(self, settings: Settings) -> None:
        self._app: Flask = create_app(settings)
        self._mailbox = httpx.Client(
            base_url=f"http://{settings.host}:{settings.port}",
            trust_env=False,
            timeout=ARRIVAL_SECONDS,
            limits=NOT_KEPT,
        )

    def close(self) -> None:
        """Let go of the database and the connection."""
        self._mailbox.close()
        self._services.store.engine.dispose()

    @property
    def _services(self) -> Services:
        with self._app.app_context():
            return services_of()

    def new_customer(self, **changes: Any) -> Customer:
        """A customer nobody else uses: with an account, a mortgage and a card, unless `changes` say otherwise.

        Loaded as the customers file is; the keys of `changes` are those of the file.
        """
        number = next(self._numbers)
        line = {
            "id_type": "CC",
            "id_number": str(1_900_000_000 + number),
            "given_names": "Alicia",
            "family_names": "Rojas Peña",
            "email": f"alicia{number}@example.com",
            "mobile": f"+57300{number:07}",
            "contact_updated_at": "2024-02-01T09:00:00-05:00",
            "password": OLD_PASSWORD,
            "products": [SAVINGS, MORTGAGE, CARD],
        } | changes
        entry = CustomerEntry.model_validate_json(json.dumps(line))
        built = self._services
        with built.store.transaction() as tx:
            load(tx, built.rules, [entry])
        return Customer(entry.id_type, entry.id_number, entry.given_names, entry.email, entry.mobile)

    def new_passport(self) -> str:
        """A number that no other passport has, as people write it."""
        number = next(self._numbers)
        return f"AB {number // 1000:03}.{number % 1000:03}"

    def freeze(self, customer: Customer) -> None:
        """As after «No fui yo»."""
        known = self._known(customer)
        with self._services.store.transaction() as tx:
            tx.credentials.freeze(known.id)

    def answer_wrongly(self, customer: Customer) -> None:
        """As after ten wrong sets of answers in a row."""
        known, row = self._known(customer), Budget.ANSWERS_IN_A_ROW
        limit = self._services.rules.policy.limit(row)
        with self._services.store.transaction() as tx:
            while tx.budgets.spend(known.id, row, limit):
                pass

    def answers(self, customer: Customer, locale: str = "es_CO") -> list[Answer]:
        """What the customer knows, in the words of the page."""
        built, known = self._services, self._known(customer)
        key, number = built.rules.keys.of("questions"), built.rules.policy.question_count
        with self._app.app_context(), force_locale(locale):
            return [_answer(question) for question in questions.draw(known, key, number, built.store.clock().year)]

    def _known(self, customer: Customer) -> domain.Customer:
        built = self._services
        document = IdentityDocument.parse(customer.id_type, customer.id_number)
        with built.store.transaction() as tx:
            found = tx.customers.by_document(document_key(document, built.rules.keys))
        assert found is not None
        return found

    def error_page(self, status: int) -> str:
        """The page with which the service answers such an error."""
        with self._app.test_request_context(base_url=self._services.settings.base_url):
            drawn = self._app.handle_user_exception(default_exceptions[status]())
            return self._app.make_response(drawn).get_data(as_text=True)

    def messages(self, customer: Customer) -> list[Message]:
        """Everything that reached the customer, newest first."""
        kept = self._mailbox.get("/demo/buzon.json").raise_for_status().json()
        return [_message(item) for item in kept if item["to"] in customer.addresses]

    def empty_mailbox(self) -> None:
        """Throw away what arrived: reading it all again and again takes longer and longer."""
        for kept in self._services.settings.mailbox_dir.glob("new/*"):
            kept.unlink(missing_ok=True)

    def wait_for(self, customer: Customer, wanted: Callable[[Message], object], how_many: int = 1) -> list[Message]:
        """Messages of a kind, newest first, as soon as there are so many."""
        found: list[Message] = []

        def arrived() -> bool:
            found[:] = filter(wanted, self.messages(customer))
            return len(found) >= how_many

        until(arrived, ARRIVAL_SECONDS, lambda: f"{len(found)} of {how_many} messages arrived")
        return found

    def link(self, customer: Customer, how_many: int = 1) -> str:
        """The address in the newest of so many messages with a link to go on."""
        (newest, *_) = self.wait_for(customer, lambda message: message.link_to("enlace"), how_many)
        return newest.link_to("enlace") or ""

    def code(self, customer: Customer, how_many: int = 1) -> str:
        """The six digits in the newest of so many messages that have them."""
        return self.wait_for(customer, lambda message: message.code and not message.links, how_many)[0].code or ""

    def note_that_the_code_left_late(self, customer: Customer) -> None:
        """As the worker notes it when the mail server was down for more than a minute."""
        self._note(customer, code_late=True)

    def end_the_numbers_time(self, customer: Customer) -> None:
        """As when two minutes have passed."""
        self._note(customer, number_expires_at=self._services.store.clock())

    def _note(self, customer: Customer, **values: Any) -> None:
        hers = col(RecoveryRow.customer_id) == self._known(customer).id
        with self._services.store.transaction() as tx:
            tx.connection.execute(update(RecoveryRow).where(hers).values(**values))

    def notices(self, customer: Customer, words: str) -> set[str]:
        """Where a notice with these words went, as soon as every address of the customer has it."""
        arrived = self.wait_for(customer, lambda message: words in message.text, len(customer.addresses))
        return {message.to for message in arrived}


def an_hour_ago() -> str:
    """An instant as the customers file has it."""
    return (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def _message(item: dict[str, Any]) -> Message:
    return Message(
        item["id"], item["channel"], item["to"], item["subject"], item["text"], tuple(item["links"]), item["code"]
    )


def _answer(question: questions.Question) -> Answer:
    right = next(option for option in question.options if option.value == question.right)
    wrong = next(option for option in question.options if option.value != question.right)
    return Answer(say(question.prompt), say(right.label), say(wrong.label))
