"""The service as operators run it: gunicorn and the worker in processes of their own, and a way to ask them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from e2e.server import free_port
from e2e.waiting import until

from .bank import Bank
from .browser import Browser
from .processes import WORKER, environment, running

BEHIND_A_PROXY = {"TRUSTED_PROXIES": "1"}


class Deployment:
    """A bank whose web server and worker are processes. `folder` takes their log, home and temporary files."""

    def __init__(self, bank: Bank, folder: Path) -> None:
        self.bank = bank
        self.letters_to = bank.letters_to
        self.right_answers = bank.right_answers
        self.wrong_answers = bank.wrong_answers
        self.log = folder / "processes.log"
        self.folders = [folder / name for name in ("home", "tmp")]
        for place in self.folders:
            place.mkdir(parents=True, exist_ok=True)
        self.env = environment(bank.settings, **BEHIND_A_PROXY, HOME=str(folder / "home"), TMPDIR=str(folder / "tmp"))
        self.port = free_port()

    @contextmanager
    def open(self, **env: str) -> Iterator[None]:
        """Everything runs while the block does."""
        given = self.env | env
        web = ("gunicorn", "app:create_app()", f"--bind=127.0.0.1:{self.port}", "--workers=2")
        with ExitStack() as stack:
            self.processes = [
                stack.enter_context(running(*command, env=given, log=self.log)) for command in (web, WORKER)
            ]
            until(self._ready)
            yield

    def _ready(self) -> bool:
        assert all(process.poll() is None for process in self.processes), self.log.read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def browser(self, *, htmx: bool = False, **headers: str) -> Browser:
        """A browser that reaches the web server through a proxy, which speaks TLS."""
        proxy = ProxyMiddleware(_nowhere, {})
        way = {
            "target": f"http://127.0.0.1:{self.port}",
            "remove_prefix": False,
            "host": None,
            "headers": {"X-Forwarded-Proto": "https"},
            "ssl_context": None,
        }

        def through(environ: dict[str, Any], start_response: Any) -> Any:
            return proxy.proxy_to(way, environ["PATH_INFO"], "/")(environ, start_response)

        app = SimpleNamespace(test_client=lambda: Client(through, Response))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Browser(cast(Any, app), self.bank.settings.base_url, htmx=htmx, headers=named)

    def deliver(self) -> None:
        """Wait until the worker has sent everything."""
        until(lambda: not self.bank.execute("SELECT id FROM notice WHERE done_at IS NULL"))

    def raw(self, request: bytes) -> bytes:
        """Send these very bytes; what comes back."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            while part := connection.recv(65536):
                answer += part
        return answer


def _nowhere(*_: Any) -> Any:
    raise AssertionError("every address leads to the server")
