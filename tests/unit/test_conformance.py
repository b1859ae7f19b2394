"""The conformance table names tests; each of them exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "conformance.md").read_text())


def test_the_table_names_a_test_or_a_decision_for_every_rule() -> None:
    rows = re.findall(r"^\| (S\d+) \|.*\| (.+) \|$", (ROOT / "docs" / "conformance.md").read_text(), re.MULTILINE)

    assert [rule for rule, _ in rows] == [f"S{number}" for number in range(1, 20)]
    assert all("::" in evidence for _, evidence in rows)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_every_test_it_names_exists(file: str, name: str) -> None:
    path = ROOT / file if file.startswith("e2e") else ROOT / "tests" / file

    assert f"def {name}(" in path.read_text()
