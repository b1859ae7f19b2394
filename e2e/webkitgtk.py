"""WebKitGTK, Safari's engine as Debian has it: driven over WebDriver, on a screen that nobody sees.

It can neither add a header nor tell what it sends, so its requests pass a proxy of ours, as every customer's do.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys, Remote
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from werkzeug import Request, Response

from e2e.browsers import NoBrowser
from e2e.pages import PATIENCE_SECONDS, Visitor
from e2e.sites import Asked, PassingOn, Site
from e2e.waiting import until
from e2e.watch import Watch
from e2e.windows import LOOK, Moving, Sight, Target

BROWSERS: Final = ("lib/*/webkit2gtk-4.*/MiniBrowser", "libexec/webkit2gtk-4.*/MiniBrowser")
KEYS: Final = {
    "ArrowDown": Keys.ARROW_DOWN,
    "ArrowUp": Keys.ARROW_UP,
    "Enter": Keys.ENTER,
    "Shift": Keys.SHIFT,
    "Space": Keys.SPACE,
    "Tab": Keys.TAB,
}
FIELDS: Final = "input:not([type=hidden]), select, textarea"
OF_ROLE: Final = {
    "button": "button",
    "group": "fieldset, [role=group]",
    "link": "a[href]",
    "main": "main",
    "radio": "input[type=radio]",
    "status": "[role=status]",
}
# Elements are given one by one: this driver does not know them again inside a list.
SEEN: Final = f"return ({LOOK})([...arguments])"
VISIBLE: Final = "return [...arguments].filter(thing => thing.checkVisibility({visibilityProperty: true}))"
SAID: Final = re.compile(r"^(?P<where>\S*): CONSOLE (?P<source>[A-Z ]+?) (?P<kind>ERROR|WARN\w*) (?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Screen:
    """A display that nobody sees."""

    name: str


@contextmanager
def screen() -> Iterator[Screen]:
    """One for all windows of a worker."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield Screen(f":{told.readline().strip()}")
    finally:
        server.terminate()
        server.wait()


def mini_browser() -> Path:
    """The window that the driver opens.

    Raises:
        NoBrowser: the driver is there and its browser is not.
    """
    for pattern in BROWSERS:
        if found := sorted(Path("/usr").glob(pattern)):
            return found[-1]
    raise NoBrowser("WebKitGTK's MiniBrowser is missing: run `make browsers`.")


def version(screen: Screen) -> str:
    """What the engine calls itself, with its number."""
    asked = [str(mini_browser()), "--version"]
    env = os.environ | {"DISPLAY": screen.name}
    return subprocess.run(asked, capture_output=True, text=True, check=True, env=env).stdout.strip()


# --- the proxy in front -------------------------------------------------------------------------------------------


class Proxy:
    """Passes on what is for the bank, says from which address it came, and lets nothing else out."""

    def __init__(self, watch: Watch, address: str) -> None:
        self._watch, self._address = watch, address
        self._out = PassingOn()
        self._site = Site(self._pass_on)
        self.url = self._site.url

    def close(self) -> None:
        """End it."""
        self._site.close()
        self._out.close()

    def _pass_on(self, request: Request) -> Response:
        self._watch.notice(Asked(request.method, request.url, dict(request.headers)))
        if not self._watch.expects(request.url):
            return Response(status=502)
        return self._out.pass_on(request, request.url, X_Forwarded_For=self._address)


# --- the window -----------------------------------------------------------------------------------------------------


