"""Starts the project's own commands as processes, with a bank's settings as environment variables."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.settings import ROOT, Settings

LIKE_THIS_ONE = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TMPDIR"}}
WORKER = ("flask", "--app", "app", "worker")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The settings as an operator would export them."""
    plain = {
        "APP_ENV": settings.app_env,
        "BASE_URL": settings.base_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "INSTANCE_DIR": str(settings.instance_dir),
        "DATABASE_URL": settings.database_url,
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": str(settings.mail_port),
        "SMS_URL": settings.sms_url,
    }
    return plain | more


def start(*command: str, env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """`python -m command` in a group of its own; what it says goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**LIKE_THIS_ONE, "PYTHONUNBUFFERED": "1", **env},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(*command: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m command` to its end."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**LIKE_THIS_ONE, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, and nobody is asked."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


@contextmanager
def running(*command: str, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process while the block runs."""
    process = start(*command, env=env, log=log)
    try:
        yield process
    finally:
        kill(process)


def children_of(pid: int) -> list[int]:
    """Every process below this one, whatever group it put itself into."""
    parents, below = _parents(), [pid]
    for one in below:
        below += [child for child, parent in parents.items() if parent == one]
    return below[1:]


def _parents() -> dict[int, int]:
    """The parent of every process; a slim container has no `ps`, a Mac no `/proc`."""
    if Path("/proc/self/stat").exists():
        stats = (_read(path) for path in Path("/proc").glob("[0-9]*/stat"))
        return {int(stat.split()[0]): int(stat.rpartition(")")[2].split()[1]) for stat in stats if stat}
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it ended meanwhile


def is_alive(pid: int) -> bool:
    """Whether a process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
