"""How each engine is looked at: pictures in every view it can give, the tree, role and name of what has the focus.

What an engine cannot be asked for is in `missing`, with the reason.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from playwright.sync_api import CDPSession, Page, ViewportSize

from e2e.audit import DESK, PHONE, ZOOMED, Scheme
from e2e.browsers import CHROMIUM, FIREFOX, WEBKIT, Engine
from e2e.dossier import tree
from e2e.pages import ChromiumVisitor, Visitor
from e2e.webkitgtk import WebDriverWindow

SMARTPHONE: Final = ViewportSize(width=360, height=740)
TIMES: Final = 4
NARROWEST_PX: Final = 334
HEIGHT: Final = "() => document.documentElement.scrollHeight"
TO_THE_TOP: Final = "() => scrollTo(0, 0)"  # what sticks to the window stands where it does at first
DRAWN: Final = "() => new Promise(drawn => setTimeout(drawn, 300))"
TO_THE_FOCUS: Final = "() => document.activeElement?.scrollIntoView({block: 'nearest'})"
AT_THE_START: Final = "takes it from preferences when it starts, and from no command afterwards"


class Lens(Protocol):
    """One engine at one window."""

    missing: dict[str, str]
    names_by: str
    tree_by: str

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Each view with a PNG of it; the window is as before when all are taken."""

    def tree(self) -> str:
        """The accessibility tree, indented; empty where it cannot be had."""

    def focused(self) -> tuple[str, str] | None:
        """Role and name of what has the focus; None where the page itself must be asked."""


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is taken; `whole`: the page from its top to its end."""

    name: str
    size: ViewportSize
    scheme: Scheme = "light"
    forced: bool = False
    whole: bool = True


VIEWS: Final = (
    View("narrow", PHONE),
    View("dark", SMARTPHONE, scheme="dark"),
    View("forced colours", DESK, forced=True),
    View("400 %", ZOOMED, whole=False),
    View("wide", DESK),
)


class PlaywrightLens:
    """Firefox, and what Chromium has in common with it."""

    names_by = "as axe-core reckons them"
    tree_by = "as Playwright reckons it from the document"

    def __init__(self, page: Page) -> None:
        self.missing = {"dark": f"Firefox {AT_THE_START}", "forced colours": f"Firefox {AT_THE_START}"}
        self._page = page

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Each view with a PNG of it."""
        for view in VIEWS:
            if view.name not in self.missing:
                yield view.name, self._take(view)
        self._surround(View("", DESK))

    def tree(self) -> str:
        """The tree under the body."""
        return self._page.locator("body").aria_snapshot()

    def focused(self) -> tuple[str, str] | None:
        """The page itself must be asked."""
        return None

    def _take(self, view: View) -> bytes:
        self._surround(view)
        if not view.whole:
            self._page.evaluate(TO_THE_FOCUS)
            return self._page.screenshot()
        self._page.evaluate(TO_THE_TOP)
        return self._page.screenshot(full_page=True)

    def _surround(self, view: View) -> None:
        self._page.set_viewport_size(view.size)


class ChromiumLens(PlaywrightLens):
    """Chromium, which tells through its debugging protocol what it gives to a screen reader."""

    names_by = "as Chromium gives them to a screen reader"
    tree_by = "as Chromium gives it to a screen reader"

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.missing = {}
        self._session: CDPSession = page.context.new_cdp_session(page)

    def tree(self) -> str:
        """The whole tree."""
        return tree.drawn(self._session.send("Accessibility.getFullAXTree")["nodes"])

    def focused(self) -> tuple[str, str] | None:
        """As a screen reader is told."""
        one = self._session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        asked = {"objectId": one, "fetchRelatives": False}
        node = self._session.send("Accessibility.getPartialAXTree", asked)["nodes"][0]
        return tree.value(node, "role"), tree.value(node, "name")

    def _take(self, view: View) -> bytes:
        if view.whole:
            return super()._take(view)
        self._surround(view)
        magnifier = self._page.context.new_cdp_session(self._page)
        magnifier.send("Emulation.setDeviceMetricsOverride", _magnified(view.size))
        self._page.evaluate(TO_THE_FOCUS)
        taken = magnifier.send("Page.captureScreenshot", {"format": "png"})["data"]
        magnifier.detach()
        return base64.b64decode(taken)

    def _surround(self, view: View) -> None:
        self._page.emulate_media(
            color_scheme=view.scheme, forced_colors="active" if view.forced else "none", reduced_motion="reduce"
        )
        super()._surround(view)


class WebKitLens:
    """WebKitGTK over WebDriver, which draws what is in the window: so the window becomes as high as the page."""

    names_by = "as WebKitGTK gives them to WebDriver"
    tree_by = ""

    def __init__(self, window: WebDriverWindow) -> None:
        self._window = window
        self.missing = {
            "dark": "WebKitGTK takes it from the desktop's theme; WebDriver has no command for it",
            "forced colours": "WebKitGTK knows no colours of the system's choice",
            "320 px, 400 %": f"its window is never narrower than {NARROWEST_PX} px, which stands under narrow",
            "tree": "WebDriver tells roles and names one element at a time; those of the focus are above",
        }

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Narrow and wide."""
        for name, size in (("narrow", PHONE), ("wide", DESK)):
            self._window.resize(size["width"], size["height"])
            self._window.resize(size["width"], max(size["height"], int(self._window.run(HEIGHT))))
            self._window.run(TO_THE_TOP)
            self._window.run(DRAWN)
            yield name, self._window.picture()
        self._window.resize(DESK["width"], DESK["height"])

    def tree(self) -> str:
        """It cannot be had."""
        return ""

    def focused(self) -> tuple[str, str] | None:
        """As WebDriver is told."""
        return self._window.focused()


def lens_for(engine: Engine, visitor: Visitor) -> Lens:
    """How this visitor's engine is looked at."""
    if isinstance(visitor, ChromiumVisitor):
        return {CHROMIUM: ChromiumLens, FIREFOX: PlaywrightLens, WEBKIT: PlaywrightLens}[engine](visitor.page)
    assert isinstance(visitor.window, WebDriverWindow)
    return WebKitLens(visitor.window)


def _magnified(size: ViewportSize) -> dict[str, Any]:
    return {**size, "deviceScaleFactor": TIMES, "mobile": False}
