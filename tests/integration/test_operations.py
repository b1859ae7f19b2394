"""What operators rely on: readiness, least retention, migrations, and a start that refuses to be unsafe."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

from app.adapters.sql import SqlStore, connect, schema
from app.adapters.sql.purge import purge
from app.domain.journey import Step
from app.web import health
from tests.people import ALICE, BOB

from .bank import SECRET, Bank
from .browser import LOG_IN, PORTAL, RECOVERY
from .conftest import OpenBank
from .people import NOBODY, document
from .processes import run
from .walk import Walk, log_in

# --- readiness ------------------------------------------------------------------------------------------------


def state(bank: Bank, address: str) -> tuple[int, dict[str, Any]]:
    response = bank.app.test_client().get(address, base_url=bank.settings.base_url)
    return response.status_code, response.get_json()


def test_a_bank_that_works_is_alive_and_ready(bank: Bank) -> None:
    assert state(bank, "/healthz") == (200, {"status": "ok"})
    status, told = state(bank, "/readyz")
    assert (status, told["status"]) == (200, "ok")
    assert told["database"] is told["limits"] is told["mail_queue"] is True


def test_only_a_demo_and_a_staging_deployment_say_that_they_may_be_attacked(open_bank: OpenBank) -> None:
    assert state(open_bank(staging=True), "/healthz") == (200, {"status": "ok", "deployment": "staging"})
    assert state(open_bank(app_env="demo"), "/healthz") == (200, {"status": "ok", "deployment": "demo"})


def test_without_its_database_it_is_alive_but_not_ready(open_bank: OpenBank, tmp_path: Path) -> None:
    bank = open_bank(database_url=f"sqlite:///{tmp_path / 'nowhere' / 'bank.db'}")
    assert state(bank, "/healthz")[0] == 200
    status, told = state(bank, "/readyz")
    assert (status, told["status"], told["database"]) == (503, "unavailable", False)


def test_with_a_queue_that_grows_it_is_not_ready(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LONGEST_QUEUE", 2)
    walks = [Walk(bank, person) for person in (ALICE, BOB)]
    for walk in walks:
        walk.to(Step.CONTACTS)
    for walk, status in zip(walks, (200, 503), strict=True):
        walk.browser.submit()
        told = state(bank, "/readyz")
        assert (told[0], told[1]["mail_queue"]) == (status, status == 200)
    bank.deliver()
    assert state(bank, "/readyz")[0] == 200


def test_whoever_asks_for_links_all_the_time_does_not_take_the_service_away(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LONGEST_QUEUE", 1)
    Walk(bank, ALICE).ask()
    Walk(bank, NOBODY).ask()
    assert state(bank, "/readyz")[0] == 200


# --- least retention --------------------------------------------------------------------------------------------


def purged(bank: Bank) -> dict[str, int]:
    """How many rows of each table went."""
    return {table: gone for table, gone in purge(bank.store).items() if gone}


def how_many(bank: Bank, table: str) -> int:
    ((count,),) = bank.execute(f'SELECT count(*) FROM "{table}"')
    return int(count)


def test_nothing_that_is_in_use_is_purged(walk: Walk) -> None:
    browser = walk.to(Step.PASSWORD)
    assert purged(walk.bank) == {}
    assert browser.visit().step == Step.PASSWORD


def test_what_outlived_its_purpose_goes(walk: Walk) -> None:
    walk.to(Step.DONE)
    walk.bank.deliver()
    walk.bank.clock.go_on(days=31)
    gone = purged(walk.bank)
    assert gone.keys() >= {"web_session", "recovery", "notice", "rate"}
    assert not how_many(walk.bank, "recovery") + how_many(walk.bank, "web_session")


def test_messages_that_were_not_sent_yet_stay(walk: Walk) -> None:
    walk.bank.post_office.close()
    walk.ask()
    walk.bank.clock.go_on(days=60)
    purged(walk.bank)
    assert how_many(walk.bank, "notice") == 1


def test_customers_their_passwords_and_history_stay(bank: Bank) -> None:
    kept = ("customer", "product", "credential", "password_history")
    before = bank.rows()
    bank.clock.go_on(days=4000)
    purged(bank)
    after = bank.rows()
    assert [after[table] for table in kept] == [before[table] for table in kept]


def test_a_customers_block_stays_and_a_strangers_goes_in_time(bank: Bank) -> None:
    for person in (ALICE, NOBODY):
        for _ in range(3):
            log_in(bank.browser(), person, "wrong")
    bank.clock.go_on(days=89)
    assert "login_failure" not in purged(bank)
    bank.clock.go_on(days=2)
    assert purged(bank)["login_failure"] == 1
    assert "bloqueada" in log_in(bank.browser(), ALICE).text


def test_a_lock_and_its_budgets_go_when_they_end_and_not_before(walk: Walk) -> None:
    browser = walk.to(Step.REIDENTIFY)
    for _ in range(3):
        browser.submit(**document(BOB))
    walk.bank.clock.go_on(hours=23)
    assert not purged(walk.bank).keys() & {"recovery_lock", "budget"}
    walk.bank.clock.go_on(hours=2)
    assert purged(walk.bank).keys() >= {"recovery_lock", "budget"}


def test_an_ended_session_is_of_no_use_even_before_it_is_purged(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE)
    bank.clock.go_on(minutes=11)
    assert how_many(bank, "web_session") >= 1
    assert browser.visit(PORTAL).address == LOG_IN


# --- the database's shape -----------------------------------------------------------------------------------------


def test_the_migrations_make_what_the_code_expects_and_twice_is_once(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    for _ in range(2):
        schema.upgrade(engine)
        assert schema.differences(engine) == []
    assert set(SQLModel.metadata.tables) | {"alembic_version"} == set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_table_that_is_missing_is_noticed(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE rate")
    assert schema.differences(engine)
    engine.dispose()


def test_an_upgrade_keeps_every_row(bank: Bank) -> None:
    before = bank.rows(leaving_out=frozenset())
    schema.upgrade(bank.store.engine)
    assert bank.rows(leaving_out=frozenset()) == before


def test_sqlite_is_told_to_lose_nothing_to_mind_what_belongs_together_and_to_overwrite_what_goes(bank: Bank) -> None:
    with bank.store.engine.begin() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert told == ["wal", 2, 1, 1]


def test_a_new_sqlite_database_is_read_by_its_owner_only(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    schema.upgrade(engine)
    with engine.begin():
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), 0o600)


def test_a_database_that_is_there_keeps_the_mode_that_its_operator_gave_it(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.touch()
    file.chmod(0o660)
    engine = connect(f"sqlite:///{file}")
    schema.upgrade(engine)
    engine.dispose()
    assert stat.S_IMODE(file.stat().st_mode) == 0o660


def test_two_writers_wait_for_each_other_and_lose_nothing(store: SqlStore) -> None:
    def add(_: int) -> None:
        with store.transaction() as tx:
            found = tx.connection.exec_driver_sql("SELECT count FROM rate WHERE key = 'k'").scalar_one_or_none()
            tx.connection.exec_driver_sql("DELETE FROM rate WHERE key = 'k'")
            tx.connection.exec_driver_sql(
                "INSERT INTO rate (key, count, ends_at) VALUES ('k', ?, '2030-01-01')", ((found or 0) + 1,)
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(40)))
    with store.transaction() as tx:
        assert tx.connection.exec_driver_sql("SELECT count FROM rate").scalar_one() == 40


# --- a start that refuses ----------------------------------------------------------------------------------------

SAFE = {
    "APP_ENV": "production",
    "SECRET_KEY": SECRET,
    "BASE_URL": "https://clave.banco.example",
    "DATABASE_URL": "sqlite:////nonexistent/bank.db",
    "MAIL_SERVER": "mail.banco.example",
}


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        (("flask", "--app", "app", "worker"), "SECRET_KEY", "hunter2hunter2"),
        (("app.demo.run",), "MAIL_SERVER", ""),
    ],
    ids=["worker", "everything"],
)
def test_an_unsafe_production_start_is_refused_with_one_clear_line(
    command: tuple[str, ...], name: str, value: str
) -> None:
    ended = run(*command, env=SAFE | {name: value})
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("Cannot start: ")
    assert name in ended.stderr
    assert "hunter2" not in ended.stderr


def test_a_secret_that_does_not_open_the_database_refuses_the_start_with_one_line(open_bank: OpenBank) -> None:
    open_bank().close()
    with pytest.raises(SystemExit) as refused:
        open_bank(secret_key=SECRET[::-1])
    assert "SECRET_KEY" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_secret_can_change_while_a_recovery_goes_on(walk: Walk, open_bank: OpenBank) -> None:
    walk.to(Step.CODE)
    code, cookie = walk.code(), str(walk.browser.cookie)
    for settings in ({"secret_key": SECRET[::-1], "secret_key_fallbacks": SECRET}, {"secret_key": SECRET[::-1]}):
        walk.bank = open_bank(**settings)
        walk.browser = walk.bank.browser()
        walk.browser.take_cookie(cookie)
        walk.browser.visit()
    assert walk.browser.submit(code=code).step == Step.QUESTIONS
    walk.answer()
    assert walk.set_password().step == Step.DONE


def test_the_demo_pages_do_not_exist_in_production(bank: Bank) -> None:
    for path in ("/demo/buzon", "/demo/buzon.json", "/demo/personas", "/demo/sms"):
        assert bank.browser().visit(path).status == 404
    assert "/demo" not in bank.browser().visit(RECOVERY).source
