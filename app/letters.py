"""Writes what is sent to customers: e-mail in HTML and text, SMS in one short text, in Spanish."""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Flask, render_template
from flask_babel import force_locale, format_datetime

from app.adapters.mail import Letter
from app.domain.customers import Channel, Customer
from app.domain.messages import N_, Message
from app.domain.notices import NoticeKind
from app.settings import Settings
from app.translation import say

BOGOTA: Final = ZoneInfo("America/Bogota")
LOCALE: Final = "es_CO"

SUBJECTS: Final = {
    NoticeKind.LINK: N_("Your link to set a new password"),
    NoticeKind.CODE: N_("Your code to go on"),
    NoticeKind.LOCKED: N_("We stopped the recovery of your password"),
    NoticeKind.CHANGED: N_("Your password was changed"),
    NoticeKind.FROZEN: N_("Your password is frozen"),
}


def local_time(instant: datetime) -> str:
    """An instant (UTC) as a customer in Colombia reads it, with its offset."""
    local = instant.astimezone(BOGOTA)
    return str(format_datetime(local, "d 'de' MMMM 'de' y, h:mm a", rebase=False)) + " (UTC−05:00)"


class Writer:
    """Renders the templates of `templates/mail` and `templates/sms`."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    def write(self, notice_id: str, kind: NoticeKind, channel: Channel, to: Customer, **context: Any) -> Letter:
        """The message of a kind for one address of a customer; `context` is what its template needs."""
        context |= {
            "customer": to,
            "settings": self._settings,
            "now": datetime.now(UTC),
            "local_time": local_time,
        }
        with self._app.app_context(), force_locale(LOCALE):
            if channel is Channel.SMS:
                text = render_template(f"sms/{kind}.txt", **context)
                return Letter(notice_id, str(to.contact.mobile), "", " ".join(text.split()))
            return Letter(
                notice_id,
                str(to.contact.email),
                f"{say(Message(SUBJECTS[kind]))} – {self._settings.bank_name}",
                render_template(f"mail/{kind}.txt", **context),
                render_template(f"mail/{kind}.html", **context),
            )
