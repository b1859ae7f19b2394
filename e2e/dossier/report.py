"""Turns what was found into one HTML page that needs nothing but itself: no script, no other file, no network."""

import base64
import re
import subprocess
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.settings import ROOT, read_settings
from e2e.audit import TAGS
from e2e.dossier import criteria
from e2e.dossier.findings import VIEWS, Dossier, Picture, Sighting
from e2e.dossier.incomplete import RESOLVED, is_decided
from e2e.dossier.names import slug
from e2e.dossier.transcripts import transcripts
from e2e.states import WALKS

HERE: Final = Path(__file__).parent
ENGINES: Final = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKitGTK"}
KINDS: Final = {"text": "contrast of text", "part": "contrast of an edge or icon", "target": "target"}
PARTS: Final = {"tree": "the accessibility tree"}
_SEAM: Final = re.compile(r"(?<=[_/:])(?=[a-z])")
_CODE: Final = re.compile(r"`([^`]+)`")


def write(found: Dossier, folder: Path, output: Path) -> int:
    """Write the page, with the pictures of `folder` in it; its size in bytes."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(render(found, folder))
    return output.stat().st_size


def render(found: Dossier, folder: Path) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"slug": slug, "words": _words, "breakable": _breakable}

    def source(sighting: Sighting, picture: Picture) -> str:
        data = (folder / sighting.engine / slug(sighting.walk) / picture.file).read_bytes()
        return f"data:image/webp;base64,{base64.b64encode(data).decode()}"

    page = environment.get_template("report.html").render(
        product=_product(),
        bank=read_settings(app_env="demo"),
        today=datetime.now(UTC).date(),
        engines={name: ENGINES[name] for name in found.engines},
        versions=found.engines,
        states=_by_state(found),
        walks=_by_walk(found),
        absent=_absent(found),
        found=found,
        faults=faults(found),
        criteria=criteria.criteria(),
        requirements=criteria.requirements(),
        parsing=criteria.parsing(),
        levels=criteria.LEVELS,
        conformances=criteria.CONFORMANCES,
        views=VIEWS,
        kinds=KINDS,
        parts=PARTS,
        tags=TAGS,
        resolved=RESOLVED,
        is_decided=is_decided,
        source=source,
        transcripts=transcripts,
    )
    return page.lstrip()


def faults(found: Dossier) -> list[str]:
    """Everything that is wrong or failed, in words, each with the state and the engine."""
    return [
        *(f"«{one.state}» in {ENGINES[one.engine]}: {said}" for one in found.sightings() for said in one.verdicts),
        *(f"«{one.walk}» in {ENGINES[one.engine]}: {said}" for one in found.walked for said in one.troubles),
        *(f"«{one.walk}» in {ENGINES[one.engine]} stopped {one.stopped}" for one in found.walked if one.stopped),
    ]


def _by_state(found: Dossier) -> dict[str, dict[str, Sighting]]:
    """The sightings by state and engine, in the order in which they are reached."""
    states: dict[str, dict[str, Sighting]] = {}
    for sighting in found.sightings():
        states.setdefault(sighting.state, {}).setdefault(sighting.engine, sighting)
    return states


def _by_walk(found: Dossier) -> dict[str, list[str]]:
    """The names of the states by the walk in which each is reached first."""
    walks: dict[str, list[str]] = {}
    for state, sightings in _by_state(found).items():
        walks.setdefault(next(iter(sightings.values())).walk, []).append(state)
    return walks


def _absent(found: Dossier) -> dict[tuple[str, str], str]:
    """Why a state was not seen in an engine."""
    stopped = {(one.walk, one.engine): one.stopped for one in found.walked if one.stopped}
    absent = {}
    for state, sightings in _by_state(found).items():
        walk = next(iter(sightings.values())).walk
        for engine in found.engines.keys() - sightings.keys():
            absent[state, engine] = "not looked at"
            if engine in found.without and walk in WALKS:
                absent[state, engine] = f"not walked: it {WALKS[walk].needs}, which this engine's driver cannot"
            if (walk, engine) in stopped:
                absent[state, engine] = f"not reached: the walk stopped {stopped[walk, engine]}"
    return absent


def _product() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project | {"title": project["name"].replace("-", " ").title(), "commit": _commit()}


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _breakable(name: str) -> Markup:
    """The name of a test, which may go on in the next line between two of its words."""
    return Markup("<wbr>").join(_SEAM.split(name))


def _words(text: str) -> Markup:
    """A sentence of the table of criteria: what stands between back quotes is code."""
    return Markup("").join(_marked(_CODE.split(text)))


def _marked(parts: Iterable[str]) -> Iterable[Markup]:
    for place, part in enumerate(parts):
        yield Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
