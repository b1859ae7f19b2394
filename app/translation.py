"""The customer's language: Spanish unless English was chosen, through the catalogue in `app/translations`."""

from typing import Final

from flask_babel import get_locale, gettext

from app.domain.messages import Language, Message, Pesos

IN_LINKS: Final = "idioma"  # the name under which a mailed link carries its language
LOCALES: Final = {Language.SPANISH: "es_CO", Language.ENGLISH: "en"}


def language() -> Language:
    """The language being spoken just now."""
    locale = get_locale()
    return Language(locale.language) if locale else Language.SPANISH


def say(message: Message) -> str:
    """A message of the domain in the customer's language, and the messages and amounts in it."""
    return str(gettext(message.msgid, **{name: _said(value) for name, value in message.values.items()}))


def _said(value: object) -> object:
    match value:
        case Message():
            return say(value)
        case Pesos():
            return money(value)
        case _:
            return value


def money(pesos: int) -> str:
    """An amount as the language writes it: `$1.250.000` in Spanish, `$1,250,000` in English."""
    return f"${int(pesos):,}" if language() is Language.ENGLISH else str(Pesos(pesos))
