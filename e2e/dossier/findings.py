"""What the dossier knows: one sighting for each state in each engine, kept as JSON between the walk and the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from e2e.dossier.incomplete import is_decided

# The pictures that a reviewer asks for, and what each shows.
VIEWS: Final = {
    "wide": "1280 × 800 px",
    "narrow": "320 px wide",
    "dark": "dark, on a phone",
    "forced colours": "colours of the system's choice",
    "400 %": "as much as 1280 × 1024 px show at 400 %",
    "focus": "the stops of the focus in order, numbered",
}

Box = tuple[float, float, float, float]  # left, top, width, height in CSS px of the page

_Record = TypeVar("_Record", bound="Record")


class Record(BaseModel):
    """One thing found; nothing changes it."""

    model_config = ConfigDict(frozen=True)

    def keep(self, path: Path) -> None:
        """Write it down."""
        path.write_text(self.model_dump_json(indent=1))

    @classmethod
    def read(cls: type[_Record], path: Path) -> _Record:
        """What was written down.

        Raises:
            pydantic.ValidationError: it is not whole, or of another version.
        """
        return cls.model_validate_json(path.read_text())


class Picture(Record):
    """A picture in the folder of the walk; sizes in pixels."""

    view: str
    file: str
    width: int
    height: int


class Stop(Record):
    """What has the focus after one more press of Tab; `place` is its number among all elements of the document."""

    role: str
    name: str
    description: str
    place: int


class Verdict(Record):
    """A rule of axe-core that a page breaks, or of which axe-core cannot tell; `why` is axe-core's own reason."""

    rule: str
    help: str
    targets: list[str]
    why: str = ""


class Measure(Record):
    """The smallest of its kind: a contrast as `found`:1, or a target's shorter side in CSS px."""

    kind: Literal["text", "part", "target"]
    what: str
    found: float


class Heading(Record):
    """A heading with its level."""

    level: int
    text: str


class Axe(Record):
    """What axe-core says of a page, with the rules that passed and those that found nothing to judge."""

    version: str
    passed: list[str]
    inapplicable: list[str]
    violations: list[Verdict]
    incomplete: list[Verdict]


class Page(Record):
    """What a page tells of itself."""

    title: str
    language: str
    headings: list[Heading]
    landmarks: list[str]
    axe: Axe


class Sighting(Record):
    """One state in one engine.

    `way` is what was done since the state before, `spoken` what live regions and moves of the focus said meanwhile,
    `faults` what the looks of the audit found, `missing` why a view or a part could not be had, `failed` what went
    wrong while it was looked at.
    """

    state: str
    walk: str
    engine: str
    address: str
    way: list[str]
    page: Page | None = None
    stops: list[Stop] = []
    names_by: str = ""
    tree: str = ""
    tree_by: str = ""
    spoken: list[str] = []
    faults: list[str] = []
    least: list[Measure] = []
    markup: list[str] = []
    pictures: list[Picture] = []
    missing: dict[str, str] = {}
    failed: list[str] = []

    @property
    def verdicts(self) -> list[str]:
        """Everything that is wrong, in words."""
        violations = self.page.axe.violations if self.page else []
        broken = [f"axe-core: {one.rule}: {', '.join(one.targets)}" for one in violations]
        undecided = self.page.axe.incomplete if self.page else []
        open_ = [one.rule for one in undecided if not is_decided(one.rule, one.targets)]
        return [
            *self.failed,
            *broken,
            *(f"axe-core cannot decide {rule}, and nobody has" for rule in open_),
            *self.faults,
            *(f"markup: {one}" for one in self.markup),
        ]


class Walked(Record):
    """One walk in one engine; `stopped` says where and why it did not come to its end, `wanted` what it looked for."""

    walk: str
    engine: str
    sightings: list[Sighting] = []
    stopped: str = ""
    troubles: list[str] = []
    wanted: str = ""


class Dossier(Record):
    """Everything that was found, with the engines' versions; `without` names whose driver cannot make all walks."""

    engines: dict[str, str]
    walked: list[Walked]
    without: list[str] = []

    def sightings(self) -> Iterator[Sighting]:
        """Each state in each engine."""
        for walked in self.walked:
            yield from walked.sightings
