"""Google Lighthouse on one page, as on a mid-range phone on slow 4G; installed on first use, outside the repository."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright._impl._driver import compute_driver_executable

from app.settings import ROOT

VERSION: Final = "13.5.0"
FOLDER: Final = ROOT / "e2e" / ".cache" / "lighthouse"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
SECONDS: Final = 300
TRIES: Final = 3  # now and then it loses the beginning of a page (NO_NAVSTART) and asks to be run again


class NoLighthouse(Exception):
    """It cannot be installed or does not run; the message says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scores of 0 to 100 by category, milliseconds to the largest paint, and what lost points."""

    scores: dict[str, int]
    lcp_ms: int
    lost: tuple[str, ...]


def provide() -> Path:
    """Lighthouse's program, installed if need be."""
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    installed = program.parent.parent / "package.json"
    if not installed.exists() or json.loads(installed.read_text())["version"] != VERSION:
        _install()
    return program


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoLighthouse("npm is missing (Debian: apt-get install npm)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", f"lighthouse@{VERSION}"]
    if subprocess.run(command, cwd=FOLDER, check=False).returncode != 0:
        raise NoLighthouse(f"npm could not install lighthouse {VERSION}")


def look_at(url: str, cookie: str, chromium: Path) -> Verdict:
    """What Lighthouse says of a page that a browser with this cookie is shown, its cache empty."""
    node, _ = compute_driver_executable()
    command = [
        node,
        str(provide()),
        url,
        "--quiet",
        "--output=json",
        "--locale=en",
        "--no-enable-error-reporting",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox",
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
    ]
    environment = os.environ | {"CHROME_PATH": str(chromium)}
    for _ in range(TRIES):
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        if ran.returncode == 0:
            return _verdict(json.loads(ran.stdout))
    raise NoLighthouse(f"lighthouse failed: {ran.stderr.strip()[-500:]}")


def _verdict(report: dict[str, object]) -> Verdict:
    categories, audits = report["categories"], report["audits"]
    assert isinstance(categories, dict)
    assert isinstance(audits, dict)
    weighty = sorted({ref["id"] for name in CATEGORIES for ref in categories[name]["auditRefs"] if ref["weight"]})
    scores = {name: audits[name]["score"] for name in weighty}
    return Verdict(
        {name: round(categories[name]["score"] * 100) for name in CATEGORIES},
        round(audits["largest-contentful-paint"]["numericValue"]),
        tuple(f"{name} {score}" for name, score in scores.items() if score is not None and score < 1),
    )
