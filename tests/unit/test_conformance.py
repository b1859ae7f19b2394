"""The conformance tables are complete, their numbers right, and every test and decision they name exists."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from e2e.dossier import criteria
from e2e.snapshots import path_of

ROOT = Path(__file__).resolve().parents[2]
TABLES = {path.stem: path.read_text() for path in (ROOT / "docs" / "conformance").glob("*.md")}
OVERVIEW = ROOT / "docs" / "conformance.md"

# ASVS 5.0.0: by chapter the level of each requirement, a group a section.
ASVS = {
    1: "22 1111122223 112222222223 222 123",
    2: "122 112 12223 23",
    3: "3 113 12223 11222233 11122333 3 22333",
    4: "12233 23333 22 1222",
    5: "2 112333 113 222",
    6: "122 111111112222 11223333 112233 22222333 2223 33 2222",
    7: "222 1111 22 11222 223 22",
    8: "1233 1123 133 23",
    9: "111 1222",
    10: "22 223 22223 1111122222233333 22222 22 222",
    11: "2233 22233 11233 1222 23 23 33",
    12: "12233 11 22223",
    13: "2333 222223 2233 1222233",
    14: "22 12223333 122",
    15: "12233 12233 1222222 3333",
    16: "2 22222 2222 222 2223",
    17: "23 22223333 22",
}
# WCAG 2.2: by guideline the level of each criterion; 0 is 4.1.1, which was removed.
WCAG = {
    "1.1": "1",
    "1.2": "111223333",
    "1.3": "111223",
    "1.4": "1122233332222",
    "2.1": "1131",
    "2.2": "113333",
    "2.3": "133",
    "2.4": "1111222333233",
    "2.5": "11113322",
    "3.1": "123333",
    "3.2": "112231",
    "3.3": "112233123",
    "4.1": "012",
}
REQUIREMENTS_OF_WCAG = [f"5.2.{number}" for number in range(1, 6)]
RULES = [*(f"S{n}" for n in range(1, 20)), *(f"A{n}" for n in range(1, 9)), *(f"CO{n}" for n in range(1, 4))]
NIST = ("2.1.3", "3.1.1.1", "3.1.1.2", "3.1.3.1", "3.1.3.2", "3.1.3.3", "3.2.2", "3.2.12", "4.2.1", "4.2.1.2", "4.6")
SHORT = {"Partially supports", "Does not support"}
NIST_SESSIONS = ("5.1", "5.1.1", "5.2", "5.3")

TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
DECISION = re.compile(r"\]\((?:\.\./)?(decisions/[\w.-]+\.md)\)")
TARGET = re.compile(r"`make (\w+)`")


def rows(table: str) -> list[list[str]]:
    """The cells of each row, but for headings."""
    lines = [line.strip("| ") for line in TABLES[table].splitlines() if line.startswith("| ")]
    cells = [line.split(" | ") for line in lines]
    return [row for row in cells if row[0] not in {"number", "rule", "section", "criterion", "requirement"}]


def evidence(table: str) -> Iterator[tuple[str, str]]:
    """Each row's number, and where the proof is; what is not shown yet stands in a table of its own."""
    yield from ((row[0], row[-1]) for row in rows(table) if len(row) > 2)


def numbers(listed: str) -> Iterator[str]:
    """`1.2.6–1.2.8, 1.2.10`, one by one."""
    for part in listed.strip().split(", "):
        first, _, last = part.partition("–")
        section, _, begin = first.rpartition(".")
        end = int(last.rpartition(".")[2]) if last else int(begin)
        yield from (f"{section}.{number}" for number in range(int(begin), end + 1))


def asvs_levels() -> dict[str, str]:
    """The level of each requirement by its number."""
    return {
        f"{chapter}.{section}.{number}": level
        for chapter, groups in ASVS.items()
        for section, levels in enumerate(groups.split(), 1)
        for number, level in enumerate(levels, 1)
    }


