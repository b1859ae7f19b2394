"""Walks every state in an engine and gathers what a reviewer wants to see of it.

Whatever fails at one state is written down there and the walk goes on; a walk that cannot go on says where it stopped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error
from selenium.common.exceptions import WebDriverException

from e2e.audit import SEE, TAGS, Audit
from e2e.bank import Bank
from e2e.browsers import CHROMIUM, Engine
from e2e.dossier import pictures
from e2e.dossier.findings import Measure, Page, Picture, Sighting, Stop, Walked
from e2e.dossier.lenses import Lens, lens_for
from e2e.dossier.names import slug
from e2e.dossier.telling import Telling, TellingInPlaywright
from e2e.engines import Engines, Opened
from e2e.pages import ChromiumVisitor
from e2e.speech import BUSY, LISTEN
from e2e.states import WALKS, Walk
from e2e.watch import Watch
from e2e.ways import Way
from e2e.windows import Moving, PlaywrightWindow
from tests.integration import markup

HERE: Final = Path(__file__).parent
LOOK: Final = (HERE / "look.js").read_text()
STOP: Final = (HERE / "stop.js").read_text()
LOOKS: Final = ("structure", "contrast", "targets", "room")
FARTHEST: Final = 80
TO_THE_TOP: Final = "() => { document.activeElement?.blur(); getSelection().setPosition(document.body, 0); }"
A_MOMENT: Final = "() => new Promise(over => setTimeout(over, 200))"
DOCUMENT: Final = "() => document.documentElement.outerHTML"
HEARD: Final = "() => window.spoken?.splice(0) ?? []"
HAS_AXE: Final = "() => 'axe' in window"
HAS_EAR: Final = "() => 'spoken' in window"
REFOCUS: Final = "place => { document.activeElement?.blur(); document.querySelectorAll('*')[place]?.focus(); }"
FOCUS: Final = "() => [...document.querySelectorAll('*')].indexOf(document.activeElement)"
# Where things stand on a page that is not scrolled; the link that skips to the content stands above it.
BOXES: Final = """places => {
  scrollTo(0, 0);
  const all = document.querySelectorAll("*");
  return places.map(place => all[place].getBoundingClientRect()).map(box => [box.left, box.top, box.width, box.height]);
}"""

# What goes wrong in a browser, at a server or with what a page answers.
PROBLEMS: Final = (AssertionError, Error, WebDriverException, Moving, ValueError, KeyError)

Told = Callable[[str], None]


def walks_for(*, driven_by_webdriver: bool) -> dict[str, Walk]:
    """The walks that an engine can make, by their names."""
    return {name: walk for name, walk in WALKS.items() if not (driven_by_webdriver and walk.needs)}


class Collector:
    """Walks in one engine; the pictures go to `folder`, one below it for each walk."""

    def __init__(self, browsers: Engines, engine: Engine, folder: Path, tell: Told) -> None:
        self._browsers, self._engine, self._folder, self._tell = browsers, engine, folder, tell

    def walk(self, name: str, walk: Walk, url: str, bank: Bank, wanted: str = "") -> Walked:
        """Every state of one walk, or those alone whose name has what is `wanted` in it."""
        opened = self._browsers.open(Way(self._engine, "desktop", scripts=True), url)
        sightings: list[Sighting] = []
        sources: dict[str, str] = {}
        stopped = ""
        try:
            visitor = _telling(opened)
            lens = lens_for(self._engine, visitor)
            for state in walk.states(cast(ChromiumVisitor, visitor), bank):
                if wanted in state:
                    self._tell(state)
                    sources[state] = f"<!doctype html>\n{visitor.window.run(DOCUMENT)}"
                    sightings.append(self._see(visitor, lens, opened.watch, state, name))
        except PROBLEMS as problem:
            after = sightings[-1].state if sightings else "its beginning"
            stopped = f"after {after}: {short(problem)}"
        finally:
            opened.close(None)
        return Walked(
            walk=name,
            engine=self._engine.name,
            sightings=_checked(sightings, sources),
            stopped=stopped,
            troubles=opened.watch.troubles,
            wanted=wanted,
        )

    # --- one state ------------------------------------------------------------------------------------------------

    def _see(self, visitor: Telling, lens: Lens, watch: Watch, state: str, walk: str) -> Sighting:
        failed: list[str] = []
        seen: dict[str, Any] = {}

        def part(name: str, gather: Callable[[], object]) -> None:
            try:
                seen[name] = gather()
            except PROBLEMS as problem:
                failed.append(f"{name}: {short(problem)}")

        part("spoken", lambda: _spoken(visitor))
        part("tree", lens.tree)
        part("page", lambda: _page(visitor))
        part("least", lambda: [Measure.model_validate(one) for one in visitor.window.run(SEE, ["least"])])
        part("faults", lambda: self._faults(visitor, state))
        with _focus_kept(visitor):
            part("stops", lambda: list(_stops(visitor, lens)))
        with _unheard(watch, visitor):
            part("pictures", lambda: self._pictures(visitor, lens, state, walk, seen.get("stops", [])))
        return Sighting(
            state=state,
            walk=walk,
            engine=self._engine.name,
            address=visitor.window.address.removeprefix(visitor.url),
            way=visitor.done(),
            names_by=lens.names_by,
            tree_by=lens.tree_by,
            missing=lens.missing,
            failed=failed,
            **seen,
        )

    def _faults(self, visitor: Telling, state: str) -> list[str]:
        """In Chromium in every window of the audit, elsewhere in this one."""
        if self._engine is CHROMIUM and isinstance(visitor, ChromiumVisitor):
            audit = Audit()
            audit.look(visitor, state)
            return [fault.removeprefix(f"{state}, ") for fault in audit.found]
        return [str(fault) for fault in visitor.window.run(SEE, LOOKS)]

    def _pictures(self, visitor: Telling, lens: Lens, state: str, walk: str, stops: Sequence[Stop]) -> list[Picture]:
        folder = self._folder / slug(walk)
        folder.mkdir(parents=True, exist_ok=True)
        taken: list[Picture] = []
        for view, png in lens.pictures():
            taken.append(pictures.keep(png, view, folder / f"{slug(state)}-{slug(view)}.webp"))
            if view == "wide":
                boxes = visitor.window.run(BOXES, [stop.place for stop in stops])
                taken.append(pictures.number(png, boxes, folder / f"{slug(state)}-focus.webp"))
        return taken


def _telling(opened: Opened) -> Telling:
    visitor = opened.visitor
    if not isinstance(visitor.window, PlaywrightWindow):
        return Telling(visitor.window, visitor.url, scripts=True)
    page = visitor.window.page
    page.add_init_script(LISTEN)
    return TellingInPlaywright(page, visitor.url, scripts=True)


def _page(visitor: Telling) -> Page:
    if not visitor.window.run(HAS_AXE):
        visitor.window.run(f"() => {{ {AXE_SCRIPT} }}")
    return Page.model_validate(visitor.window.run(LOOK, TAGS))


def _spoken(visitor: Telling) -> list[str]:
    """What was said since the state before; where no script can be put into a page ahead, from now on."""
    if not visitor.window.run(HAS_EAR):
        visitor.window.run(f"() => {{ {LISTEN} }}")
    return [said for said in visitor.window.run(HEARD) if said != BUSY]


@contextmanager
def _focus_kept(visitor: Telling) -> Iterator[None]:
    """The focus goes back to where it was."""
    place = visitor.window.run(FOCUS)
    yield
    visitor.window.run(REFOCUS, place)


@contextmanager
def _unheard(watch: Watch, visitor: Telling) -> Iterator[None]:
    """What is said meanwhile is our doing: Playwright styles the page to take its picture, and Firefox reports it."""
    before = len(watch.troubles)
    yield
    visitor.window.run(A_MOMENT)
    visitor.window.run(HEARD)
    del watch.troubles[before:]


def _stops(visitor: Telling, lens: Lens) -> Iterator[Stop]:
    """Each stop of the focus, in the order of Tab, from the top of the page.

    Raises:
        AssertionError: Tab never comes round.
    """
    round_: dict[int, Stop] = {}
    visitor.window.run(TO_THE_TOP)
    for _ in range(FARTHEST):
        visitor.window.press_key("Tab")
        if (told := visitor.window.run(STOP)) is None:
            continue
        if told["place"] in round_:
            break
        role, name = lens.focused() or (told["role"], told["name"])
        round_[told["place"]] = Stop(**told | {"role": role, "name": name})
    else:
        raise AssertionError(f"Tab does not come round in {FARTHEST} presses")
    pressed = list(round_.values())
    top = _top(pressed)
    yield from [*pressed[top:], *pressed[:top]]


def _top(stops: Sequence[Stop]) -> int:
    """Where the round begins at the top of the page: after the one step that leads up in the document."""
    return next((at for at, (one, two) in enumerate(pairwise(stops), 1) if two.place < one.place), 0)


def _checked(sightings: Sequence[Sighting], sources: Mapping[str, str]) -> list[Sighting]:
    """The same with what the markup checker says of the document as it stood there."""
    said = markup.faults(sources) if sources else []
    return [
        one.model_copy(
            update={"markup": [fault.partition(": ")[2] for fault in said if fault.startswith(f"{one.state}: ")]}
        )
        for one in sightings
    ]


def short(problem: BaseException) -> str:
    """What went wrong, on one line."""
    return " ".join(str(problem).split())[:300]
