"""`python -m e2e.dossier`: walk, gather, write the page; ends with 1 if anything failed or is wrong."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from playwright.sync_api import expect
from pydantic import ValidationError
from rich.console import Console

from app.settings import ROOT
from e2e.browsers import CHROMIUM, ENGINES, Engine
from e2e.dossier import report
from e2e.dossier.collect import PROBLEMS, Collector, short, walks_for
from e2e.dossier.findings import Dossier, Walked
from e2e.dossier.names import slug
from e2e.dossier.photograph import photograph
from e2e.engines import Engines, engines
from e2e.house import Houses
from e2e.pages import PATIENCE_SECONDS
from e2e.states import WALKS

OUTPUT: Final = ROOT / "instance" / "dossier.html"
KEPT: Final = ROOT / "instance" / "dossier"
MOST_MB: Final = 60
SCREEN: Final = Console(width=120, highlight=False)


def main(arguments: list[str] | None = None) -> int:
    """Walk what was asked for, write the page, say how large it is and what is wrong."""
    wish = _parser().parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        browsers = stack.enter_context(engines())
        houses = Houses(Path(folder), stack)
        chosen = [engine for engine in ENGINES if engine.name in (wish.engine or [one.name for one in ENGINES])]
        walked = [one for engine in chosen for one in _walk_all(browsers, engine, houses, wish)]
        found = Dossier(
            engines={engine.name: browsers.version(engine) for engine in chosen},
            walked=[one for one in walked if one.sightings or one.stopped],
            without=[engine.name for engine in chosen if browsers.is_driven_by_webdriver(engine)],
        )
        size = report.write(found, KEPT, wish.output)
        if wish.picture:
            SCREEN.print(photograph(browsers.browser(CHROMIUM), wish.output).relative_to(ROOT))
    return _tell(found, wish.output, size, time.monotonic() - begun)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make dossier ARGS=…", description="The reviewer's dossier as one HTML page.")
    parser.add_argument("--only", default="", metavar="WORDS", help="states alone whose name has these words in it")
    parser.add_argument("--walk", action="append", choices=WALKS, help="this walk alone")
    parser.add_argument("--engine", action="append", choices=[one.name for one in ENGINES], help="this engine alone")
    parser.add_argument("--resume", action="store_true", help="keep the walks that came to their end before")
    parser.add_argument("--picture", action="store_true", help="photograph a page of it for the README, too")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"{OUTPUT.relative_to(ROOT)} by default")
    return parser


def _walk_all(browsers: Engines, engine: Engine, houses: Houses, wish: argparse.Namespace) -> Iterator[Walked]:
    walks = walks_for(driven_by_webdriver=browsers.is_driven_by_webdriver(engine))
    walks = {name: walk for name, walk in walks.items() if name in (wish.walk or walks)}
    states = 0
    for number, (name, walk) in enumerate(walks.items(), 1):
        folder = KEPT / engine.name
        before = f"{engine.name}, walk {number} of {len(walks)}"

        def tell(state: str, before: str = before) -> None:
            nonlocal states
            states += 1
            SCREEN.print(f"{before}, state {states}: {state}")

        kept = folder / f"{slug(name)}.json"
        done = read_whole(kept, wish.only) if wish.resume else None
        if done is None:
            try:
                house = houses(**walk.settings)
                collector = Collector(browsers, engine, folder, tell)
                done = collector.walk(name, walk, house.server.url, house.bank, wish.only)
            except PROBLEMS as problem:
                done = Walked(walk=name, engine=engine.name, stopped=f"before it began: {short(problem)}")
            folder.mkdir(parents=True, exist_ok=True)
            done.keep(kept)
        if done.stopped:
            SCREEN.print(f"{before}: stopped {done.stopped}", style="bold red")
        yield done


def read_whole(path: Path, wanted: str) -> Walked | None:
    """A walk that came to its end before, looked for the same states, and could look at all of them."""
    try:
        done = Walked.read(path)
    except (OSError, ValidationError):
        return None
    whole = not done.stopped and done.wanted == wanted and not any(one.failed for one in done.sightings)
    return done if whole else None


def _tell(found: Dossier, output: Path, size: int, seconds: float) -> int:
    sightings = list(found.sightings())
    wrong = report.faults(found)
    wrong += [f"the page is larger than {MOST_MB} MB"] if size > MOST_MB * 1e6 else []
    for said in wrong:
        SCREEN.print(said, style="red", markup=False)
    states = len({one.state for one in sightings})
    SCREEN.print(
        f"{output}: {states} states, {len(sightings)} sightings in {len(found.engines)} engines, "
        f"{size / 1e6:.1f} MB, {seconds / 60:.0f} minutes; {len(wrong) or 'nothing'} to put right",
        style="bold",
    )
    return 1 if wrong or not sightings else 0


if __name__ == "__main__":
    sys.exit(main())
