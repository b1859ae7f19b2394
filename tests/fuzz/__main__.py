"""`make fuzz`: hostile requests by the ten thousand, and a table of what came of them."""

import argparse
import sys
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.integration.bank import found

from .fuzz import Fuzz
from .shots import Shots
from .stands import fuzzed_bank


def main() -> int:
    """Send so many hostile requests, show the table; 1 if there is a finding."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Send hostile requests to a service of this process.")
    parser.add_argument("--requests", type=int, default=20_000, help="how many; 20000 if not said")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn")
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folders = [Path(name) / part for part in ("founded", "fuzzed")]
        for folder in folders:
            folder.mkdir()
        with fuzzed_bank(folders[1], found(folders[0])) as bank:
            requests = islice(Shots(bank, given.seed).everything(), given.requests)
            with closing(Fuzz(bank)) as fuzz:
                for request in track(requests, total=given.requests, console=console):
                    fuzz.send(request)
    show(console, fuzz)
    return 1 if fuzz.findings else 0


def show(console: Console, fuzz: Fuzz) -> None:
    """What was sent, what came back, what took longest, what was found."""
    table = Table("status", "answers")
    for status, count in sorted(fuzz.statuses.items()):
        table.add_row(str(status), f"{count:,}")
    table.add_row("all", f"{fuzz.sent:,}")
    console.print(table)
    for work, what in fuzz.slowest:
        console.print(f"{work * 1000:.0f} ms of work: {what}", markup=False)
    for finding in fuzz.findings[:50]:
        console.print(f"FINDING {finding}", markup=False)
    console.print(f"{len(fuzz.findings)} findings.")


if __name__ == "__main__":
    sys.exit(main())
