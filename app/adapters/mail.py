"""E-mail by SMTP through Flask-Mail, with the certificate verified and no wait without end."""

import smtplib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from flask import Flask
from flask_mail import Connection, Mail, Message

from app.settings import Settings

TIMEOUT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one address, in a `language` such as `es-CO` (e-mail only).

    `id` stays the same when it is sent again, so a receiver can tell.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str | None = None
    language: str = ""


class VerifiedConnection(Connection):
    """Flask-Mail's connection, which by itself verifies no certificate and waits for ever (S18)."""

    def __init__(self, mail: Mail, tls: ssl.SSLContext) -> None:
        super().__init__(mail)
        self._tls = tls

    def configure_host(self) -> smtplib.SMTP:
        """Connect, verify, log in."""
        server, port = self.mail.server, self.mail.port
        host: smtplib.SMTP
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(server, port, timeout=TIMEOUT_SECONDS, context=self._tls)
        else:
            host = smtplib.SMTP(server, port, timeout=TIMEOUT_SECONDS)
        try:
            if self.mail.use_tls:
                host.starttls(context=self._tls)
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye; a server that hangs up first has the message all the same."""
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()


class Mailer:
    """Sends letters to the SMTP server of the settings."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        app.config.update(
            MAIL_SERVER=settings.mail_server or "127.0.0.1",
            MAIL_PORT=settings.mail_port,
            MAIL_USE_TLS=settings.mail_use_tls,
            MAIL_USE_SSL=settings.mail_use_ssl,
            MAIL_USERNAME=settings.mail_username or None,
            MAIL_PASSWORD=settings.mail_password.get_secret_value() or None,
            MAIL_DEFAULT_SENDER=settings.mail_default_sender,
            MAIL_SUPPRESS_SEND=False,
        )
        self._mail = Mail(app)
        self._tls = ssl.create_default_context()  # once: reading all authorities takes longer than all the rest
        self._domain = settings.mail_domain

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server.

        Raises:
            OSError, smtplib.SMTPException: the server did not take it; trying again is right.
        """
        message = Message(letter.subject, [letter.to], letter.text, html=letter.html)
        message.msgId = f"<{letter.id}@{self._domain}>"
        message.extra_headers = {"Auto-Submitted": "auto-generated", "Content-Language": letter.language}
        with VerifiedConnection(self._mail, self._tls) as connection:
            connection.send(message)
