"""The rules take the time from their caller: asked twice about one instant they say the same."""

import ast
from pathlib import Path

import pytest

from app.settings import ROOT

RULES = sorted([*(ROOT / "app" / "domain").rglob("*.py"), *(ROOT / "app" / "steps").glob("*.py")])
CLOCKS = {"now", "today", "utcnow", "time", "monotonic"}
TYPES = {"datetime", "date", "time"}


def clocks(source: str) -> list[str]:
    """Where a source asks a clock: `datetime.now()`, `date.today()` and their like."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    asked = (call for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS)
    return [ast.unparse(call) for call in asked if ast.unparse(call.value).rpartition(".")[2] in TYPES]


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "d.today() or date.today()", "datetime.datetime.utcnow()"])
def test_a_clock_is_found(source: str) -> None:
    assert clocks(source)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.relative_to(ROOT / "app").as_posix())
def test_no_rule_has_a_clock_of_its_own(path: Path) -> None:
    assert clocks(path.read_text()) == []
