"""What came of the attacks: as they run, as a table, and as JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


class Outcome(StrEnum):
    """How an attack ended."""

    HELD = "held"
    FINDING = "FINDING"
    NOT_TRIED = "not tried"


COLOURS = {Outcome.HELD: "green", Outcome.FINDING: "bold red", Outcome.NOT_TRIED: "yellow"}


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    attack: str
    requirements: str
    tried: str
    outcome: Outcome
    requests: int
    looked_at: int
    seconds: float
    reason: str = ""
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def line(self) -> str:
        """In one line, for the one who waits."""
        colour = COLOURS[self.outcome]
        told = f"{self.requests} requests, {self.seconds:.1f} s"
        return (
            f"[{colour}]{self.outcome:9}[/] {self.attack}: {told}{escape(f' ({self.reason})' if self.reason else '')}"
        )


@contextmanager
def progress(console: Console, number: int) -> Iterator[Progress]:
    """A bar with the attack under way, on a terminal; elsewhere only the lines between."""
    shape = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shape, console=console, transient=True, disable=not console.is_terminal) as shown:
        shown.add_task("", total=number)
        yield shown


def show(console: Console, place: str, results: list[Result]) -> None:
    """The table, then every finding. Notes were told as they came."""
    table = Table(
        "attack",
        "tests",
        "tried",
        "looked at",
        "requests",
        "result",
        "seconds",
        title=f"Attacks on {place}",
        box=SIMPLE,
    )
    for result in results:
        outcome = f"[{COLOURS[result.outcome]}]{result.outcome}[/]" + escape(
            f": {result.reason}" if result.reason else ""
        )
        numbers = (str(result.looked_at), str(result.requests), outcome, f"{result.seconds:.1f}")
        table.add_row(result.attack, result.requirements, escape(result.tried), *numbers)
    console.print(table)
    for result in results:
        for finding in result.findings:
            console.print(f"[bold red]FINDING[/] {result.attack}: {escape(finding)}", soft_wrap=True)


def write(path: Path, place: str, results: list[Result]) -> None:
    """The same for pipelines."""
    held = all(result.outcome is not Outcome.FINDING for result in results)
    whole = {"target": place, "held": held, "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
