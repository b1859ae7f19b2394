"""`make speech`: Orca reads the journey in Firefox and Chromium, and what it says is written to `docs/speech`."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from app.settings import ROOT
from e2e.aloud import transcript
from e2e.aloud.desk import BROWSERS, browser, desk, provide, version
from e2e.aloud.glance import Glance
from e2e.aloud.listener import Listener
from e2e.aloud.walk import every_end, whole_journey
from e2e.house import running
from e2e.pages import Visitor

UNFINISHED: Final = ROOT / "test-results" / "speech"


def main() -> None:
    """Install what is missing, and let every browser, or those that are named, be read."""
    provide()
    if not sys.argv[1:]:
        for name in BROWSERS:  # each in a process of its own, where the first customer is number one
            subprocess.run([sys.executable, "-m", "e2e.aloud", name], check=True)
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            _read(name, Path(folder))


def _read(name: str, folder: Path) -> None:
    versions = f"Orca {version('orca')}, {version(BROWSERS[name])}"
    with (
        running(folder) as house,
        desk(folder) as made,
        sync_playwright() as playwright,
        browser(made, name, playwright, folder) as opened,
    ):
        somebody = Listener(made, Visitor(Glance(opened.pages[0]), house.server.url, scripts=True))
        try:
            whole_journey(somebody, house.bank)
            every_end(somebody, house.bank)
        except BaseException:
            transcript.write(somebody.chapters, name, versions, UNFINISHED)
            print(f"Not finished; as far as it came: {UNFINISHED / name}", flush=True)
            raise
        transcript.write(somebody.chapters, name, versions)


if __name__ == "__main__":
    main()
