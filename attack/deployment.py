"""A deployment of one's own to attack when none is given: started, filled with invented people, stopped."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.settings import ROOT, Settings
from attack.mail import HOST, MailServer, State
from attack.people import Victim
from attack.target import Refusal
from e2e.databases import SQLITE, fresh
from e2e.server import Server


@dataclass(frozen=True, slots=True)
class Deployment:
    """The service in its processes, and the mail server that it sends by."""

    server: Server
    mail: MailServer


@contextmanager
def own_server(victims: list[Victim], database: str = SQLITE) -> Iterator[Deployment]:
    """The demo on a free port behind one trusted proxy, with these customers, while the block runs. Mail is up.

    `database` is one of `e2e.databases.DATABASES`.

    Raises:
        Refusal: it does not start, or does not take the customers.
    """
    with fresh(database) as settings, tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        mail = MailServer(folder / "demo-mail")
        server = Server(folder, MAIL_SERVER=HOST, MAIL_PORT=str(mail.port), **settings)
        try:
            mail.turn(State.UP)
            _flask("db", "upgrade", folder=folder, settings=settings)
            _load(folder, victims, settings)
            _start(server)
            yield Deployment(server, mail)
        finally:
            with suppress(AssertionError):  # how well it ends is for the tests to say
                server.stop()
            mail.close()


def _start(server: Server) -> None:
    try:
        server.start()
    except AssertionError as why:
        raise Refusal(str(why)) from None


def _load(folder: Path, victims: list[Victim], settings: Mapping[str, str]) -> None:
    """Import the customers as an operator would, before anybody waits for the database."""
    file = folder / "customers.jsonl"
    lines = (f"{json.dumps(victim.entry, ensure_ascii=False)}\n" for victim in victims)
    file.write_text("".join(lines), encoding="utf-8")
    _flask("customers", "import", str(file), folder=folder, settings=settings)


def _flask(*command: str, folder: Path, settings: Mapping[str, str]) -> None:
    ours = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    environment = inherited | {"INSTANCE_DIR": str(folder)} | dict(settings)
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "flask", "--app", "app", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refusal(f"{' '.join(command[:2])} failed: {done.stderr.strip()}")
