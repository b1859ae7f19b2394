"""What a real screen reader said at a state: the files under docs/speech whose name contains the state's or its step's.

`docs/speech/firefox/05-code.md` belongs to every state of the step `code` in Firefox: its folder names the browser.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import ROOT

FOLDER: Final = ROOT / "docs" / "speech"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript: where it stands in the repository, and its words."""

    name: str
    text: str


def transcripts(state: str, engine: str, folder: Path = FOLDER) -> list[Transcript]:
    """Those of the state's step in this browser, in the order of their names."""
    if state.endswith(", in English"):
        return []  # the voice that is recorded reads Spanish
    step = _words(state.partition(",")[0])
    return [
        Transcript(str(path.relative_to(folder)), path.read_text())
        for path in sorted(folder.glob(f"**/{engine}/**/*.md"))
        if _says(_words(path.stem), step)
    ]


def _words(name: str) -> list[str]:
    return [word for word in name.replace("_", "-").replace(" ", "-").lower().split("-") if not word.isdigit()]


def _says(name: list[str], step: list[str]) -> bool:
    """Whether the words of the step stand next to each other in the name."""
    return any(name[at : at + len(step)] == step for at in range(len(name) - len(step) + 1))
