"""The browsers that the tests need: finds them, installs what is missing (`python -m e2e.browsers`), starts them."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from playwright.sync_api import Browser, BrowserType, Playwright, sync_playwright

ANSWER_SECONDS: Final = 60


class NoBrowser(SystemExit):
    """A browser is missing and cannot be had; the message is one line that says what was tried."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: Playwright's name, the variable and the commands under which a system has it, its packages.

    `asking` is what makes the program answer, `companions` are programs that the system's own needs beside it,
    `launch_options` what Playwright needs to drive it.
    """

    name: str
    variable: str
    commands: tuple[str, ...]
    debian_packages: tuple[str, ...]
    asking: str = "--version"
    companions: tuple[str, ...] = ()
    launch_options: dict[str, Any] = field(default_factory=dict, hash=False)

    def type_in(self, playwright: Playwright) -> BrowserType:
        """What Playwright starts this engine with."""
        return cast(BrowserType, getattr(playwright, self.name))


CHROMIUM: Final = Engine(
    "chromium",
    "CHROMIUM",
    # The shell is the same engine without a browser's own windows, which cost most of the time.
    ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    ("chromium",),
    # A report of a violated policy would take a minute, and over TLS would ask for a certificate of renown.
    launch_options={"args": ["--short-reporting-delay", "--ignore-certificate-errors"]},
)
FIREFOX: Final = Engine(
    "firefox",
    "FIREFOX",
    ("firefox-esr", "firefox"),
    ("firefox-esr",),
    launch_options={
        "channel": "moz-firefox",
        # Playwright never hears of a page that comes back from this memory, and waits for it.
        "firefox_user_prefs": {"browser.sessionhistory.max_total_viewers": 0},
    },
)
WEBKIT: Final = Engine(
    "webkit",
    "WEBKIT_DRIVER",
    ("WebKitWebDriver",),
    ("webkit2gtk-driver", "xvfb"),
    asking="--help",
    companions=("Xvfb",),
)
ENGINES: Final = (CHROMIUM, FIREFOX, WEBKIT)


def find(engine: Engine, playwright: Playwright) -> Path | None:
    """The first program of this engine that answers: as the variable says, the system's, Playwright's own.

    Raises:
        NoBrowser: the variable names something that does not answer.
    """
    if named := os.environ.get(engine.variable):
        if not _answers(named, engine.asking):
            raise NoBrowser(f"{engine.variable}={named} is not a {engine.name} that starts.")
        return Path(named)
    return next(
        (Path(program) for program in _candidates(engine, playwright) if _answers(program, engine.asking)), None
    )


def _candidates(engine: Engine, playwright: Playwright) -> Iterator[str]:
    if all(map(shutil.which, engine.companions)):
        yield from filter(None, map(shutil.which, engine.commands))
    yield engine.type_in(playwright).executable_path


def is_playwrights_own(program: Path, engine: Engine, playwright: Playwright) -> bool:
    """Whether this is the browser that Playwright built for itself, which it drives in its own way."""
    return program == Path(engine.type_in(playwright).executable_path)


def _answers(program: str, asking: str) -> bool:
    """Whether it runs: a stub that only advertises another package, or a library that is missing, does not."""
    try:
        asked = subprocess.run([program, asking], capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def find_or_fail(engine: Engine, playwright: Playwright) -> Path:
    """The engine's program.

    Raises:
        NoBrowser: it is not there; a test that needs it fails.
    """
    program = find(engine, playwright)
    if program is None:
        raise NoBrowser(f"{engine.name} is missing: run `make browsers`.")
    return program


def launch(engine: Engine, playwright: Playwright, *, scripts: bool = True, display: str = "") -> Browser:
    """Start the engine, without scripts where only a preference turns them off, and with a window on a `display`.

    Raises:
        NoBrowser: it is not there.
    """
    program = find_or_fail(engine, playwright)
    own = engine is not CHROMIUM and is_playwrights_own(program, engine, playwright)
    options = {} if own else dict(engine.launch_options)
    if not scripts:
        options["firefox_user_prefs"] = options["firefox_user_prefs"] | {"javascript.enabled": False}
    if display:
        options |= {"headless": False, "env": os.environ | {"DISPLAY": display}}
    return engine.type_in(playwright).launch(executable_path=program, **options)


def provide(engine: Engine, playwright: Playwright) -> Path:
    """The engine's program, installed if need be.

    Raises:
        NoBrowser: every way of installing it failed.
    """
    if found := find(engine, playwright):
        return found
    tried = []
    for way in _ways(engine):
        tried.append(shlex.join(way))
        print(f"{engine.name} is missing; trying: {tried[-1]}", flush=True)
        if _succeeds(way) and (found := find(engine, playwright)):
            return found
    raise NoBrowser(
        f"{engine.name} is missing and could not be installed ({'; '.join(tried)}). "
        f"Install it and put it on PATH, or name it in {engine.variable}."
    )


def _ways(engine: Engine) -> Iterator[list[str]]:
    if way := _from_debian(engine.debian_packages):
        yield way
    yield [sys.executable, "-m", "playwright", "install", engine.name]


def install_from_debian(packages: tuple[str, ...]) -> bool:
    """Whether these are installed now; nobody is asked for a password."""
    way = _from_debian(packages)
    return way is not None and _succeeds(way)


def _from_debian(packages: tuple[str, ...]) -> list[str] | None:
    prefix = _as_root() if shutil.which("apt-get") else None
    apt = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    return None if prefix is None else [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", apt]


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None where nobody may."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    return sudo if shutil.which("sudo") and _succeeds([*sudo, "true"], quiet=True) else None


def _succeeds(command: list[str], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdout=output, stderr=output, check=False).returncode == 0


def main() -> None:
    """Provide every engine and say where it is."""
    with sync_playwright() as playwright:
        for engine in ENGINES:
            print(f"{engine.name}: {provide(engine, playwright)}")


if __name__ == "__main__":
    main()
