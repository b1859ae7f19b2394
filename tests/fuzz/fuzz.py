"""What must hold for every hostile request: no failure, little work, nothing told, logged or kept as it was sent."""

import json
import sqlite3
import time
from collections import Counter
from typing import Any, Final
from urllib.parse import urlsplit

from sqlmodel import SQLModel
from werkzeug.test import run_wsgi_app

from app.domain.passwords import Hasher
from attack.hostile import MARK, SCRIPT
from tests.integration.bank import Bank, database_in
from tests.integration.html import read_html

from .shots import BRAND, Request

MOST_WORK: Final = 0.2
"""Seconds of processor time that one answer may take, where one hash of a password takes `ONE_HASH`."""
ONE_HASH: Final = 0.025
RETRIES: Final = 3
FAILED: Final = 500
_HASHER: Final = Hasher()


class Fuzz:
    """Sends hostile requests to one bank as it is now, and keeps what was not as it must be."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.findings: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.slowest: list[tuple[float, str]] = []
        self._connection = sqlite3.connect(database_in(bank.settings.instance_dir), isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._tables = sorted(SQLModel.metadata.tables)
        self._before = self._rows()
        self._clear_log()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    @property
    def sent(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()

    def send(self, request: Request) -> None:
        """One request; then the database is what it was before."""
        number = self.sent
        code, headers, content, work = self._ask(request, number)
        self._look_at_answer(request, headers, content)
        self._look_at_log(request)
        self._look_at_rows(request)
        work = self._at_least(work, request, number)
        self.statuses[code] += 1
        self.slowest = sorted([*self.slowest, (work, f"{code} {request}")], reverse=True)[:5]
        self._expect(code < FAILED, f"{code} for {request}")
        self._expect(work <= MOST_WORK, f"{work * 1000:.0f} ms of work for {request}")

    def _ask(self, request: Request, number: int) -> tuple[int, Any, bytes, float]:
        begun = time.thread_time()
        body, status, headers = run_wsgi_app(self.bank.app, request.environ(number), buffered=True)
        content = b"".join(body)
        return int(status[:3]), headers, content, time.thread_time() - begun

    def _at_least(self, work: float, request: Request, number: int) -> float:
        """What is slow by its nature is slow again; what a busy or an old machine slowed down is not."""
        for _ in range(RETRIES if work > MOST_WORK else 0):
            again = self._ask(request, number)[-1]
            work = min(work, again / _slowness())
            self._look_at_log(request)
            self._put_back()
        return work

    def _expect(self, held: bool, finding: str) -> None:
        if not held:
            self.findings.append(finding)

    def _look_at_answer(self, request: Request, headers: Any, content: bytes) -> None:
        told = [f"{name}: {value}" for name, value in headers if name.lower() != "location"]
        self._expect(not [one for one in told if BRAND in one], f"a header repeats {request}")
        self._expect(headers.get("Content-Security-Policy") is not None, f"no policy for {request}")
        away = urlsplit(headers.get("Location", "/"))
        here = away.netloc in {"", "clave.banco.example", request.headers.get("Host", "")}
        self._expect(here, f"{away.netloc} is where {request} leads")
        if headers.get("Content-Type", "").startswith("text/html") and BRAND.encode() in content:
            page = content.decode()
            self._expect(MARK not in page and SCRIPT not in page, f"drawn unescaped: {request}")
            try:
                read_html(page)
            except AssertionError as why:
                self.findings.append(f"{why}: {request}")

    def _look_at_log(self, request: Request) -> None:
        for entry in self.bank.log.getvalue().split("\n")[:-1]:
            try:
                is_event = "event" in json.loads(entry)
            except ValueError:
                is_event = False
            self._expect(is_event, f"no event: {entry[:100]!r} for {request}")
            self._expect(BRAND not in entry, f"logged raw: {entry[:200]!r} for {request}")
        self._clear_log()

    def _clear_log(self) -> None:
        self.bank.log.seek(0)
        self.bank.log.truncate()

    def _look_at_rows(self, request: Request) -> None:
        if (after := self._rows()) == self._before:
            return
        for table, rows in after.items():
            new = [row for row in rows if row not in self._before[table]]
            self._expect(BRAND not in str(new), f"kept raw in {table}: {request}")
        self._put_back()

    def _rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: self._connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in self._tables}

    def _put_back(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for table, rows in self._before.items():
            self._connection.execute(f'DELETE FROM "{table}"')
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self._connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
        self._connection.execute("COMMIT")


def _slowness() -> float:
    """How many times as long as it should this machine takes now: 1 or more."""
    begun = time.thread_time()
    _HASHER.hash("colibrí")
    return max((time.thread_time() - begun) / ONE_HASH, 1)
