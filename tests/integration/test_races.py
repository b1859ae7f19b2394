"""Races on the service as it runs, in processes of its own, on each database: the outside, then what the rows say.

The races are those of `make attack`, smaller; the rows show what an attack from outside cannot see.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from sqlalchemy import Engine, text

from app.adapters.sql import connect
from app.domain.policy import Budget
from attack.attacks.races import RACES
from attack.deployment import own_server
from attack.ground import Ground, Size
from attack.people import Crowd, invent
from attack.target import Target
from e2e.databases import DATABASES
from e2e.server import Server

MOST_SECONDS: Final = 240
MOST_REQUESTS: Final = 5_000

OURS: Final = "(SELECT id FROM customer WHERE email LIKE 'alicia.victima%')"
NEVER: Final = {
    "more wrong passwords were compared than there are tries": "SELECT failures FROM login_failure WHERE failures > 3",
    "a password was changed twice": f"""
        SELECT customer_id FROM password_history WHERE customer_id IN {OURS}
        GROUP BY customer_id HAVING count(*) > 1""",
    "a recovery is done and no password was changed": """
        SELECT customer_id FROM recovery WHERE step = 'done'
        AND customer_id NOT IN (SELECT customer_id FROM password_history)""",
    "two recoveries of a customer came to their end": """
        SELECT customer_id FROM recovery WHERE step = 'done' GROUP BY customer_id HAVING count(*) > 1""",
    "an address is told twice of one thing": """
        SELECT kind, channel FROM notice WHERE kind IN ('changed', 'locked')
        GROUP BY kind, customer_id, channel HAVING count(*) > 1""",
    "an address is not told": """
        SELECT kind FROM notice WHERE kind IN ('changed', 'locked')
        GROUP BY kind, customer_id HAVING count(*) <> 2""",
    "a change is not told": """
        SELECT customer_id FROM recovery WHERE step = 'done'
        AND customer_id NOT IN (SELECT customer_id FROM notice WHERE kind = 'changed')""",
    "a lock is not told": f"""
        SELECT customer_id FROM recovery_lock WHERE customer_id IN {OURS}
        AND customer_id NOT IN (SELECT customer_id FROM notice WHERE kind = 'locked')""",
    "a lock leaves a recovery open": """
        SELECT step FROM recovery JOIN recovery_lock ON recovery_lock.customer_id = recovery.customer_id
        WHERE step NOT IN ('done', 'used', 'locked', 'expired', 'refused')""",
    "a session outlived a change": """
        SELECT web_session.customer_id FROM web_session JOIN credential USING (customer_id)
        WHERE web_session.created_at < credential.changed_at""",
}
"""What no row may say, whatever happened at once, and the query that finds it."""


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The demo on a database nobody used yet, with customers for every race."""
    with own_server(invent(0), request.param) as own:
        yield own.server


@pytest.fixture
def database(server: Server) -> Iterator[Engine]:
    """The same database, beside the service."""
    engine = connect(server.settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def ground(server: Server) -> Iterator[Ground]:
    """The place of the races, at full size but for log-in: each attempt costs an Argon2id comparison."""
    target = Target(server.url)
    target.allow(MOST_REQUESTS, MOST_SECONDS)
    yield Ground(target, Crowd(invent(0)), Size(login_storm=20))
    target.close()


def test_what_may_happen_once_happens_once_however_many_ask_at_once(
    server: Server, ground: Ground, database: Engine
) -> None:
    ground.need_addresses()
    for race in RACES:
        race(ground)
        assert (race.__name__, ground.trial.findings, told_by_rows(server, database)) == (race.__name__, [], [])
    assert {"done", "locked", "used"} <= {step for (step,) in rows(database, "SELECT step FROM recovery")}
    assert server.failures() == []


def told_by_rows(server: Server, database: Engine) -> list[str]:
    """What the rows say that must never be."""
    policy = server.settings.policy()
    spent = rows(database, "SELECT budget, spent FROM budget")
    told = [f"{times} of {budget} are spent" for budget, times in spent if times > policy.limit(Budget(budget))]
    if server.settings.redis_url and rows(database, "SELECT * FROM rate WHERE key NOT LIKE 'links-%'"):
        told.append("limits are counted in the database, where Valkey was to count them")
    return told + [f"{name}: {found}" for name, query in NEVER.items() if (found := rows(database, query))]


def rows(database: Engine, query: str) -> list[Any]:
    """What the database answers."""
    with database.begin() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
