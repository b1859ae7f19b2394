"""A desk at which somebody works by ear: a screen nobody sees, a keyboard, a browser and Orca in Spanish.

The keys are pressed at the X server and go the way of every key: window manager, browser, Orca. Playwright only starts
the browser and tells how far the page has come.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, cast

from playwright.sync_api import BrowserContext, Playwright

from e2e.aloud.sounds import Sound
from e2e.browsers import NoBrowser, install_from_debian
from e2e.webkitgtk import screen

PACKAGES: Final = (
    "at-spi2-core",
    "chromium",
    "chromium-l10n",
    "dbus",
    "firefox-esr",
    "firefox-esr-l10n-es-es",
    "libatk-adaptor",
    "locales",
    "openbox",
    "orca",
    "xdotool",
    "xvfb",
)
BROWSERS: Final = {"firefox": "firefox-esr", "chromium": "chromium"}
LOCALE: Final = "es_CO.UTF-8"
VOICE: Final = Path(__file__).with_name("voice")
QUIET_SECONDS: Final = 1.5
FIRST_SECONDS: Final = 20
SLOWNESS: Final = 3
LONGEST_SECONDS: Final = 60
START_SECONDS: Final = 90
BETWEEN_KEYS_MS: Final = 40
CHROMIUM: Final = ["--force-renderer-accessibility", "--lang=es", "--start-maximized", "--disable-features=Translate"]
NO_OFFERS: Final = {"credentials_enable_service": False, "profile": {"password_manager_enabled": False}}
FIREFOX: Final[dict[str, str | float | bool]] = {
    "accessibility.force_disabled": -1,
    "browser.sessionhistory.max_total_viewers": 0,
    "browser.urlbar.suggest.topsites": False,
    "intl.locale.requested": "es-ES",
    "signon.rememberSignons": False,
}


class Desk:
    """Keys to press and a voice to hear."""

    def __init__(self, environment: dict[str, str], spoken: Path) -> None:
        self.environment = environment
        self._spoken = spoken
        self._heard = 0

    def press(self, key: str) -> None:
        """Press a key, or several at once, in the names of X: `Tab`, `Return`, `ctrl+l`."""
        self._keyboard("key", key)

    def type(self, text: str) -> None:
        """Type a text, key by key."""
        self._keyboard("type", "--delay", str(BETWEEN_KEYS_MS), text)

    def _keyboard(self, *what: str) -> None:
        subprocess.run(["xdotool", *what], env=self.environment, check=True)

    def listen(self, *, something: bool = True) -> list[Sound]:
        """Everything since it was asked last, as soon as it is quiet: later on a machine that is slow to begin.

        `something` must come first; every key makes Orca fall silent at least.
        """
        sounds: list[Sound] = []
        began = last = time.monotonic()
        quiet = FIRST_SECONDS if something else QUIET_SECONDS
        while time.monotonic() - last < quiet and time.monotonic() - began < LONGEST_SECONDS:
            if fresh := self._fresh():
                last = time.monotonic()
                if not sounds:
                    quiet = QUIET_SECONDS + SLOWNESS * (last - began)
                sounds += fresh
            time.sleep(0.05)
        return sounds

    def _fresh(self) -> list[Sound]:
        with self._spoken.open(encoding="utf-8") as spoken:
            spoken.seek(self._heard)
            lines = spoken.read()
        whole = lines[: lines.rfind("\n") + 1]
        self._heard += len(whole.encode())
        return [Sound(*json.loads(line)) for line in whole.splitlines()]


def provide() -> None:
    """Install what is needed and missing.

    Raises:
        NoBrowser: it could not be installed.
    """
    asking = ["dpkg-query", "--show", "--showformat=${db:Status-Status}\n", *PACKAGES]
    if shutil.which("dpkg-query") is None:
        raise NoBrowser("`make speech` needs Debian or a relative of it: Orca and its friends come from its packages.")
    asked = subprocess.run(asking, capture_output=True, text=True, check=False)
    if asked.stdout.split() == ["installed"] * len(PACKAGES):
        return
    print(f"Installing {', '.join(PACKAGES)}", flush=True)
    if not install_from_debian(PACKAGES):
        raise NoBrowser(f"Could not install all of these; do it by hand: apt-get install {' '.join(PACKAGES)}")


def version(program: str) -> str:
    """What a program says of itself."""
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return asked.stdout.split(" built on ")[0].strip()


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """One with Orca running; its logs go to `folder`."""
    spoken = folder / "spoken"
    spoken.touch()
    with ExitStack() as stack:
        environment = _environment(folder, spoken, stack.enter_context(screen()).name)
        environment["DBUS_SESSION_BUS_ADDRESS"] = stack.enter_context(_bus(folder, environment))
        stack.enter_context(_running(["openbox"], folder, environment))
        # By the system's own Python, for which its libraries are.
        stack.enter_context(_running(["/usr/bin/python3", shutil.which("orca") or "orca"], folder, environment))
        made = Desk(environment, spoken)
        _until_it_speaks(made, folder)
        yield made


def _environment(folder: Path, spoken: Path, display: str) -> dict[str, str]:
    locales = folder / "locales"
    locales.mkdir()
    subprocess.run(["localedef", "-i", "es_CO", "-f", "UTF-8", locales / LOCALE], check=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "LC_"))}
    return inherited | {
        "ACCESSIBILITY_ENABLED": "1",
        "DISPLAY": display,
        "GNOME_ACCESSIBILITY": "1",
        "GSETTINGS_BACKEND": "memory",
        "HOME": str(folder),
        "LANG": LOCALE,
        "LANGUAGE": "es",
        "LOCPATH": str(locales),
        "PYTHONPATH": str(VOICE),
        "SPOKEN": str(spoken),
        "XDG_RUNTIME_DIR": str(folder),
    }


@contextmanager
def _bus(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    told = folder / "bus"
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with told.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL)
    try:
        while not (address := told.read_text().strip()):
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    with (folder / f"{Path(command[-1]).name}.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _until_it_speaks(made: Desk, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not made.listen(something=False):
        if time.monotonic() > deadline:
            raise NoBrowser(f"Orca does not speak: {(folder / 'orca.log').read_text()[-2000:]}")


@contextmanager
def browser(made: Desk, name: str, playwright: Playwright, folder: Path) -> Iterator[BrowserContext]:
    """A new browser with one window, as a customer has it: in Spanish, on the screen, known to Orca."""
    program = cast(str, shutil.which(BROWSERS[name]))
    environment: dict[str, str | float | bool] = dict(made.environment)
    profile = folder / "profile"
    if name == "chromium":
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps(NO_OFFERS))
        opened = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=False,
            env=environment,
            args=CHROMIUM,
            ignore_default_args=["--enable-automation"],
            no_viewport=True,
        )
    else:
        opened = playwright.firefox.launch_persistent_context(
            profile,
            channel="moz-firefox",
            executable_path=program,
            headless=False,
            env=environment,
            firefox_user_prefs=FIREFOX,
            no_viewport=True,
        )
    try:
        yield opened
    finally:
        opened.close()