def test_every_rule_of_ours_has_its_rows_in_order() -> None:
    assert list(dict.fromkeys(rule for rule, _ in evidence("rules"))) == RULES


def test_every_requirement_of_asvs_is_considered_once() -> None:
    elsewhere = re.findall(r"^Not here: (.+)$", TABLES["asvs"], re.MULTILINE)
    passed_over = [
        number for line in elsewhere for part in re.findall(r"([\d., –]+\d) \(", line) for number in numbers(part)
    ]
    considered = Counter([*(number for number, _ in evidence("asvs")), *passed_over])

    assert set(considered) == set(asvs_levels())
    assert not [number for number, times in considered.items() if times > 1]
    assert len(considered) == 345


def test_every_requirement_of_asvs_has_its_level() -> None:
    levels = asvs_levels()

    assert not [row[0] for row in rows("asvs") if row[1] != levels[row[0]]]


def test_every_criterion_of_wcag_stands_in_order_with_its_level() -> None:
    levels = {
        f"{guideline}.{number}": "A" * int(level)
        for guideline, group in WCAG.items()
        for number, level in enumerate(group, 1)
        if level != "0"
    }

    assert [(one.number, one.level) for one in criteria.criteria()] == list(levels.items())
    assert len(levels) == 86
    assert [one.number for one in criteria.requirements()] == REQUIREMENTS_OF_WCAG
    assert criteria.parsing()


def test_every_state_that_is_evidence_exists() -> None:
    named = [state for one in criteria.criteria() for state in one.evidence.states]

    assert named
    assert not [state for state in named if not path_of(state).exists()]


def test_the_level_that_is_claimed_is_the_one_that_the_criteria_bear_out() -> None:
    """Who claims a level names what stands in its way."""
    short = [one.number for one in criteria.criteria() if one.level != "AAA" and one.conformance in SHORT]
    (claimed,) = [one for one in criteria.requirements() if one.number == "5.2.1"]

    assert short
    assert re.findall(r"\d\.\d\.\d+", claimed.remarks) == short
    assert claimed.conformance == "Partially supports"


def test_the_sections_of_nist_that_concern_recovery_have_rows() -> None:
    named = {number.partition(" ")[0] for number, _ in evidence("nist")}

    assert named >= {*NIST, *NIST_SESSIONS}


@pytest.mark.parametrize("table", TABLES)
def test_each_row_names_a_test_a_decision_or_a_tool(table: str) -> None:
    kinds = (TEST, DECISION, TARGET)

    assert not [number for number, where in evidence(table) if not any(kind.search(where) for kind in kinds)]


@cache
def names_of(path: Path) -> frozenset[str]:
    """The names of a file's tests."""
    found = (node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@pytest.mark.parametrize("table", TABLES)
def test_every_test_that_is_named_exists(table: str) -> None:
    named = set(TEST.findall(TABLES[table]))
    paths = {file: ROOT / file if file.startswith("e2e/") else ROOT / "tests" / file for file, _ in named}

    assert named
    assert not [f"{file}::{name}" for file, name in named if name not in names_of(paths[file])]


@pytest.mark.parametrize("table", [*TABLES, "overview"])
def test_every_decision_and_every_tool_that_is_named_exists(table: str) -> None:
    text = OVERVIEW.read_text() if table == "overview" else TABLES[table]
    makefile = (ROOT / "Makefile").read_text()

    assert not [page for page in DECISION.findall(text) if not (ROOT / "docs" / page).is_file()]
    assert not [target for target in TARGET.findall(text) if f"\n{target}:" not in makefile]


def test_the_overview_leads_to_every_table() -> None:
    assert (
        set(re.findall(r"\]\(conformance/(\w+)\.md\)", OVERVIEW.read_text()))
        == set(TABLES)
        == {"rules", "asvs", "nist", "wcag"}
    )
