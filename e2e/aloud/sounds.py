"""What reaches the ear of all that Orca had its voice say: no echo of the keys, and what was cut off marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

SIGNS_A_SECOND: Final = 30  # somebody used to it listens about twice as fast as people speak


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that Orca had said (`speak`), or that it fell silent (`cancel`), at a second of the epoch."""

    at: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of speech; `cut` if Orca fell silent before the piece was over, although nobody pressed a key."""

    words: str
    cut: bool = False


def heard(sounds: Sequence[Sound]) -> list[Heard]:
    """What somebody hears who pressed a key and waited: the pieces in their order."""
    pieces: list[Heard] = []
    over_at: list[float] = []
    for sound in _without_echo(sounds):
        if sound.kind == "cancel":
            late = (over > sound.at for over in over_at)
            pieces = [Heard(piece.words, piece.cut or cut) for piece, cut in zip(pieces, late, strict=True)]
            over_at = [min(over, sound.at) for over in over_at]
        elif words := " ".join(sound.text.split()):
            begins = max(sound.at, over_at[-1] if over_at else 0)
            pieces.append(Heard(words))
            over_at.append(begins + len(words) / SIGNS_A_SECOND)
    return pieces


def heard_while_typing(sounds: Sequence[Sound]) -> list[Heard]:
    """The same while many keys are pressed: each cuts off what is said of the one before, which is told once."""
    spoken = (" ".join(sound.text.split()) for sound in _without_echo(sounds) if sound.kind != "cancel")
    return [Heard(words) for words in dict.fromkeys(filter(None, spoken))]


def _without_echo(sounds: Sequence[Sound]) -> Iterator[Sound]:
    """Orca falls silent at each key and says its name, with a space behind it."""
    silent = False
    for sound in sounds:
        if sound.kind == "cancel":
            silent = True
            yield sound
            continue
        if not (silent and sound.text.endswith(" ")):
            yield sound
        silent = False
