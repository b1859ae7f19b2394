"""WebKitGTK, Safari's engine as Debian has it: driven over WebDriver, on a screen that nobody sees.

It can neither add a header nor tell what it sends, so its requests pass a proxy of ours, as every customer's do.
"""

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys, Remote
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from e2e.browsers import NoBrowser
from e2e.pages import PATIENCE_SECONDS, Visitor
from e2e.waiting import until
from e2e.watch import Watch
from e2e.windows import LOOK, Moving, Sight, Target

BROWSERS: Final = ("lib/*/webkit2gtk-4.*/MiniBrowser", "libexec/webkit2gtk-4.*/MiniBrowser")
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
HOP_BY_HOP: Final = {"connection", "host", "keep-alive", "proxy-connection", "transfer-encoding"}


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


# --- the proxy in front -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that passed the proxy."""

    method: str
    url: str
    headers: Mapping[str, str]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The watch has it already."""


class Proxy:
    """Passes on what is for the bank, says from which address it came, and lets nothing else out."""

    def __init__(self, watch: Watch, origin: str, address: str) -> None:
        self._watch, self._origin, self._address = watch, origin, address
        self._client = httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS * 2)
        self._server = make_server(
            "127.0.0.1", 0, Request.application(self._pass_on), threaded=True, request_handler=_Silent
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()

    def _pass_on(self, request: Request) -> Response:
        headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
        self._watch.notice(Passed(request.method, request.url, headers))
        if not request.url.startswith(self._origin + "/"):
            return Response(status=502)
        headers["X-Forwarded-For"] = self._address
        with self._client.stream(request.method, request.url, headers=headers, content=request.get_data()) as answer:
            kept = [pair for pair in answer.headers.multi_items() if pair[0].lower() not in HOP_BY_HOP]
            return Response(b"".join(answer.iter_raw()), answer.status_code, kept)


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
        self._proxy = Proxy(self.watch, url, address)
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name, "console.log")
        self._driver = self._start(screen, scripts=scripts)
        self._driver.set_page_load_timeout(PATIENCE_SECONDS)
        self._driver.set_window_size(*size)
        self.visitor = Visitor(WebDriverWindow(self._driver), url, scripts=scripts)

    def _start(self, screen: Screen, *, scripts: bool) -> Remote:
        options = Options()
        options.binary_location = str(mini_browser())
        for argument in (
            "--automation",
            "--full-screen",  # without it no window is as narrow as a phone
            f"--proxy={self._proxy.url}",
            f"--enable-javascript={str(scripts).lower()}",
            "--enable-write-console-messages-to-stdout=true",
        ):
            options.add_argument(argument)
        env = os.environ | {"DISPLAY": screen.name, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        self._service = Service(log_output=str(self._log), env=env)
        self._service.start()
        connection = RemoteConnection(client_config=ClientConfig(self._service.service_url))
        return Remote(command_executor=connection, options=options)

    def close(self, evidence: Path | None) -> None:
        """End it; on a failure leave a picture of every window."""
        if evidence is not None:
            evidence.mkdir(parents=True, exist_ok=True)
            for number, handle in enumerate(self._driver.window_handles):
                with suppress(WebDriverException):
                    self._driver.switch_to.window(handle)
                    self._driver.save_screenshot(str(evidence / f"{number}.png"))
        self._driver.quit()
        self._service.stop()
        self._proxy.close()
        for line in self._log.read_text(errors="replace").splitlines():
            if said := SAID.match(line):
                self.watch.hear("error", said["text"], said["where"])
        self._folder.cleanup()
