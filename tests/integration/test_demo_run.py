"""`make run` from the outside: everything starts, says where it is, works, and ends cleanly."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest

from e2e.server import free_port
from e2e.waiting import until

from .processes import children_of, is_alive, kill, start

A_WHILE = 90
CLEANLY = 10


class Demo:
    """The demo as somebody at a terminal has it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.log = folder / "terminal.log"
        env = {"PORT": str(self.port), "INSTANCE_DIR": str(folder / "instance")}
        self.process: Popen[bytes] = start("app.demo.run", env=env, log=self.log)

    @property
    def said(self) -> str:
        """What stands on the terminal."""
        return self.log.read_text()

    def wait_until_it_says(self, words: str) -> None:
        """Wait for it; fail at once if the demo ended."""
        until(lambda: words in self.said or self.process.poll() is not None, A_WHILE)
        assert self.process.poll() is None, self.said

    def mailbox(self) -> list[Any]:
        """Everything sent, newest first."""
        found: list[Any] = httpx.get(f"{self.address}/demo/buzon.json").raise_for_status().json()
        return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo, started and ready."""
    running = Demo(tmp_path)
    running.wait_until_it_says("Ctrl-C")
    yield running
    for pid in [*children_of(running.process.pid)]:
        os.kill(pid, signal.SIGKILL)
    kill(running.process)


def ask_for_a_link(demo: Demo, document: str) -> None:
    """As a browser without scripts does."""
    id_type, id_number = document.split()
    with httpx.Client(base_url=demo.address, follow_redirects=True) as browser:
        page = browser.get("/personas/clave").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        fields = {"csrf_token": token, "step": "identify", "id_type": id_type, "id_number": id_number}
        assert 'data-step="link_sent"' in browser.post("/personas/clave", data=fields).text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_the_demo_starts_works_and_ends_cleanly(demo: Demo, how: signal.Signals) -> None:
    assert demo.address in demo.said
    document = demo.said.split("Try:")[1].split("(")[0].strip()
    ask_for_a_link(demo, document)
    letter = until(demo.mailbox, A_WHILE)[0]
    assert letter["channel"] == "email"
    link = next(link for link in letter["links"] if "/enlace/" in link)
    assert link.startswith(demo.address)
    assert 'data-step="reidentify"' in httpx.get(link, follow_redirects=True).text
    assert httpx.get(f"{demo.address}/readyz").json()["status"] == "ok"
    family = children_of(demo.process.pid)
    assert len(family) >= 5
    demo.process.send_signal(how)
    assert demo.process.wait(CLEANLY) == 0
    until(lambda: not [pid for pid in family if is_alive(pid)], CLEANLY)
    assert "Traceback" not in demo.said
    with pytest.raises(httpx.ConnectError):
        httpx.get(demo.address)


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        log = tmp_path / "terminal.log"
        process = start("app.demo.run", env={"PORT": port, "INSTANCE_DIR": str(tmp_path)}, log=log)
        assert process.wait(A_WHILE) == 1
    assert log.read_text().splitlines() == [f"Cannot start: PORT {port} is not free (Address already in use)."]
