"""No feature exists on one database only: the journey and the customers file on each of them.

`pytest tests/integration --database postgres` runs all the other tests there too.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app import create_app
from app.adapters.sql import connect, schema, store
from app.adapters.sql.purge import purge
from app.adapters.sql.statements import wait_for_turn
from app.domain.journey import Step
from app.domain.policy import DAY, Budget
from e2e.databases import DATABASES, POSTGRES
from e2e.waiting import until
from tests.people import ALICE, BOB, CHEAP, NEW_PASSWORD, line

from .bank import Bank, settings_of
from .browser import LOG_IN, PORTAL
from .conftest import OpenBank
from .phones import SmsProvider
from .processes import environment, run
from .servers import PostgresServer
from .walk import Walk, log_in

on_postgres = pytest.mark.parametrize("database", [POSTGRES], indirect=True)
on_each = pytest.mark.parametrize("database", DATABASES, indirect=True)


@on_each
def test_the_whole_journey_and_what_ends_with_it(bank: Bank, htmx: bool) -> None:
    logged_in = bank.browser()
    assert log_in(logged_in, ALICE).address == PORTAL
    earlier = Walk(bank)
    earlier.to(Step.CONTACTS)
    walk = Walk(bank, htmx=htmx)
    walk.to(Step.DONE)
    bank.deliver()

    assert log_in(bank.browser(), ALICE, NEW_PASSWORD).address == PORTAL
    assert logged_in.visit(PORTAL).address == LOG_IN
    assert earlier.browser.visit().step == Step.USED
    assert bank.letters_to(ALICE)[-1].alarm


@on_each
def test_no_fui_yo_freezes_and_ends_everything(bank: Bank) -> None:
    walk = Walk(bank)
    walk.to(Step.PASSWORD)
    browser = bank.browser()
    browser.visit(bank.letters_to(ALICE)[0].alarm)
    browser.submit()

    assert walk.browser.visit().step == Step.REFUSED
    assert log_in(bank.browser(), ALICE).address == LOG_IN


@on_each
def test_wrong_codes_lock_and_tell_every_address_once(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url)
    browser = Walk(bank).to(Step.CODE)
    for _ in range(bank.services.rules.policy.code_attempts):
        browser.submit(code="000000")
    told = bank.execute("SELECT channel FROM notice WHERE kind = 'locked' ORDER BY channel")

    assert browser.visit().step == Step.LOCKED
    assert [channel for (channel,) in told] == ["email", "sms"]


@pytest.fixture
def empty(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The service on a database without tables."""
    with ExitStack() as stack:
        given: dict[str, str] = {}
        if database == POSTGRES:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            given = stack.enter_context(server.copy("template0"))
        app = create_app(settings_of(tmp_path, 25, given))
        stack.callback(app.extensions["nueva-clave"].store.engine.dispose)
        yield app


@on_each
def test_the_customers_file_is_loaded_by_the_commands(empty: Flask, tmp_path: Path) -> None:
    file = tmp_path / "customers.jsonl"

    def flask(*command: str) -> str:
        done = empty.test_cli_runner().invoke(args=list(command))
        assert done.exit_code == 0, done.output
        return done.stdout

    def load(*lines: dict[str, object]) -> str:
        file.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
        return flask("customers", "import", str(file)).splitlines()[-1]

    flask("db", "upgrade")
    flask("db", "check")
    alice, bob = line(ALICE), line(BOB)
    assert load(alice, bob) == "2 added, 0 changed, 0 as before."
    assert load(alice, bob) == "0 added, 0 changed, 2 as before."
    assert load(alice, bob | {"given_names": "Robert"}) == "0 added, 1 changed, 1 as before."


