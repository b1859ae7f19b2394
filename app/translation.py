"""The customer's language: Spanish by default, through the catalogue in `app/translations`."""

from flask_babel import gettext

from app.domain.messages import Message


def say(message: Message) -> str:
    """A message of the domain in the customer's language; values that are messages are translated first."""
    values = {name: say(value) if isinstance(value, Message) else value for name, value in message.values.items()}
    return str(gettext(message.msgid, **values))
