"""The transcripts: what was pressed and what was heard, step by step, in files that a person can read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.settings import ROOT
from e2e.aloud.sounds import Heard

FOLDER: Final = ROOT / "docs" / "speech"
SILENCE: Final = "- (silence)\n"
RENEW: Final = "run `make speech`"
NAMES: Final = {"firefox": "Firefox", "chromium": "Chromium"}
# Said or not as the machine is fast or slow; it is not about our pages.
HURRY: Final = re.compile(
    r"Cargando\. Por favor, espere\.|Selección eliminada\.|Un momento…|documento web\."
    r"|\d+ caracteres (viñeta|círculo negro)|(viñeta|círculo negro)( (viñeta|círculo negro))+"
    r"|.*introducir una dirección caja combinada.*"
)
MASKS: Final = {
    r"(?:http://)?127\.0\.0\.1:\d+\S*": "«address»",
    r"\d{1,2} de \w+ de \d{4}(, \d{1,2}:\d\d( [ap]\.( m\.)?)?)?": "«date»",
    r"\b\d{1,2}:\d\d\b": "«time»",
    # Which links were visited a browser knows sooner or later.
    r"(\d+ enlaces? visitados?, )?\d+ enlaces? no visitados?": "«number» enlaces",
    r"enlace visitado": "enlace",
}
ANSWER: Final = "«answer»"
# How many answers a question has, and which of them break into two lines, is for the bank's key to say.
ONE_AND_ALL_ALIKE: Final = re.compile(rf"(- {ANSWER}\n(?:- .*\n){{0,3}}?)\1+")


@dataclass(frozen=True, slots=True)
class Moment:
    """What somebody did, and what was heard then."""

    did: str
    heard: list[Heard]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of the journey: the name of its file, a heading for readers, and what happened there.

    `masks` are patterns of what differs from one run to the next, and what stands there instead.
    """

    name: str
    heading: str
    moments: list[Moment] = field(default_factory=list)
    masks: dict[str, str] = field(default_factory=lambda: dict(MASKS))


def page(chapter: Chapter, browser: str, versions: str) -> str:
    """One transcript, in Markdown; `versions` says which programs spoke."""
    parts = [f"# {chapter.heading}, in {NAMES[browser]}\n\n{versions}. [How to read this](../README.md)\n"]
    for moment in chapter.moments:
        lines = [_line(piece, chapter.masks) for piece in moment.heard if not HURRY.fullmatch(piece.words)]
        told = ONE_AND_ALL_ALIKE.sub(r"\1- (and so on)\n", "".join(lines))
        parts.append(f"**{moment.did}**\n\n{told or SILENCE}")
    return "\n".join(parts)


def _line(piece: Heard, masks: Mapping[str, str]) -> str:
    words = piece.words
    for pattern, mask in masks.items():
        words = re.sub(pattern, mask, words)
    if not words:
        return ""
    return f"- ~~{words}~~ (cut off)\n" if piece.cut else f"- {words}\n"


def path_of(name: str, browser: str, folder: Path = FOLDER) -> Path:
    """The file of a chapter."""
    return folder / browser / f"{name}.md"


def write(chapters: list[Chapter], browser: str, versions: str, folder: Path = FOLDER) -> None:
    """Write down one browser's chapters in place of those that were there."""
    (folder / browser).mkdir(parents=True, exist_ok=True)
    for former in (folder / browser).glob("*.md"):
        former.unlink()
    for chapter in chapters:
        path_of(chapter.name, browser, folder).write_text(page(chapter, browser, versions), encoding="utf-8")