def somebody_waits(engine: Engine) -> bool:
    """Whether a transaction waits for what another one has."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with engine.begin() as connection:
        return connection.exec_driver_sql(waiting).first() is not None


@on_postgres
def test_of_two_upgrades_at_once_one_waits_and_both_end_well(empty: Flask) -> None:
    here = empty.extensions["nueva-clave"]
    watching = connect(here.settings.database_url)

    others: list[Future[CompletedProcess[str]]] = []
    with ThreadPoolExecutor() as pool:

        def begin_the_other(_: Connection) -> None:
            others.append(pool.submit(run, "flask", "--app", "app", "db", "upgrade", env=environment(here.settings)))
            until(lambda: somebody_waits(watching))

        event.listen(here.store.engine, "commit", begin_the_other, once=True)
        schema.upgrade(here.store.engine)
        (other,) = others
        assert (other.result().returncode, other.result().stderr) == (0, "")
    watching.dispose()
    assert schema.differences(here.store.engine) == []


@on_postgres
def test_an_upgrade_waits_for_another_longer_than_for_anything_else(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = empty.extensions["nueva-clave"]
    monkeypatch.setattr(store, "BUSY_SECONDS", 1)
    impatient = connect(here.settings.database_url)
    with ThreadPoolExecutor() as pool:
        with here.store.engine.begin() as connection:
            wait_for_turn(connection, schema.UPGRADE)
            upgrading = pool.submit(schema.upgrade, impatient)
            assert not wait([upgrading], timeout=2).done
        upgrading.result()
    assert schema.differences(impatient) == []
    impatient.dispose()


@on_each
def test_what_holds_a_customer_waits_for_who_holds_the_same_one(bank: Bank) -> None:
    alice, passed = bank.customer(ALICE).id, threading.Event()

    def hold() -> None:
        with bank.store.transaction() as tx:
            tx.customers.hold(alice)
            passed.set()

    with bank.store.transaction() as tx:
        tx.customers.hold(alice)
        other = threading.Thread(target=hold)
        other.start()
        assert not passed.wait(0.3)
    assert passed.wait(10)
    other.join()


@on_postgres
def test_a_log_in_and_a_new_password_at_once_do_not_wait_for_each_other_for_ever(bank: Bank) -> None:
    alice = bank.customer(ALICE).id
    with ThreadPoolExecutor() as pool:
        with bank.store.transaction() as tx:
            tx.customers.hold(alice)
            tx.credentials.assign(alice, CHEAP.hash(NEW_PASSWORD))
            logging_in = pool.submit(log_in, bank.browser(), ALICE)
            until(lambda: somebody_waits(bank.store.engine))
            tx.credentials.clear_logins(bank.key_of(ALICE))
        assert logging_in.result().status == 200


@on_postgres
def test_a_purge_and_a_link_at_once_do_not_wait_for_each_other_for_ever(bank: Bank) -> None:
    alice = bank.customer(ALICE).id
    with bank.store.transaction() as tx:
        tx.budgets.spend(alice, Budget.LINKS, 5)
        tx.rates.count("links-to/alice", DAY)
    bank.clock.go_on(days=2)
    with ThreadPoolExecutor() as pool:
        with bank.store.transaction() as tx:
            tx.budgets.spend(alice, Budget.LINKS, 5)
            purging = pool.submit(purge, bank.store)
            until(lambda: somebody_waits(bank.store.engine))
            tx.rates.count("links-to/alice", DAY)
        assert purging.result()["budget"] == 0


# --- PostgreSQL that takes long ----------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a minute in a test."""
    monkeypatch.setattr(store, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(store, "IDLE_SECONDS", 1)


def wait_for_ever(bank: Bank) -> Callable[..., Any]:
    """What the database never answers by itself."""
    return lambda *_, **__: bank.execute("SELECT pg_sleep(60)")


@on_postgres
@pytest.mark.usefixtures("impatient")
def test_a_statement_that_never_ends_is_cut_and_told_as_a_pause(bank: Bank, htmx: bool) -> None:
    bank.app.view_functions["portal.front"] = wait_for_ever(bank)
    page = bank.browser(htmx=htmx).visit("/", by_htmx=htmx)
    assert (page.status, page.is_fragment) == (503, htmx)
    assert "no está disponible" in page.heading
    assert bank.events("sys_database_unavailable")


@on_postgres
@pytest.mark.usefixtures("impatient")
def test_readiness_does_not_wait_for_ever(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.adapters.sql.outbox.SqlNotices.waiting", wait_for_ever(bank))
    told = bank.app.test_client().get("/readyz", base_url=bank.settings.base_url)
    assert (told.status_code, told.get_json()["database"]) == (503, False)


@on_postgres
@pytest.mark.usefixtures("impatient")
def test_a_transaction_that_does_nothing_is_ended_by_the_server(bank: Bank) -> None:
    def dawdle() -> None:
        with bank.store.transaction() as tx:
            tx.rates.counted("x")
            time.sleep(2)
            tx.rates.counted("x")

    with pytest.raises(SQLAlchemyError):
        dawdle()
    assert bank.browser().visit("/").status == 200


@on_postgres
def test_a_server_that_is_gone_is_noticed_within_half_a_minute(bank: Bank) -> None:
    with bank.store.engine.connect() as connection:
        told = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    assert told["tcp_user_timeout"] == "30000"
    assert int(told["keepalives_idle"]) + int(told["keepalives_count"]) * int(told["keepalives_interval"]) == 30


def make_slow(bank: Bank, table: str) -> None:
    """From now on it takes a second and a half to delete from a table."""
    bank.execute(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'"
    )
    bank.execute(f"CREATE TRIGGER slowly BEFORE DELETE ON {table} EXECUTE FUNCTION slowly()")


@on_postgres
@pytest.mark.usefixtures("impatient")
def test_what_may_take_long_is_not_cut(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    make_slow(bank, "web_session")
    monkeypatch.setattr(
        "app.adapters.sql.schema.command.upgrade",
        lambda config, _: config.attributes["connection"].exec_driver_sql("SELECT pg_sleep(1.5)"),
    )
    schema.upgrade(bank.store.engine)
    assert "web_session" in purge(bank.store)
    renewed = bank.app.test_cli_runner().invoke(args=["keys", "renew", "--yes"])
    assert renewed.exit_code == 0, renewed.output
    with pytest.raises(OperationalError):
        bank.execute("SELECT pg_sleep(60)")
