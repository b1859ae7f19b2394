"""The operator's commands: `flask --app app customers|questions|keys|demo …`. What goes wrong is told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from math import prod
from pathlib import Path
from time import monotonic
from typing import Any, Final

import click
from flask import Flask
from flask.cli import AppGroup
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlmodel import col, func, select

from app import customers_file
from app.adapters.sql import SqlTransaction
from app.adapters.sql.keyring import StoredKeys
from app.adapters.sql.renewal import renew
from app.adapters.sql.tables import CustomerRow, LoginFailureRow
from app.customers_file import BadFile, Watch
from app.domain import alarm, questions
from app.domain.alarm import Unfrozen
from app.domain.case import Case
from app.domain.customers import Customer
from app.domain.documents import IdentityDocument, InvalidDocument
from app.domain.masks import mask_email, mask_mobile
from app.domain.messages import Message
from app.domain.policy import Budget
from app.domain.ports import Credential
from app.domain.proofs import document_key
from app.events import log_event
from app.services import services
from app.settings import BOGOTA

INTERRUPTED: Final = 130
SPARSE_SECONDS: Final = 5
UNFROZEN: Final = {
    Unfrozen.SAME_PASSWORD: "The password can be used again.",
    Unfrozen.FORGOTTEN: "The password was set shortly before the alarm and is forgotten: a recovery sets a new one.",
    Unfrozen.NO_PASSWORD: "The access is open again, but there is no password: a recovery sets one.",
    Unfrozen.NOT_FROZEN: "This customer is not frozen; nothing was changed.",
}


class Stopped(click.ClickException):
    """Ctrl-C; every command is one transaction, so there is nothing to clear up."""

    exit_code = INTERRUPTED


class Commands(AppGroup):
    """A group whose commands end with one line for what an operator can mend, and never show a row's values."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BadFile as problem:
            raise click.ClickException(f"nothing was loaded.\n{problem}") from None
        except KeyboardInterrupt:
            raise Stopped("stopped; nothing was changed.") from None
        except SQLAlchemyError as problem:
            raise click.ClickException(f"the database refuses: {_cause(problem)}") from None


def _cause(problem: SQLAlchemyError) -> str:
    """What a database says of itself; what it says of data may name values."""
    origin = getattr(problem, "orig", None) or problem
    told = str(origin).partition("\n")[0] if isinstance(problem, OperationalError | ProgrammingError) else ""
    return told or type(origin).__name__


def _document(_ctx: click.Context, _param: click.Parameter, value: str) -> IdentityDocument:
    """Type and number in one argument; the number is not repeated when it is wrong."""
    id_type, _, number = value.strip().partition(" ")
    try:
        return IdentityDocument.parse(id_type.upper(), number)
    except InvalidDocument as why:
        raise click.BadParameter(f"should be a type and a number, such as 'CC 1020304050': {why}.") from None


of_document = click.option(
    "--document", required=True, prompt="Document, such as CC 1020304050", callback=_document, help="Whose."
)
customers = Commands("customers", help="The bank's customers.")
asked = Commands("questions", help="The security questions.")
keys = Commands("keys", help="The database's own key.")
demo = Commands("demo", help="The demo's invented customers.")


def install(app: Flask) -> None:
    """Add the commands to the application."""
    for group in (customers, asked, keys, demo):
        app.cli.add_command(group)


@customers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=False, path_type=Path))
def import_customers(file: Path) -> None:
    """Load a customers FILE: one JSON object a line. All of it or nothing; twice is the same as once."""
    if not file.is_file():
        raise click.BadParameter("is read twice, so it must be an ordinary file.", param_hint="FILE")
    here = services()
    done = customers_file.import_file(file, here.store, here.rules, _watch(file.stat().st_size))
    log_event("customers_imported", **asdict(done))
    click.echo(f"{done.added:,} added, {done.changed:,} changed, {done.unchanged:,} as before.")
    if done.passwords:
        click.echo(f"{done.passwords:,} passwords set.")


