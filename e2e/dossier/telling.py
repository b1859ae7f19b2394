"""Somebody at a window who tells what they do, so that the dossier can say how a state is reached."""

import re
from typing import Any, Final

from e2e.pages import ChromiumVisitor, Visitor

SECRET: Final = re.compile(r"[\w-]{20,}")


class Telling(Visitor):
    """What was `done` since it was asked last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done: list[str] = []

    def done(self) -> list[str]:
        """Everything since it was asked last, in words."""
        done, self._done = self._done, []
        return done

    def go(self, address: str) -> None:
        """Type an address; of a link from a message the token is left out."""
        self._done.append(f"open {SECRET.sub('…', address.removeprefix(self.url))}")
        super().go(address)

    def fill(self, label: str, text: str) -> None:
        """Put text into a field."""
        self._done.append(f"fill in «{label}» with «{text}»")
        super().fill(label, text)

    def enter(self) -> None:
        """Press Enter where the focus is."""
        self._done.append("press the Enter key")
        super().enter()

    def choose(self, label: str, chosen: str) -> None:
        """Choose from a list."""
        self._done.append(f"choose «{chosen}» in «{label}»")
        super().choose(label, chosen)

    def pick(self, question: str, picked: str) -> None:
        """Pick one of a group of radio buttons."""
        self._done.append(f"pick «{picked}» at «{question}»")
        super().pick(question, picked)

    def tick(self, label: str) -> None:
        """Tick a box, or take the tick away."""
        self._done.append(f"tick «{label}»")
        super().tick(label)

    def press(self, name: str, times: int = 1) -> None:
        """Press a button."""
        self._done.append(f"press «{name}»")
        super().press(name, times)

    def open(self, question: str) -> None:
        """Open what is folded behind a question."""
        self._done.append(f"unfold «{question}»")
        super().open(question)


class TellingInPlaywright(Telling, ChromiumVisitor):
    """The same at a window that Playwright drives, in whichever engine."""
