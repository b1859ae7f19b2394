"""Somebody who works by ear: presses keys, listens, and finds everything by what Orca says."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from e2e.aloud.desk import Desk
from e2e.aloud.sounds import Heard, heard, heard_while_typing
from e2e.aloud.transcript import ANSWER, Chapter, Moment
from e2e.pages import Visitor

KEYS: Final = {"Return": "Enter", "KP_Add": "+ on the numeric keypad", "Down": "Arrow down", "space": "Space"}
MOST_TABS: Final = 15


class Unheard(AssertionError):
    """Orca did not say what somebody was listening for."""


class Listener:
    """One customer at a desk; `visitor` only tells how far the page has come, and is never heard or pressed."""

    def __init__(self, desk: Desk, visitor: Visitor) -> None:
        self.visitor = visitor
        self.chapters: list[Chapter] = []
        self._desk = desk

    @contextmanager
    def chapter(self, name: str, heading: str) -> Iterator[None]:
        """All that happens within belongs to this step."""
        self.chapters.append(Chapter(name, heading))
        yield

    def hides(self, secrets: dict[str, str]) -> None:
        """In this chapter another text stands for each of these."""
        for secret, shown in secrets.items():
            self.chapters[-1].masks[f"(?<!\\w){re.escape(secret)}(?!\\w)"] = shown

    def hides_answers(self, answers: list[str]) -> None:
        """In this chapter one text stands for all of these, which may be said in two pieces."""
        for answer in answers:
            words = answer.split()
            for at in range(1, len(words) + 1):
                begins, rest = (re.escape(" ".join(part)) for part in (words[:at], words[at:]))
                self.chapters[-1].masks[rf"^{begins}(?=\.?$)"] = ANSWER
                if rest:
                    self.chapters[-1].masks[rf"^{rest}\.?$"] = ""

    def press(self, key: str, until: Callable[[], object] | None = None, told: str = "") -> list[Heard]:
        """Press a key, wait until something is so, and listen."""
        return self._do(told or f"Presses {KEYS.get(key, key)}", lambda: self._desk.press(key), until)

    def type(self, text: str, told: str = "") -> list[Heard]:
        """Type; in the transcript stands `told`, or the text itself."""
        return self._do(f"Types {told or f'“{text}”'}", lambda: self._desk.type(text), typing=True)

    def go(self, address: str, told: str, until: Callable[[], object]) -> list[Heard]:
        """Type an address into the browser's bar, as far as that is heard, and press Enter."""
        whole = address if "://" in address else self.visitor.url + address
        self._desk.press("ctrl+l")
        self._desk.listen()
        self._desk.type(whole)
        self._desk.listen()
        return self._do(told, lambda: self._desk.press("Return"), until)

    def press_unheard(self, key: str, times: int) -> None:
        """Press a key so many times without a word of it in the transcript."""
        for _ in range(times):
            self._desk.press(key)
            self._desk.listen()

    def read_on(self) -> list[Heard]:
        """Have Orca read from here to the end of the page."""
        return self.press("KP_Add")

    def tab_to(self, words: str) -> None:
        """Press Tab until Orca says these words.

        Raises:
            Unheard: it says them nowhere on the page.
        """
        for _ in range(MOST_TABS):
            if any(words in piece.words for piece in self.press("Tab")):
                return
        raise Unheard(f"«{words}» is not said at any stop of the Tab key")

    def wait(self, told: str, until: Callable[[], object]) -> list[Heard]:
        """Do nothing and listen."""
        return self._do(told, lambda: None, until)

    def skip(self) -> None:
        """Let go of what was said meanwhile."""
        self._desk.listen(something=False)

    def _do(
        self,
        told: str,
        do: Callable[[], object],
        until: Callable[[], object] | None = None,
        *,
        typing: bool = False,
    ) -> list[Heard]:
        do()
        if until:
            until()
        sounds = self._desk.listen()
        pieces = heard_while_typing(sounds) if typing else heard(sounds)
        self.chapters[-1].moments.append(Moment(told, pieces))
        return pieces
