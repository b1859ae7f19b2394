"""The mail server of a deployment of our own: up, slow or down, as an attack wants it."""

import asyncio
import signal
import socket
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller

from app.demo.mailbox import Keeper
from app.settings import ROOT
from e2e.server import free_port
from e2e.waiting import until

HOST: Final = "127.0.0.1"
SLOW_SECONDS: Final = 3
START_SECONDS: Final = 30


class State(StrEnum):
    """How mail is."""

    UP = "mail up"
    SLOW = "mail slow"
    DOWN = "mail down"


class MailServer:
    """Keeps what it accepts in a folder; a process of its own, so that it takes no time from who measures."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def turn(self, state: State) -> None:
        """Be in this state from now on; down means that nobody listens."""
        self.close()
        if state is State.DOWN:
            return
        seconds = SLOW_SECONDS if state is State.SLOW else 0
        command = [sys.executable, "-m", "attack.mail", str(self._folder), str(self.port), str(seconds)]
        self._process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own command
        until(self._listens, START_SECONDS, lambda: "the mail server does not start")

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_SECONDS)
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0


class _SlowKeeper(Keeper):
    """Says so many seconds later that it has taken a message."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(folder)
        self._seconds = seconds

    async def handle_DATA(self, *given: Any) -> Any:  # noqa: N802 - the name of the SMTP command
        """Wait, then take it."""
        await asyncio.sleep(self._seconds)
        return await super().handle_DATA(*given)


def main(folder: str, port: str, seconds: str) -> None:
    """Listen until SIGTERM."""
    ending = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    Path(folder).parent.mkdir(parents=True, exist_ok=True)
    controller = Controller(_SlowKeeper(Path(folder), float(seconds)), hostname=HOST, port=int(port))
    controller.start()
    signal.sigwait(ending)
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
