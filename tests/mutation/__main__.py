"""Run mutmut over the rules and the steps, print its score by module, and fail when a mutant survives unexplained.

`equivalent.toml` beside this file holds the mutants that nobody could notice, each with the reason.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")
MUTANTS: Final = Path("mutants")
# mutmut calls the type checker by its name.
ENVIRONMENT: Final = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
CAUGHT: Final = {"killed", "caught by type check", "timeout"}
LONGEST_TRY: Final = 900  # seconds
COLUMNS: Final = ("caught by type check", "killed", "timeout", "equivalent", "survived")


@dataclass(frozen=True, order=True, slots=True)
class Change:
    """A mutant as people know it, wherever its lines stand: in which function, and what becomes of which code."""

    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.before}\n  + {self.after}"


def main() -> int:
    """The number of mutants that survived unexplained, at most 1."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of mutants, such as 'app.domain.masks.*'; all by default")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    shutil.rmtree(MUTANTS, ignore_errors=True)
    subprocess.run(
        ["mutmut", "run", "--max-children", str(wanted.processes), *wanted.only], check=True, env=ENVIRONMENT
    )
    results = dict(_results())
    explained = _explained()
    changes = {name: _change(name) for name, result in results.items() if result not in CAUGHT}
    results |= {name: "equivalent" for name, change in changes.items() if change in explained}
    unexplained = [name for name in changes if results[name] != "equivalent"]
    with ThreadPoolExecutor(wanted.processes) as pool:
        killed = pool.map(_is_killed, unexplained)
        results |= {name: "killed" for name, is_killed in zip(unexplained, killed, strict=True) if is_killed}
    survivors = sorted(changes[name] for name in unexplained if results[name] != "killed")
    print("\n".join(("", *_table(results), *_told("Survived, and should not", survivors))))
    if not wanted.only:
        print("\n".join(_told("In equivalent.toml, but not found any more", explained - set(changes.values()))))
    return bool(survivors)


def _mutmut(*command: str) -> str:
    done = subprocess.run(["mutmut", *command], check=True, env=ENVIRONMENT, capture_output=True, text=True)
    return done.stdout


def _results() -> Iterator[tuple[str, str]]:
    """Every mutant that was tried, and what became of it."""
    for line in _mutmut("results", "--all", "true").splitlines():
        name, _, result = line.strip().partition(": ")
        if result and result != "not checked":
            yield name, result


def _change(name: str) -> Change:
    lines = [line for line in _mutmut("show", name).splitlines() if not line.startswith(("---", "+++"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Change(_function(name), before, after)


def _function(name: str) -> str:
    """`app.domain.proofs.xǁKeysǁof__mutmut_3` → `app.domain.proofs.Keys.of`."""
    return re.sub(r"\.x_?(?=ǁ|\w)", ".", name.partition("__mutmut_")[0]).replace(".ǁ", ".").replace("ǁ", ".")


def _explained() -> set[Change]:
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    for entry in entries:
        if not entry["why"].strip():
            raise SystemExit(f"equivalent.toml gives no reason for {entry}")
    return {Change(entry["function"], entry["before"], entry["after"]) for entry in entries}


def _is_killed(name: str) -> bool:
    """Whether the tests notice a mutant in a process of its own.

    mutmut forks once the modules are imported, so it overlooks what becomes of the tables that they build.
    """
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    command = [sys.executable, "-m", "pytest", "-x", "-q", *settings["pytest_add_cli_args"]]
    try:
        done = subprocess.run(
            [*command, *settings["pytest_add_cli_args_test_selection"]],
            cwd=MUTANTS,
            env=ENVIRONMENT | {"MUTANT_UNDER_TEST": name},
            capture_output=True,
            timeout=LONGEST_TRY,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def _table(results: dict[str, str]) -> Iterator[str]:
    by_module: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, result in results.items():
        module = re.split(r"\.x(?:_|ǁ)", name)[0]
        for row in (module, "all"):
            by_module[row][result if result in COLUMNS else "survived"] += 1
    yield "| module | mutants | " + " | ".join(COLUMNS) + " | score |"
    yield "|---|" + "---:|" * (len(COLUMNS) + 2)
    for module in sorted(by_module, key=lambda row: (row == "all", row)):
        counts = by_module[module]
        noticeable = counts.total() - counts["equivalent"]
        score = 1 - counts["survived"] / noticeable if noticeable else 1
        cells = (module, counts.total(), *(counts[column] for column in COLUMNS), f"{score:.1%}")
        yield "| " + " | ".join(map(str, cells)) + " |"


def _told(title: str, changes: Iterable[Change]) -> Iterator[str]:
    lines = sorted(map(str, changes))
    if lines:
        yield f"\n{title}:"
        yield from lines


if __name__ == "__main__":
    sys.exit(main())
