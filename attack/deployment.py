"""A deployment of one's own to attack when none is given: started, filled with invented people, stopped."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.settings import ROOT, Settings
from attack.people import Victim
from attack.target import Refusal
from e2e.server import Server


@contextmanager
def own_server(victims: list[Victim]) -> Iterator[Server]:
    """The demo on a free port behind one trusted proxy, with these customers, while the block runs.

    Raises:
        Refusal: it does not start, or does not take the customers.
    """
    with tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        server = Server(folder)
        try:
            _start(server)
            _load(folder, victims)
            yield server
        finally:
            with suppress(AssertionError):  # how well it ends is for the tests to say
                server.stop()


def _start(server: Server) -> None:
    try:
        server.start()
    except AssertionError as why:
        raise Refusal(str(why)) from None


def _load(folder: Path, victims: list[Victim]) -> None:
    """Import the customers as an operator would."""
    file = folder / "customers.jsonl"
    file.write_text(
        "".join(f"{json.dumps(victim.entry, ensure_ascii=False)}\n" for victim in victims), encoding="utf-8"
    )
    ours = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "flask", "--app", "app", "customers", "import", str(file)]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=inherited | {"INSTANCE_DIR": str(folder)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refusal(f"the customers were not imported: {done.stderr.strip()}")
