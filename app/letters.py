"""Writes what is sent to customers: e-mail in HTML and text, SMS in one short text, in their language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, render_template
from flask_babel import force_locale, format_datetime

from app.adapters.mail import Letter
from app.domain.customers import Channel, Customer
from app.domain.messages import N_, Language, Message
from app.domain.notices import Notice, NoticeKind
from app.settings import BOGOTA, Settings
from app.translation import LOCALES, language, say

SUBJECTS: Final = {
    NoticeKind.LINK: N_("Your link to set a new password"),
    NoticeKind.CODE: N_("Your code to continue"),
    NoticeKind.LOCKED: N_("We stopped your password recovery"),
    NoticeKind.CHANGED: N_("Your password was changed"),
    NoticeKind.FROZEN: N_("Your password is frozen"),
}
WHY_ENGLISH: Final = N_(
    "This message is in English because somebody chose English on our page. "
    "It is about your internet banking password. If you asked for nothing:"
)
WHY_ENGLISH_WHEN_FROZEN: Final = N_(
    "This message is in English because somebody chose English on our page. Your password is frozen. Call us."
)
_INSTANTS: Final = {
    Language.SPANISH: "d 'de' MMMM 'de' y, h:mm a",
    Language.ENGLISH: "MMMM d, y 'at' h:mm a",
}


def local_time(instant: datetime) -> str:
    """An instant (UTC) as a customer in Colombia reads it, with its offset."""
    local = instant.astimezone(BOGOTA)
    return str(format_datetime(local, _INSTANTS[language()], rebase=False)) + " (UTC−05:00)"


class Writer:
    """Renders the templates of `templates/mail` and `templates/sms`."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    def write(self, notice: Notice, channel: Channel, to: Customer, **context: Any) -> Letter:
        """A message for one address of a customer; `context` is what its template needs."""
        kind = notice.kind
        context |= {
            "customer": to,
            "settings": self._settings,
            "local_time": local_time,
            "in_spanish": self._in_spanish(notice),
            "host": urlsplit(self._settings.base_url).hostname,
        }
        with self._app.app_context(), force_locale(LOCALES[notice.language]):
            if channel is Channel.SMS:
                text = render_template(f"sms/{kind}.txt", **context)
                lines = (" ".join(line.split()) for line in text.splitlines())
                return Letter(notice.id, str(to.contact.mobile), "", "\n".join(filter(None, lines)))
            return Letter(
                notice.id,
                str(to.contact.email),
                f"{say(Message(SUBJECTS[kind]))} – {self._settings.bank_name}",
                render_template(f"mail/{kind}.txt", **context),
                render_template(f"mail/{kind}.html", **context),
                language=LOCALES[notice.language].replace("_", "-"),
            )

    def _in_spanish(self, notice: Notice) -> Mapping[str, str] | None:
        """What a letter in English says in Spanish: its reader may not be who chose the language."""
        if notice.language is Language.SPANISH:
            return None
        with self._app.app_context(), force_locale(LOCALES[Language.SPANISH]):
            if notice.kind is NoticeKind.FROZEN:
                return {"why": say(Message(WHY_ENGLISH_WHEN_FROZEN))}
            return {"why": say(Message(WHY_ENGLISH)), "alarm": say(Message(N_("It was not me")))}
