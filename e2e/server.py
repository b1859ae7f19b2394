"""The real thing in processes of its own, started and stopped as an operator would."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx

from app.settings import ROOT, Settings, read_settings
from e2e.waiting import until

START_SECONDS: Final = 90
STOP_SECONDS: Final = 20
# Many tests visit one server: one proxy in front gives each visitor an address, and all of them are no flood.
MANY_VISITORS: Final = {"TRUSTED_PROXIES": "1", "CALM_REQUESTS": "1000000", "LINKS_PER_MINUTE": "1000000"}
FAILURES: Final = (
    "Traceback",
    '"level": "error"',
    "sys_crash",
    "sys_database_unavailable",
    "sys_limits_unavailable",
    "delivery_failed",
    "purge_failed",
)
EVENT: Final = re.compile(r"\{[^{}\n]*\}")


class Server:
    """Web server, worker and mailbox on a free port with a folder of their own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._log = folder / "server.log"
        self._given = {"APP_ENV": "demo", "INSTANCE_DIR": str(folder)} | MANY_VISITORS | settings
        self._given.setdefault("PORT", str(free_port()))
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = read_settings(**{name.lower(): value for name, value in self._given.items()})
        self.url = self.settings.base_url
        self.behind = f"http://{self.settings.host}:{self.settings.port}"

    def start(self) -> None:
        """Start everything and wait until it is ready to serve."""
        ours = {name.upper() for name in Settings.model_fields}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.demo.run"],
                cwd=ROOT,
                env=inherited | self._given,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._ready, START_SECONDS, lambda: f"the server is not ready:\n{self.log_end}")

    def stop(self) -> None:
        """Stop it with SIGTERM; it must end by itself, well, and leave nothing behind."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"it did not stop:\n{self.log_end}") from None
        assert code == 0, f"it stopped with {code}:\n{self.log_end}"
        assert not self._answers(), "the web server outlived its parent"

    def restart(self) -> None:
        """Stop it and start it again, on the same port and with the same data."""
        self.stop()
        self.start()

    def failures(self) -> list[str]:
        """The lines of the log that tell of something that broke."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in FAILURES)]

    def violations(self) -> list[str]:
        """The directives of our policy that browsers reported as violated, oldest first."""
        events = map(json.loads, EVENT.findall(self._log.read_text(errors="replace")))
        return [event["directive"] for event in events if event["event"] == "csp_violation"]

    @property
    def log_end(self) -> str:
        """The last lines of the log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-40:])

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended while starting:\n{self.log_end}"
        return self._answers()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.behind}/readyz", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
