"""The demo's mailbox: a real SMTP server that keeps what it accepts, and reads it back."""

import html
import mailbox
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from app.settings import read_settings

_LINK = re.compile(r"https?://[^\s<>\"]+")
_CODE = re.compile(r"(?<![\w/-])\d{6}(?![\w/-])")
_RECEIVED = "X-Received-At"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its reader sees it. `received_at` is ISO 8601, UTC."""

    id: str
    channel: str
    to: str
    subject: str
    text: str
    html: str | None
    received_at: str

    @property
    def links(self) -> list[str]:
        """Every address in the text."""
        return _LINK.findall(self.text)

    @property
    def code(self) -> str | None:
        """The six digits, if the text has them."""
        found = _CODE.search(self.text)
        return found and found.group()

    def as_json(self) -> dict[str, Any]:
        """All of it, links and code picked out."""
        return asdict(self) | {"links": self.links, "code": self.code}


class Keeper(Mailbox):
    """Keeps each message with the instant at which it was accepted."""

    def prepare_message(self, session: Any, envelope: Any) -> Any:
        """As it came, with the time."""
        message = super().prepare_message(session, envelope)
        message[_RECEIVED] = datetime.now(UTC).isoformat()
        return message


@contextmanager
def listening(folder: Path, host: str, port: int) -> Iterator[None]:
    """An SMTP server while the block runs."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    controller = Controller(Keeper(folder), hostname=host, port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def serve(folder: Path, host: str, port: int) -> None:
    """Listen until SIGINT or SIGTERM."""
    ending = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    with listening(folder, host, port):
        signal.sigwait(ending)


def keep_sms(folder: Path, to: str, text: str, message_id: str) -> None:
    """Keep an SMS beside the e-mails."""
    message = EmailMessage()
    message["X-Channel"], message["X-RcptTo"], message["Message-ID"] = "sms", to, f"<{message_id}@sms>"
    message[_RECEIVED] = datetime.now(UTC).isoformat()
    message.set_content(text)
    folder.parent.mkdir(parents=True, exist_ok=True)
    mailbox.Maildir(str(folder)).add(message)


def read(folder: Path) -> list[Message]:
    """Every message kept, newest first."""
    if not folder.exists():
        return []
    kept = mailbox.Maildir(str(folder), create=False)
    messages = [_message(kept.get_bytes(key)) for key in kept.iterkeys()]
    return sorted(messages, key=lambda message: message.received_at, reverse=True)


def _message(raw: bytes) -> Message:
    parsed = message_from_bytes(raw, policy=policy.default)
    return Message(
        id=str(parsed.get("Message-ID", "")),
        channel=str(parsed.get("X-Channel", "email")),
        to=str(parsed.get("X-RcptTo", parsed.get("To", ""))),
        subject=str(parsed.get("Subject", "")),
        text=_body(parsed, "plain") or html.unescape(_body(parsed, "html") or ""),
        html=_body(parsed, "html"),
        received_at=str(parsed.get(_RECEIVED, "")),
    )


def _body(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part else None


def main() -> None:
    """The mailbox as a process of its own, where the settings say."""
    settings = read_settings()
    serve(settings.mailbox_dir, "127.0.0.1", settings.mail_port)


if __name__ == "__main__":
    main()
