"""`make speech`: Orca reads the journey in Firefox and Chromium, and what it says is written to `docs/speech`."""

import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from app.settings import ROOT
from e2e.aloud import transcript
from e2e.aloud.desk import BROWSERS, browser, desk, provide, version
from e2e.aloud.glance import Glance
from e2e.aloud.listener import Listener
from e2e.aloud.walk import every_end, whole_journey
from e2e.bank import Bank
from e2e.pages import Visitor
from e2e.server import Server

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
    server = Server(folder)
    server.start()
    try:
        with (
            closing(Bank(server.settings)) as bank,
            desk(folder) as made,
            sync_playwright() as playwright,
            browser(made, name, playwright, folder) as opened,
        ):
            somebody = Listener(made, Visitor(Glance(opened.pages[0]), server.url, scripts=True))
            try:
                whole_journey(somebody, bank)
                every_end(somebody, bank)
            except BaseException:
                transcript.write(somebody.chapters, name, versions, UNFINISHED)
                print(f"Not finished; as far as it came: {UNFINISHED / name}", flush=True)
                raise
            transcript.write(somebody.chapters, name, versions)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
