"""`make run`: database, demo customers, web server, worker and mailbox in one go."""

import os
import shlex
import socket
import sys
import threading
import time

import httpx
from honcho.manager import Manager

from app import create_app
from app.adapters.sql import schema
from app.demo import people
from app.services import Services, services
from app.settings import Settings, read_settings

WEB_PROCESSES = 2
WEB_THREADS = 4
START_SECONDS = 60


def main() -> int:
    """Start everything, wait for Ctrl-C or SIGTERM, end everything; the exit code."""
    settings = read_settings()
    _refuse_taken_port(settings)
    app = create_app(settings)
    with app.app_context():
        _prepare(services())
    manager = Manager()
    for name, command, extra in _processes(settings):
        manager.add_process(name, f"exec {shlex.join(command)}", env=os.environ | extra, quiet=False)
    threading.Thread(target=_welcome, args=(settings,), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in {None, 0, 130, 143, -2, -15} else int(manager.returncode)


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise SystemExit(f"Cannot start: PORT {settings.port} is not free ({problem.strerror}).") from None


def _prepare(built: Services) -> None:
    schema.upgrade(built.store.engine)
    if built.settings.demo:
        people.load(built.store, built.rules)


def _processes(settings: Settings) -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and extra environment of each process."""
    python = [sys.executable, "-m"]
    mail = {} if settings.mail_server else {"MAIL_PORT": str(_free_port())}
    web = [
        *python,
        "gunicorn",
        "app:create_app()",
        f"--bind={settings.host}:{settings.port}",
        f"--workers={WEB_PROCESSES}",
        f"--threads={WEB_THREADS}",
        "--graceful-timeout=3",
        "--log-level=warning",
    ]
    processes = [
        ("web", web, mail),
        ("worker", [*python, "flask", "--app", "app", "worker"], mail),
    ]
    if settings.demo and not settings.mail_server:
        processes.append(("mailbox", [*python, "app.demo.mailbox"], mail))
    return processes


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _welcome(settings: Settings) -> None:
    """Once the web server is ready, say where it is and whom to try; or that it is not, and why."""
    address = f"http://{settings.host}:{settings.port}"
    deadline, said = time.monotonic() + START_SECONDS, ""
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/readyz", timeout=1).raise_for_status()
        except httpx.HTTPError as problem:
            said = str(problem)
            time.sleep(0.2)
        else:
            print(_words(settings, address), flush=True)
            return
    print(f"After {START_SECONDS} seconds it is not ready: {said}", file=sys.stderr, flush=True)


def _words(settings: Settings, address: str) -> str:
    lines = ["", f"  {settings.bank_name}: {address}"]
    if settings.demo:
        lines += [
            f"  Try:      {people.PEOPLE[0].document} ({people.PEOPLE[0].name}), «¿Olvidó su contraseña?»",
            f"  Mailbox:  {address}/demo/buzon",
            f"  People:   {address}/demo/personas",
        ]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


if __name__ == "__main__":
    sys.exit(main())
