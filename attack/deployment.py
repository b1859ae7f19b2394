"""A deployment of one's own to attack when none is given: started, filled with invented people, stopped."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from app.settings import ROOT, Settings
from attack.people import Victim
from attack.target import Refusal
from e2e.databases import SQLITE, fresh
from e2e.server import Server


@contextmanager
def own_server(victims: list[Victim], database: str = SQLITE) -> Iterator[Server]:
    """The demo on a free port behind one trusted proxy, with these customers, while the block runs.

    `database` is one of `e2e.databases.DATABASES`.

    Raises:
        Refusal: it does not start, or does not take the customers.
    """
    with fresh(database) as settings, tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        server = Server(folder, **settings)
        try:
            _start(server)
            load(folder, victims, settings)
            yield server
        finally:
            with suppress(AssertionError):  # how well it ends is for the tests to say
                server.stop()


def _start(server: Server) -> None:
    try:
        server.start()
    except AssertionError as why:
        raise Refusal(str(why)) from None


def load(folder: Path, victims: list[Victim], settings: Mapping[str, str]) -> None:
    """Import the customers as an operator would.

    Raises:
        Refusal: they were not taken.
    """
    file = folder / "customers.jsonl"
    file.write_text(
        "".join(f"{json.dumps(victim.entry, ensure_ascii=False)}\n" for victim in victims), encoding="utf-8"
    )
    ours = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "flask", "--app", "app", "customers", "import", str(file)]
    environment = inherited | {"INSTANCE_DIR": str(folder)} | dict(settings)
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refusal(f"the customers were not imported: {done.stderr.strip()}")
