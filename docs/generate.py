"""Writes what the documents say of the code from the code: `python docs/generate.py`, with `--check` only looks."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.adapters.sql.purge import RETENTION, STRANGERS_KEPT  # noqa: E402 - the path comes first
from app.demo import people  # noqa: E402
from app.domain.eligibility import QUALIFIES  # noqa: E402
from app.domain.journey import ENDS, JOURNEY, Outcome, Step  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.web.limits import LIMITS, TOLLS  # noqa: E402

EVERYWHERE = {Outcome.TOO_LATE, Outcome.SUPERSEDED}


def journey() -> str:
    """The map as a Mermaid diagram; the ways that leave from every step are drawn once."""
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> {Step.IDENTIFY}"]
    for step, ways in JOURNEY.items():
        lines += [f"  {step} --> {to}: {outcome}" for outcome, to in ways.items() if outcome not in EVERYWHERE]
    lines += [
        f"  {Step.DONE} --> [*]",
        "```",
        "",
        "From every step between `link_sent` and `password` a recovery can also",
    ]
    leaving = {outcome: to for outcome, to in JOURNEY[Step.CODE].items() if outcome in EVERYWHERE}
    lines += [f"leave by {', '.join(f'`{outcome}` to `{to}`' for outcome, to in leaving.items())}."]
    ends = ", ".join(f"`{end}`" for end in JOURNEY if end in ENDS)
    lines += [
        f"From the ends ({ends}) no way leads on: a browser starts again.",
        "What happens elsewhere can end it too: «no fui yo» in `refused`, a new password in `used`, a spent budget",
        "in `locked`.",
    ]
    return "\n".join(lines)


def settings() -> str:
    """Every setting with its default, bounds and meaning."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{name.upper()}` | {_default(field.default)} | {field.description}{_bounds(field)} |")
    return "\n".join(rows)


def _default(value: Any) -> str:
    if isinstance(value, Path):
        value = value.relative_to(ROOT)
    if isinstance(value, tuple):
        value = "; ".join(value)
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    return f"`{text}`" if text else ""


def _bounds(field: Any) -> str:
    bounds = {type(rule).__name__: rule for rule in field.metadata}
    low, high = bounds.get("Ge"), bounds.get("Le")
    return f" ({low.ge} to {high.le})" if low and high else ""


def limits() -> str:
    """Every limit with its reason."""
    rows = ["| limit | rate | counted | why |", "|---|---|---|---|"]
    for limit in (*LIMITS, *TOLLS):
        rate = re.sub(r"{(\w+)}", lambda setting: f"`{setting[1].upper()}`", limit.rate)
        rows.append(f"| `{limit.name}` | {rate} | {'failures' if limit.failures_only else 'all'} | {limit.reason} |")
    return "\n".join(rows)


def eligibility() -> str:
    """The table of products that qualify."""
    rows = ["| product | qualifies |", "|---|---|"]
    rows += [f"| `{kind}` | {rule.__name__.strip('_').replace('_', ' ')} |" for kind, rule in QUALIFIES.items()]
    return "\n".join(rows)


def retention() -> str:
    """How long each table keeps its rows."""
    rows = ["| table | kept after its time |", "|---|---|"]
    rows += [f"| `{table.__tablename__}` | {kept.days} days |" for table, _instant, kept in RETENTION]
    return "\n".join([*rows, f"| `login_failure` of unknown documents | {STRANGERS_KEPT.days} days |"])


PARTS: dict[str, Callable[[], str]] = {
    "journey": journey,
    "settings": settings,
    "limits": limits,
    "eligibility": eligibility,
    "retention": retention,
    "people": people.table,
}


def renewed(text: str) -> str:
    """The document with every generated part as the code has it now; what other commands write stays (`make words`)."""

    def part(match: re.Match[str]) -> str:
        write = PARTS.get(match[2])
        return f"{match[1]}\n{write()}\n{match[3]}" if write else match[0]

    return re.sub(r"(<!-- begin:(\w+) -->)\n.*?(<!-- end:\2 -->)", part, text, flags=re.DOTALL)


def main() -> int:
    """Write the documents, or with `--check` only say which are behind."""
    behind = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text()
        if (new := renewed(text)) != text:
            behind.append(path.relative_to(ROOT))
            if "--check" not in sys.argv:
                path.write_text(new)
    print(*(f"{path} {'is behind' if '--check' in sys.argv else 'renewed'}" for path in behind), sep="\n")
    return 1 if behind and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
