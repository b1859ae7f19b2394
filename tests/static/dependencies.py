"""`make audit`: whether a pinned dependency has a known vulnerability, or that nobody here can tell.

Without the advisory service pip-audit skips every package and still says "No known vulnerabilities found".
That is not what it means, so the answer is read from its JSON.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = "requirements.lock"
SECONDS: Final = 120
COMMAND: Final = ("pip_audit", "--requirement", LOCK, "--disable-pip", "--format=json", "--progress-spinner=off")


@dataclass(frozen=True)
class Verdict:
    """What an audit found out, in one line or one a finding, and whether it must stop a release."""

    lines: tuple[str, ...]
    bad: bool = False
    unknown: bool = False


def read(printed: str) -> Verdict:
    """The verdict of what pip-audit printed."""
    try:
        dependencies: Sequence[Any] = json.loads(printed)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return _unknown("pip-audit gave no answer")
    audited = [one for one in dependencies if "skip_reason" not in one]
    findings = [_finding(one, each) for one in audited for each in one["vulns"]]
    if findings:
        return Verdict(tuple(findings), bad=True)
    if len(audited) < len(dependencies) or not audited:
        return _unknown(f"{len(dependencies) - len(audited)} of {len(dependencies)} packages")
    return Verdict((f"{len(audited)} packages audited, no known vulnerabilities.",))


def _finding(package: Any, vulnerability: Any) -> str:
    cure = ", ".join(vulnerability["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {vulnerability['id']}; mended in {cure}"


def _unknown(what: str) -> Verdict:
    return Verdict((f"Could not be audited: no vulnerability data can be had here ({what}).",), unknown=True)


def audit() -> Verdict:
    """Ask pip-audit about the pinned dependencies, with an end to the waiting."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", *COMMAND], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _unknown(f"no answer in {SECONDS} seconds")
    return read(done.stdout)


def main() -> int:
    """Print the verdict; 1 for a vulnerability, 0 otherwise, because a machine without network may build too."""
    verdict = audit()
    for line in verdict.lines:
        click.secho(line, fg="red" if verdict.bad else "yellow" if verdict.unknown else None, bold=verdict.unknown)
    return int(verdict.bad)


if __name__ == "__main__":
    sys.exit(main())