class WebDriverWindow:
    """A window that WebDriver drives."""

    def __init__(self, driver: Remote) -> None:
        self._driver = driver
        self._handle = driver.current_window_handle

    def _come_forward(self) -> None:
        """Be the window that the driver speaks of."""
        if self._driver.current_window_handle != self._handle:
            self._driver.switch_to.window(self._handle)

    @contextmanager
    def _here(self) -> Iterator[Remote]:
        try:
            self._come_forward()
            yield self._driver
        except WebDriverException as problem:
            raise Moving(str(problem)) from problem

    @property
    def address(self) -> str:
        """What stands in the address bar."""
        with self._here() as driver:
            return driver.current_url

    @property
    def html(self) -> str:
        """The document as it is now."""
        with self._here() as driver:
            return driver.page_source

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function in JavaScript answers, even where the page may run none."""
        with self._here() as driver:
            return driver.execute_script(f"return ({script})(...arguments)", *arguments)

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """What the browser keeps for this page, in the words of WebDriver."""
        return self._driver.get_cookies()

    def go(self, address: str) -> None:
        """Load an address."""
        self._come_forward()
        self._driver.get(address)

    def reload(self) -> None:
        """Load it again."""
        self._come_forward()
        self._driver.refresh()

    def back(self) -> None:
        """Back in the history."""
        self._come_forward()
        self._driver.back()

    def look(self, target: Target) -> list[Sight]:
        """How the things look that are there now."""
        with self._here() as driver:
            return [Sight(**seen) for seen in driver.execute_script(SEEN, *self._find(target))]

    def click(self, target: Target, times: int = 1) -> None:
        """Click the first one."""
        if times == 1:
            self._act(target, WebElement.click)
        else:
            self._act(target, lambda thing: ActionChains(self._driver, duration=0).double_click(thing).perform())

    def write(self, target: Target, text: str) -> None:
        """Put text into a field in place of what is there."""
        self._act(target, WebElement.clear)
        self.type(target, text)

    def type(self, target: Target, text: str) -> None:
        """Type text into a field, key by key."""
        if text:
            self._act(target, lambda thing: thing.send_keys(text))

    def select(self, target: Target, label: str) -> None:
        """Choose the option with this label from a list."""
        self._act(target, lambda thing: Select(thing).select_by_visible_text(label))

    def press_enter(self) -> None:
        """Press Enter wherever the focus is."""
        with self._here() as driver:
            ActionChains(driver, duration=0).send_keys(Keys.ENTER).perform()

    def press_key(self, name: str) -> None:
        """Press a key wherever the focus is."""
        *held, key = (KEYS.get(part, part) for part in name.split("+"))
        with self._here() as driver:
            chain = ActionChains(driver, duration=0)
            for part in held:
                chain.key_down(part)
            chain.send_keys(key)
            for part in held:
                chain.key_up(part)
            chain.perform()

    def picture(self) -> bytes:
        """The window as a PNG."""
        with self._here() as driver:
            return driver.get_screenshot_as_png()

    def resize(self, width: int, height: int) -> None:
        """Make the window this large, in CSS px; it can be higher than the screen, and never narrower than 334."""
        with self._here() as driver:
            driver.set_window_size(width, height)

    def focused(self) -> tuple[str, str]:
        """Role and name, as the engine reckons them, of what has the focus."""
        with self._here() as driver:
            one = driver.switch_to.active_element
            return one.aria_role, one.accessible_name

    def another(self) -> "WebDriverWindow":
        """A second window of the same browser."""
        self._driver.switch_to.new_window("tab")
        return WebDriverWindow(self._driver)

    def _act(self, target: Target, act: Callable[[WebElement], object]) -> None:
        """Do it to the first one, as soon as it is there and lets itself be touched."""

        def done() -> bool:
            try:
                self._come_forward()
                act(self._find(target)[0])
            except (WebDriverException, IndexError):
                return False
            return True

        until(done, PATIENCE_SECONDS, lambda: f"there is no {target} to act on")

    def _find(self, target: Target) -> list[WebElement]:
        around = self._find(target.within)[:1] if target.within else [self._driver]
        css, name = target.css or OF_ROLE.get(target.role, FIELDS), target.name or target.label
        found = [thing for place in around for thing in place.find_elements("css selector", css)]
        if target.role and found:
            found = self._driver.execute_script(VISIBLE, *found)
        return [thing for thing in found if not name or thing.accessible_name == name]


class OpenedInWebKitGTK:
    """A visitor in a browser of its own: starting one takes less than half a second."""

    def __init__(self, screen: Screen, url: str, size: tuple[int, int], address: str, *, scripts: bool) -> None:
        self.watch = Watch(url)
        self._proxy = Proxy(self.watch, address)
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name, "console.log")
        self._driver = self._start(screen, url, scripts=scripts)
        self._driver.set_page_load_timeout(PATIENCE_SECONDS)
        self._driver.set_window_size(*size)
        self.visitor = Visitor(WebDriverWindow(self._driver), url, scripts=scripts)

    def _start(self, screen: Screen, url: str, *, scripts: bool) -> Remote:
        options = Options()
        options.binary_location = str(mini_browser())
        options.accept_insecure_certs = True
        for argument in (
            "--automation",
            "--full-screen",  # without it no window is as narrow as a phone
            *([] if url.startswith("https:") else [f"--proxy={self._proxy.url}"]),  # it knows no tunnels
            f"--enable-javascript={str(scripts).lower()}",
            "--enable-write-console-messages-to-stdout=true",
        ):
            options.add_argument(argument)
        env = os.environ | {"DISPLAY": screen.name, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        self._service = Service(log_output=str(self._log), env=env)
        self._service.start()
        connection = RemoteConnection(
            client_config=ClientConfig(self._service.service_url, timeout=2 * PATIENCE_SECONDS)
        )
        return Remote(command_executor=connection, options=options)

    def close(self, evidence: Path | None) -> None:
        """End it; on a failure leave a picture of the window in front: another one is never drawn."""
        if evidence is not None:
            evidence.mkdir(parents=True, exist_ok=True)
            with suppress(WebDriverException):
                self._driver.save_screenshot(str(evidence / "0.png"))
        self._driver.quit()
        self._service.stop()
        self._proxy.close()
        for line in self._log.read_text(errors="replace").splitlines():
            if said := SAID.match(line):
                self.watch.hear("error", said["text"], said["where"])
        self._folder.cleanup()