def _watch(size: int) -> Watch:
    """A bar on a terminal; elsewhere a line now and then."""
    console = Console(stderr=True)

    @contextmanager
    def bar(title: str) -> Iterator[customers_file.Progress]:
        shape = (TextColumn(title), BarColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        with Progress(*shape, console=console) as shown:
            task = shown.add_task(title, total=size)
            yield _seldom(lambda done: shown.update(task, completed=done), seconds=0.1)
            shown.update(task, completed=size)

    @contextmanager
    def lines(title: str) -> Iterator[customers_file.Progress]:
        yield _seldom(lambda done: click.echo(f"{title}: {100 * done // size} %", err=True), seconds=SPARSE_SECONDS)

    return bar if console.is_terminal else lines


def _seldom(tell: customers_file.Progress, seconds: float) -> customers_file.Progress:
    """Passes on what it is told, but not more often than that."""
    last = monotonic()

    def progress(done: int) -> None:
        nonlocal last
        if monotonic() - last >= seconds:
            last = monotonic()
            tell(done)

    return progress


@customers.command()
@of_document
def show(document: IdentityDocument) -> None:
    """How a customer stands: what is blocked, until when, and why recovery is refused."""
    here, in_a_row = services(), Budget.ANSWERS_IN_A_ROW
    policy = here.rules.policy
    with here.store.transaction() as tx:
        customer = _customer(tx, document)
        credential = tx.credentials.of(customer.id)
        failures = tx.connection.scalar(
            select(LoginFailureRow.failures).where(col(LoginFailureRow.document_key) == _key(document))
        )
        locked_until = tx.budgets.locked_until(customer.id)
        wrong_sets = policy.limit(in_a_row) - tx.budgets.left(customer.id, in_a_row, policy.limit(in_a_row))
        links = tx.budgets.left(customer.id, Budget.LINKS, policy.limit(Budget.LINKS))
        may_answer = wrong_sets < policy.limit(in_a_row)
        case = Case(here.rules, tx.now, customer=customer, credential=credential, may_answer=may_answer)
        refusal = case.refusal()
    blocked = (failures or 0) >= policy.login_attempts
    table = Table(box=box.SIMPLE, show_header=False)
    for name, value in (
        *_registered(customer),
        ("password", f"since {_instant(credential.changed_at)}" if credential.password_hash else "none"),
        ("log-in", _login(credential, blocked)),
        ("recovery", f"refused: {refusal}" if refusal else "locked" if locked_until else "possible"),
        ("locked until", _instant(locked_until)),
        ("links left today", str(links)),
        ("wrong sets of answers in a row", f"{wrong_sets} of {policy.limit(in_a_row)}"),
    ):
        table.add_row(name, value)
    Console().print(table)


def _registered(customer: Customer) -> Iterator[tuple[str, str]]:
    contact = customer.contact
    yield "document", f"{customer.document.type} {mask_mobile(customer.document.number)}"
    yield "e-mail", mask_email(contact.email) if contact.email else "none"
    yield "mobile", mask_mobile(contact.mobile) if contact.mobile else "none"
    yield "contact since", _instant(contact.updated_at)
    yield "products", ", ".join(sorted(product.kind for product in customer.products)) or "none"


def _login(credential: Credential, blocked: bool) -> str:
    if credential.frozen_at:
        return f"frozen since {_instant(credential.frozen_at)}"
    return "blocked by wrong passwords" if blocked else "open"


def _instant(when: datetime | None) -> str:
    return f"{when.astimezone(BOGOTA):%Y-%m-%d %H:%M} −05:00" if when else "no"


@customers.command()
@of_document
def unlock(document: IdentityDocument) -> None:
    """Open recovery and log-in again: spent budgets, the lock, and wrong passwords are forgotten."""
    with services().store.transaction() as tx:
        customer = _customer(tx, document)
        tx.customers.hold(customer.id)
        tx.budgets.clear(customer.id)
        tx.credentials.clear_logins(_key(document))
        frozen = tx.credentials.of(customer.id).frozen_at is not None
    log_event("recovery_unlocked", document=_key(document))
    if frozen:
        click.echo("Spent tries, the lock and wrong passwords are forgotten.")
        click.echo("Recovery and log-in stay closed: the customer is still frozen. `customers unfreeze` opens them.")
    else:
        click.echo("Recovery and log-in are open again.")


@customers.command()
@of_document
def unfreeze(document: IdentityDocument) -> None:
    """Open the access again, once the bank has spoken with the customer; what a stranger may have set is forgotten."""
    with services().store.transaction() as tx:
        done = alarm.unfreeze(tx, _customer(tx, document), _key(document))
    if done is not Unfrozen.NOT_FROZEN:
        same_password = done is Unfrozen.SAME_PASSWORD
        log_event("authn_credential_unfrozen", document=_key(document), same_password=same_password)
    click.echo(UNFROZEN[done])


def _key(document: IdentityDocument) -> str:
    return document_key(document, services().rules.keys)


def _customer(tx: SqlTransaction, document: IdentityDocument) -> Customer:
    customer = tx.customers.by_document(_key(document))
    if customer is None:
        raise click.ClickException("no customer has this document.")
    return customer


@asked.command()
@of_document
def explain(document: IdentityDocument) -> None:
    """Which questions a customer can be asked, how hard they are to guess, and which are chosen; no answers."""
    rules = services().rules
    with services().store.transaction() as tx:
        customer, year = _customer(tx, document), tx.now.year
    key, count = rules.keys.of("questions"), rules.policy.question_count
    try:
        chosen = questions.draw(customer, key, count, year)
    except questions.TooFewFacts:
        chosen = ()
    ids = {question.id for question in chosen}
    table = Table("kind", "question", "odds", "asked", box=box.SIMPLE)
    for question in questions.explain(customer, key, year):
        table.add_row(
            question.kind, _english(question.prompt), _odds(question.odds), "yes" if question.id in ids else ""
        )
    Console().print(table)
    limit, total = _odds(questions.MAX_ODDS), prod((question.odds for question in chosen), start=Fraction(1))
    if not chosen:
        click.echo(f"Too few facts: no {count} questions together are as hard to guess as {limit}.")
    else:
        click.echo(f"All of the set: {_odds(total)}; allowed: {limit}.")


def _odds(odds: Fraction) -> str:
    return f"1 in {float(1 / odds):.1f}"


def _english(message: Message) -> str:
    values = {name: _english(value) if isinstance(value, Message) else value for name, value in message.values.items()}
    return message.msgid % values


@keys.command("renew")
@click.confirmation_option(prompt="Everybody under way must begin again. Are all web servers and workers stopped?")
def renew_data_key() -> None:
    """Replace the data key after it may have become known. Passwords, blocks by «no fui yo» and locks stay."""
    here = services()
    stored = StoredKeys(here.store.engine, here.settings.secret(), here.settings.former_secrets())
    stored.load()
    with here.store.transaction() as tx, click.progressbar(length=_how_many(tx), label="Renaming") as bar:
        for done in renew(tx.connection, stored):
            bar.update(done)
    log_event("data_key_renewed")
    click.echo("The data key is new. Start web servers and workers again.")


def _how_many(tx: SqlTransaction) -> int:
    return tx.connection.scalar(select(func.count()).select_from(CustomerRow)) or 0


@demo.command("load")
def load_demo() -> None:
    """Load the demo's people. Once more undoes nothing that somebody did in the demo."""
    here = services()
    if not here.settings.demo:
        raise click.ClickException("the demo's people do not belong into production.")
    from app.demo import people  # production never builds them

    people.load(here.store, here.rules)
    click.echo(f"{len(people.PEOPLE)} people; the password of all: {people.PASSWORD}")
