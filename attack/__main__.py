"""`python -m attack`: attack a running deployment of one's own and say what was found.

Exit code 0: all that was tried held; 1: there is a finding; 2: not ours to attack, or nothing could be tried.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from attack import people, report
from attack.attacks import ATTACKS, Attack
from attack.deployment import own_server
from attack.ground import QUICK, Ground, Size, Trial
from attack.html import NoSuchForm
from attack.report import Outcome, Result
from attack.target import CannotTry, Refusal, Target, refuse_foreign
from e2e.databases import DATABASES, SQLITE

MOST_REQUESTS = 600_000
MOST_SECONDS = 4 * 3600
MOST_QUICK_SECONDS = 600
FULL_FUZZ = 20_000
WIDE = 140


def main(given: Sequence[str] | None = None) -> int:
    """Attack as the arguments say; the exit code."""
    arguments = _arguments(given)
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    try:
        results, place = _attack(arguments, console)
        if arguments.json:
            report.write(arguments.json, place, results)
    except (Refusal, OSError) as why:
        print(f"attack: {why}", file=sys.stderr)
        return 2
    report.show(console, place, results)
    outcomes = {result.outcome for result in results}
    if Outcome.FINDING in outcomes:
        return 1
    return 0 if Outcome.HELD in outcomes else 2


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attack", description="Attack a deployment of one's own.")
    parser.add_argument("--target", metavar="URL", help="a running demo; without it one is started and stopped")
    parser.add_argument("--customers", metavar="FILE", type=Path, help="the customers file that the target loaded")
    parser.add_argument("--database", choices=DATABASES, help="of the server that is started: sqlite unless given")
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=ATTACKS, help=f"some of: {', '.join(ATTACKS)}")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results there too")
    parser.add_argument("--quick", action="store_true", help="smaller storms and samples")
    parser.add_argument("--full-fuzz", action="store_true", help=f"{FULL_FUZZ} hostile requests")
    parser.add_argument("--most-rounds", type=int, metavar="N", help="of enumeration, where fewer decide nothing")
    parser.add_argument("--seed", type=int, default=1, help="of what is random in fuzz and samples")
    parser.add_argument("--i-own", metavar="HOST", help="the target's host name again, if it is not this machine")
    arguments = parser.parse_args(given)
    if bool(arguments.target) != bool(arguments.customers):
        parser.error("--target and --customers go together")
    if arguments.target and arguments.database:
        parser.error("--database is for a server that is started here")
    return arguments


def _attack(arguments: argparse.Namespace, console: Console) -> tuple[list[Result], str]:
    size = replace(QUICK if arguments.quick else Size(), seed=arguments.seed)
    if arguments.full_fuzz:
        size = replace(size, fuzz=FULL_FUZZ)
    if arguments.most_rounds:
        size = replace(size, most_rounds=max(arguments.most_rounds, size.rounds))
    names = [name for name in ATTACKS if not arguments.only or name in arguments.only]
    with ExitStack() as stack:
        if arguments.target:
            refuse_foreign(arguments.target, arguments.i_own)
            url, victims = str(arguments.target), people.read(arguments.customers)
        else:
            database = arguments.database or SQLITE
            console.print(f"Starting a server on {database} with invented customers…")
            victims = people.invent(size.most_rounds + size.rounds if "enumeration" in names else 0)
            own = stack.enter_context(own_server(victims, database))
            url = own.server.url
        target = Target(url)
        stack.callback(target.close)
        ground = Ground(target, people.Crowd(victims), size, mail=None if arguments.target else own.mail)
        ground.tell = lambda words: console.print(f"[dim]{escape(words)}[/]", soft_wrap=True)
        results = _run(ground, names, console, MOST_QUICK_SECONDS if arguments.quick else MOST_SECONDS)
        if arguments.target:
            return results, url
        return [*results, _log(own.server.failures())], f"{url} on {database}"


def _log(failures: list[str]) -> Result:
    """What a deployment of our own says of itself, which nobody sees from outside."""
    outcome = Outcome.FINDING if failures else Outcome.HELD
    return Result("log", "S18", "the server's log tells of nothing that broke.", outcome, 0, 1, 0.0, "", failures)


def _run(ground: Ground, names: list[str], console: Console, seconds: float) -> list[Result]:
    ground.target.allow(MOST_REQUESTS, seconds)
    ground.target.refuse_unmarked()
    counts = "" if ground.addresses_count else "not "
    console.print(f"X-Forwarded-For does {counts}count at {ground.target.url}.")
    results = []
    with report.progress(console, len(names)) as shown:
        for name in names:
            shown.update(shown.task_ids[0], description=name)
            results.append(_try(ground, name, ATTACKS[name], seconds))
            shown.advance(shown.task_ids[0])
            console.print(results[-1].line())
    return results


def _try(ground: Ground, name: str, attack: Attack, seconds: float) -> Result:
    ground.trial = trial = Trial()
    ground.target.allow(MOST_REQUESTS, seconds)
    before, begun, reason = ground.target.requests, time.monotonic(), ""
    try:
        attack.run(ground)
    except CannotTry as why:
        reason = str(why)
    except (NoSuchForm, httpx.HTTPError) as why:
        reason = f"{type(why).__name__}: {why}"
    requirements, _, tried = (attack.__doc__ or "").strip().partition("\n")[0].partition(":")
    tried_any = trial.looked_at and not reason
    outcome = Outcome.FINDING if trial.findings else Outcome.HELD if tried_any else Outcome.NOT_TRIED
    return Result(
        name,
        requirements,
        tried.strip(),
        outcome,
        ground.target.requests - before,
        trial.looked_at,
        round(time.monotonic() - begun, 1),
        reason or "; ".join(f"left out: {part}" for part in trial.left_out),
        trial.findings,
        trial.notes,
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a server of our own ends with us
    sys.exit(main())
