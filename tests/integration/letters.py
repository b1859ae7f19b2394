"""An SMTP server of a test's own, which can be opened, closed and made to misbehave."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_CODE = re.compile(r"(?<![\w/-])\d{6}(?![\w/-])")

Behaviour = Callable[[SMTP], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as its reader sees it."""

    to: str
    subject: str
    text: str
    html: str = ""
    id: str = ""
    raw: bytes = b""

    @classmethod
    def read(cls, to: str, raw: bytes) -> "Letter":
        """A message as it came over the wire."""
        message = message_from_bytes(raw, policy=policy.default)
        return cls(
            to,
            str(message["Subject"]),
            _body(message, "plain"),
            _body(message, "html"),
            str(message["Message-ID"]),
            raw,
        )

    @property
    def links(self) -> list[str]:
        """Every address in the text."""
        return [found.group() for found in _ADDRESS.finditer(self.text)]

    @property
    def link(self) -> str:
        """The address to go on with a recovery."""
        return self._address("/enlace/")

    @property
    def alarm(self) -> str:
        """The address of «no fui yo»."""
        return self._address("/no-fui-yo/")

    def _address(self, part: str) -> str:
        return next(link for link in self.links if part in link)

    @property
    def code(self) -> str:
        """The six digits."""
        found = _CODE.search(self.text)
        assert found, "this message has no code"
        return found.group()


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part else ""


async def accept(_: SMTP) -> str:
    """Take the message."""
    return "250 OK"


async def refuse(_: SMTP) -> str:
    """Ask to try later."""
    return "451 Try again later"


async def hang(_: SMTP) -> str:
    """Say nothing more."""
    await asyncio.sleep(3600)
    return "250 OK"


async def accept_slowly(_: SMTP) -> str:
    """Take the message after a while."""
    await asyncio.sleep(0.05)
    return "250 OK"


async def accept_and_hang_up(server: SMTP) -> str:
    """Take the message, and end the connection without a goodbye."""
    assert isinstance(server.transport, asyncio.Transport)
    asyncio.get_running_loop().call_soon(server.transport.close)
    return "250 OK"


async def hang_up(server: SMTP) -> str:
    """End the connection without an answer."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "421 Never heard"


class PostOffice:
    """Keeps what it accepts, newest last. Its port is its own even while it is closed."""

    def __init__(
        self, certificate: ssl.SSLContext | None = None, *, tls_at_once: bool = False, authenticator: Any = None
    ) -> None:
        self.accepted: list[Letter] = []
        self.offered: list[Letter] = []
        self.behaviour: Behaviour = accept
        self._options = {
            "ssl_context" if tls_at_once else "tls_context": certificate,
            "authenticator": authenticator,
        }
        self._door = _closed_door()
        self.port: int = self._door.getsockname()[1]
        self._controller: _AtThisDoor | None = None

    def open(self) -> None:
        """Begin to listen."""
        self._controller = _AtThisDoor(self, self._door, **self._options)
        self._controller.start()

    def close(self) -> None:
        """Listen no more; connections are refused."""
        if self._controller:
            self._controller.stop()
            self._controller = None
            self._door = _closed_door(self.port)

    def leave(self) -> None:
        """Close, and give the port back."""
        self.close()
        self._door.close()

    async def handle_DATA(self, server: SMTP, _: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """What aiosmtpd calls with each message."""
        letters = [Letter.read(to, envelope.content) for to in envelope.rcpt_tos]
        self.offered += letters
        answer = await self.behaviour(server)
        if answer.startswith("250"):
            self.accepted += letters
        return answer


def _closed_door(port: int = 0) -> socket.socket:
    """A socket that holds a port and refuses connections until somebody listens on it."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((HOST, port))
    return door


class _AtThisDoor(Controller):
    def __init__(self, handler: PostOffice, door: socket.socket, **options: Any) -> None:
        super().__init__(handler, hostname=HOST, port=handler.port, ready_timeout=60, **options)
        self._door = door

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._door, ssl=self.ssl_context)
