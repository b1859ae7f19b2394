"""The success criteria of WCAG 2.2 with what docs/conformance/wcag.md says of each, and their numbers in EN 301 549."""

import re
from dataclasses import dataclass
from typing import Final

from app.settings import ROOT

TABLE: Final = ROOT / "docs" / "conformance" / "wcag.md"
LEVELS: Final = {"A": "Level A", "AA": "Level AA", "AAA": "Level AAA"}
CONFORMANCES: Final = ("Supports", "Partially supports", "Does not support", "Not applicable")
# New in WCAG 2.2, so later than EN 301 549 v3.2.1, whose clause 9 follows WCAG 2.1 number by number.
NEW: Final = frozenset({"2.4.11", "2.4.12", "2.4.13", "2.5.7", "2.5.8", "3.2.6", "3.3.7", "3.3.8", "3.3.9"})
PARSING: Final = re.compile(r"^4\.1\.1 Parsing (?P<remark>.*)$", re.MULTILINE)
_CRITERION: Final = re.compile(r"(\d\.\d\.\d+) (.+)")
_TEST: Final = re.compile(r"`([\w/]+\.py::test_\w+)`")
_TOOL: Final = re.compile(r"`(make \w+)`")
_DECISION: Final = re.compile(r"\]\(\.\./(decisions/[\w.-]+\.md)\)")
_STATE: Final = re.compile(r"state «([^»]+)»")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Tests as pytest names them, tools, decisions as paths below docs/, states of the dossier."""

    tests: tuple[str, ...]
    tools: tuple[str, ...]
    decisions: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion, or one of the five requirements of conformance, which have no level."""

    number: str
    name: str
    level: str
    conformance: str
    remarks: str
    evidence: Evidence

    @property
    def clause(self) -> str:
        """Its clause in EN 301 549 v3.2.1, or that there is none."""
        if self.number in NEW:
            return "none: new in WCAG 2.2"
        if self.level == "AAA":
            return "none: 9.5 names AAA as going beyond"
        if not self.level:
            return f"9.6 ({self.number})"
        return f"9.{self.number}"


def criteria(text: str | None = None) -> list[Criterion]:
    """All of them, in the order of the table.

    Raises:
        ValueError: a row is not of the table's form.
    """
    return [_criterion(row) for row in _rows(text) if len(row) == 5]


def requirements(text: str | None = None) -> list[Criterion]:
    """The requirements of conformance, WCAG 2.2 section 5.2."""
    return [_criterion([row[0], "", *row[1:]]) for row in _rows(text) if len(row) == 4]


def parsing(text: str | None = None) -> str:
    """What is said of 4.1.1, which WCAG 2.2 removed."""
    found = PARSING.search(text or TABLE.read_text())
    return found["remark"] if found else ""


def _rows(text: str | None) -> list[list[str]]:
    lines = [line for line in (text or TABLE.read_text()).splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [row for row in cells if row[0] not in {"criterion", "requirement"}]


def _criterion(row: list[str]) -> Criterion:
    named = _CRITERION.fullmatch(row[0])
    if named is None or row[2] not in CONFORMANCES or row[1] not in {*LEVELS, ""}:
        raise ValueError(f"not a row of the table of criteria: {' | '.join(row)}")
    where = row[4]
    evidence = Evidence(
        *(tuple(kind.findall(where)) for kind in (_TEST, _TOOL, _DECISION, _STATE)),
    )
    return Criterion(named[1], named[2], row[1], row[2], row[3], evidence)
