"""All attacks in one table, in the order in which they run: what fills the mailbox comes last."""

from typing import Final, Protocol

from attack.attacks import (
    bomb,
    codes,
    enumeration,
    flood,
    forgery,
    fuzz,
    headers,
    link,
    races,
    secrecy,
    sequence,
    session,
)
from attack.ground import Ground


class Attack(Protocol):
    """A module: its docstring says which requirement it tests and how, `run` does it."""

    __name__: str
    __doc__: str | None

    def run(self, ground: Ground, /) -> None:
        """Attack; what is found is told to the ground."""


ATTACKS: Final[dict[str, Attack]] = {
    "headers": headers,
    "forgery": forgery,
    "session": session,
    "sequence": sequence,
    "link": link,
    "codes": codes,
    "races": races,
    "secrets": secrecy,
    "fuzz": fuzz,
    "flood": flood,
    "bomb": bomb,
    "enumeration": enumeration,
}
