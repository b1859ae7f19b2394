"""Opens windows in any engine: each browser is started once a worker, and every visitor gets one as if it were new."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from playwright.sync_api import Browser, BrowserContext, Error, Playwright, sync_playwright

from e2e import webkitgtk
from e2e.browsers import CHROMIUM, FIREFOX, WEBKIT, Engine, find_or_fail, is_playwrights_own, launch
from e2e.pages import PATIENCE_SECONDS, ChromiumVisitor, Visitor
from e2e.watch import PlaywrightWatch, Watch
from e2e.ways import Way
from e2e.windows import PlaywrightWindow

SIZES: Final = {"desktop": (1280, 800), "phone": (360, 740)}
_addresses = count(1)


class Opened(Protocol):
    """A visitor, what was seen over the shoulder, and the end; `evidence` is where to leave pictures of a failure."""

    visitor: Visitor
    watch: Watch

    def close(self, evidence: Path | None) -> None:
        """End it."""


class Engines:
    """The browsers of one worker."""

    def __init__(self, stack: ExitStack, playwright: Playwright) -> None:
        self._stack = stack
        self._playwright = playwright
        self._started: dict[tuple[Engine, bool], Browser] = {}
        self._own: dict[Engine, bool] = {}
        self._screen: webkitgtk.Screen | None = None

    def open(self, way: Way, url: str) -> Opened:
        """A window of its own for a visitor of the server at `url`, whose certificate is believed unseen."""
        if self.is_driven_by_webdriver(way.engine):
            return webkitgtk.OpenedInWebKitGTK(
                self._a_screen(), url, SIZES[way.size], _an_address(), scripts=way.scripts
            )
        by_hand = way.engine is FIREFOX and not way.scripts and not self._is_own(FIREFOX)
        browser = self.browser(way.engine, scripts=not by_hand)
        width, height = SIZES[way.size]
        context = browser.new_context(
            java_script_enabled=way.scripts,
            locale="es-CO",
            extra_http_headers={"X-Forwarded-For": _an_address()},
            viewport={"width": width, "height": height},
            has_touch=way.size == "phone",
            ignore_https_errors=True,
        )
        return OpenedInPlaywright(context, way, url, by_hand=by_hand)

    def is_driven_by_webdriver(self, engine: Engine) -> bool:
        """Whether Playwright has no power over it."""
        return engine is WEBKIT and not self._is_own(engine)

    def version(self, engine: Engine) -> str:
        """What the engine calls itself."""
        if self.is_driven_by_webdriver(engine):
            return webkitgtk.version(self._a_screen())
        return f"{engine.name.title()} {self.browser(engine).version}"

    def _a_screen(self) -> webkitgtk.Screen:
        self._screen = self._screen or self._stack.enter_context(webkitgtk.screen())
        return self._screen

    def _is_own(self, engine: Engine) -> bool:
        if engine not in self._own:
            program = find_or_fail(engine, self._playwright)
            self._own[engine] = is_playwrights_own(program, engine, self._playwright)
        return self._own[engine]

    def browser(self, engine: Engine, *, scripts: bool = True) -> Browser:
        """The browser itself, started on first use."""
        if (engine, scripts) not in self._started:
            started = launch(engine, self._playwright, scripts=scripts)
            self._stack.callback(started.close)
            self._started[engine, scripts] = started
        return self._started[engine, scripts]


class OpenedInPlaywright:
    """A visitor in a browser that Playwright drives."""

    visitor: Visitor
    watch: Watch

    def __init__(self, context: BrowserContext, way: Way, url: str, *, by_hand: bool) -> None:
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self._context = context
        self._traced = way.engine is CHROMIUM
        if self._traced:
            context.tracing.start(snapshots=True)
        self.watch = PlaywrightWatch(context, url)
        page = context.new_page()
        if way.engine is CHROMIUM:
            self.visitor = ChromiumVisitor(page, url, scripts=way.scripts)
        else:
            self.visitor = Visitor(PlaywrightWindow(page, by_hand=by_hand), url, scripts=way.scripts)

    def close(self, evidence: Path | None) -> None:
        """End it; on a failure leave a picture of every window, and in Chromium a trace."""
        if evidence is not None:
            for number, page in enumerate(self._context.pages):
                with suppress(Error):
                    page.screenshot(path=evidence / f"{number}.png", full_page=True, caret="initial")
        if self._traced:
            self._context.tracing.stop(path=evidence / "trace.zip" if evidence else None)
        self._context.close()


@contextmanager
def engines() -> Iterator[Engines]:
    """The browsers of this process, started when they are needed."""
    with sync_playwright() as playwright, ExitStack() as stack:
        yield Engines(stack, playwright)


def _an_address() -> str:
    """Another one for every browser, as it is outside: the limits of an address are not what is tested here."""
    number = next(_addresses)
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
