"""The ways in which customers come: the engine of their browser, the size of their screen, scripts or none.

A test that uses `visit` runs once in every engine (`FEW`). What a customer must be able to do or to read whatever comes
runs by `@pairs` on both sizes, with and without scripts, so that any two of the three meet in some run, or in all
twelve by `@every_way`. `@with_scripts` is for what scripts do.
"""

from dataclasses import dataclass
from typing import Final

import pytest

from e2e.browsers import CHROMIUM, ENGINES, FIREFOX, WEBKIT, Engine


@dataclass(frozen=True, slots=True)
class Way:
    """One way."""

    engine: Engine
    size: str
    scripts: bool

    def __str__(self) -> str:
        return f"{self.engine.name}-{self.size}-{'with' if self.scripts else 'without'}_scripts"


EVERY_WAY: Final = [
    Way(engine, size, scripts) for engine in ENGINES for size in ("desktop", "phone") for scripts in (True, False)
]
PAIRS: Final = [
    Way(CHROMIUM, "phone", scripts=True),
    Way(CHROMIUM, "desktop", scripts=False),
    Way(FIREFOX, "phone", scripts=False),
    Way(FIREFOX, "desktop", scripts=True),
    Way(WEBKIT, "phone", scripts=True),
    Way(WEBKIT, "desktop", scripts=False),
]

FEW: Final = [
    Way(CHROMIUM, "desktop", scripts=False),
    Way(FIREFOX, "desktop", scripts=True),
    Way(WEBKIT, "phone", scripts=True),
]

every_way: Final = pytest.mark.parametrize("way", EVERY_WAY, ids=str)
pairs: Final = pytest.mark.parametrize("way", PAIRS, ids=str)
with_scripts: Final = pytest.mark.parametrize("way", [way for way in PAIRS if way.scripts], ids=str)
