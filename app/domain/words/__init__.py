"""The words and sentences that a guesser tries first, each list read once and only when it is needed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS

LONGEST_RANKED_WORD: Final = 24

_HERE = Path(__file__).parent
_SEPARATORS = re.compile(r"[\s\-_.]+")
_LEET = tuple(str.maketrans("013457@$", letters) for letters in ("oieastas", "oleastas"))


def fold(text: str) -> str:
    """One spelling for all that a guesser treats alike: no case, accents, separators or invisible signs."""
    if text.isascii():
        return _SEPARATORS.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", text)
    visible = (char for char in decomposed if unicodedata.category(char) not in {"Mn", "Cf"})
    return _SEPARATORS.sub("", "".join(visible).casefold())


def readings(folded: str) -> tuple[str, ...]:
    """The text itself and, where it has any, with leetspeak undone; all of the same length."""
    return tuple(dict.fromkeys((folded, *map(folded.translate, _LEET))))


def occurrences(text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand in any reading of a folded text: start and end of each."""
    for reading in readings(text):
        for word in words:
            start = reading.find(word)
            while start >= 0:
                yield start, start + len(word)
                start = reading.find(word, start + 1)


@cache
def ranks() -> Mapping[str, int]:
    """Common words, names and passwords, folded, with the best place that a list gives them; 1 is best."""
    best: dict[str, int] = {}
    own = (_lines("spanish.txt"), _lines("names.txt"), _lines("passwords.txt"))
    for words in chain(FREQUENCY_LISTS.values(), own):
        for rank, word in enumerate(words, 1):
            folded = fold(word)
            if 1 < len(folded) <= LONGEST_RANKED_WORD and rank < best.get(folded, rank + 1):
                best[folded] = rank
    return best


@cache
def known_passwords() -> frozenset[str]:
    """Passwords that many people use or that breaches have shown, folded."""
    listed = chain(FREQUENCY_LISTS["passwords"], _lines("passwords.txt"), sentences())
    return frozenset(fold(word) for word in listed)


@cache
def sentences() -> frozenset[str]:
    """Prayers, songs, sayings and titles that many people know by heart, folded."""
    return frozenset(map(fold, _lines("phrases.txt")))


@cache
def context() -> frozenset[str]:
    """Words of banks, products, places, football and the calendar, folded."""
    return frozenset(map(fold, _lines("context.txt")))


def _lines(name: str) -> list[str]:
    text = (_HERE / name).read_bytes().decode()
    return [line for line in text.splitlines() if line and not line.startswith("#")]
