"""What a window of any browser can do: find things by role and accessible name, say how they look, act on them.

Two ways of driving one: Playwright (Chromium, Firefox, its own WebKit) and WebDriver (WebKitGTK). Nothing here
waits to see something: it says what is there now, and `e2e.pages` asks again.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from playwright.sync_api import Error, Locator, Page

LOOK: Final = """things => things.map(thing => ({
  text: thing.innerText ?? "",
  value: thing.value ?? "",
  kind: thing.type ?? "",
  step: thing.dataset.step ?? "",
  visible: thing.checkVisibility({visibilityProperty: true}),
  checked: thing.checked === true,
  focused: thing === document.activeElement,
  invalid: thing.getAttribute("aria-invalid") === "true",
  described: (thing.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
    .map(id => document.getElementById(id)?.textContent ?? "").join(" "),
}))"""
STATE: Final = "() => [document.readyState, performance.timeOrigin, document.title]"
VALUES: Final = "() => [...document.querySelectorAll('input')].map(field => field.value)"
SELECT: Final = """(field, label) => {
  [...field.options].find(option => option.text === label).selected = true;
}"""


class Moving(Exception):
    """The page went away while it was looked at: ask again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Things of a page: of a role or of a selector, with this name or with any; or the field with this label."""

    role: str = ""
    name: str = ""
    label: str = ""
    css: str = ""
    within: "Target | None" = None


@dataclass(frozen=True, slots=True)
class Sight:
    """How one thing looks: what can be read on it, what is filled in, and what a screen reader adds."""

    text: str
    value: str
    kind: str
    step: str
    visible: bool
    checked: bool
    focused: bool
    invalid: bool
    described: str


@dataclass(frozen=True, slots=True)
class State:
    """How far the document has come, when it was born (no two are alike), and its title."""

    come: str
    born: float
    title: str


class Window(Protocol):
    """One window. Every method raises `Moving` while a page goes and another comes."""

    @property
    def address(self) -> str:
        """What stands in the address bar."""

    @property
    def html(self) -> str:
        """The document as it is now."""

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """What the browser keeps for this page, in the words of WebDriver."""

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function in JavaScript answers, whatever the page itself may run."""

    def go(self, address: str) -> None:
        """Load an address."""

    def reload(self) -> None:
        """Load it again."""

    def back(self) -> None:
        """Back in the history."""

    def look(self, target: Target) -> list[Sight]:
        """How the things look that are there now."""

    def click(self, target: Target, times: int = 1) -> None:
        """Click the first one."""

    def write(self, target: Target, text: str) -> None:
        """Put text into a field in place of what is there."""

    def type(self, target: Target, text: str) -> None:
        """Type text into a field, key by key."""

    def select(self, target: Target, label: str) -> None:
        """Choose the option with this label from a list."""

    def press_enter(self) -> None:
        """Press Enter wherever the focus is."""

    def press_key(self, name: str) -> None:
        """Press a key, such as `Tab` or `Shift+Tab`, wherever the focus is."""

    def another(self) -> "Window":
        """A second window of the same browser."""


class PlaywrightWindow:
    """A window that Playwright drives.

    `by_hand`: in Debian's Firefox without scripts whatever Playwright waits for inside the page never comes, so it is
    asked for nothing but clicks and keys.
    """

    def __init__(self, page: Page, *, by_hand: bool = False) -> None:
        self.page = page
        self._by_hand = by_hand

    @property
    def address(self) -> str:
        """What stands in the address bar."""
        return self.page.url

    @property
    def html(self) -> str:
        """The document as it is now."""
        try:
            return self.page.content()
        except Error as problem:
            raise Moving from problem

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """What the browser keeps for this page, in the words of WebDriver."""
        return [dict(cookie) for cookie in self.page.context.cookies(self.page.url)]

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function in JavaScript answers."""
        try:
            return self.page.evaluate(f"arguments => ({script})(...arguments)", list(arguments))
        except Error as problem:
            raise Moving(str(problem)) from problem

    def go(self, address: str) -> None:
        """Load an address."""
        self.page.goto(address)

    def reload(self) -> None:
        """Load it again."""
        self.page.reload()

    def back(self) -> None:
        """Back in the history."""
        self.page.go_back()

    def look(self, target: Target) -> list[Sight]:
        """How the things look that are there now."""
        try:
            return [Sight(**seen) for seen in locate(self.page, target).evaluate_all(LOOK)]
        except Error as problem:
            raise Moving(str(problem)) from problem

    def click(self, target: Target, times: int = 1) -> None:
        """Click the first one."""
        locate(self.page, target).first.click(click_count=times, force=self._by_hand)

    def write(self, target: Target, text: str) -> None:
        """Put text into a field in place of what is there."""
        field = locate(self.page, target)
        if not self._by_hand:
            field.fill(text)
            return
        field.evaluate("field => field.select()")
        field.press("Delete")
        field.press_sequentially(text)

    def type(self, target: Target, text: str) -> None:
        """Type text into a field, key by key."""
        locate(self.page, target).press_sequentially(text)

    def select(self, target: Target, label: str) -> None:
        """Choose the option with this label from a list."""
        if self._by_hand:
            locate(self.page, target).evaluate(SELECT, label)
        else:
            locate(self.page, target).select_option(label=label)

    def press_enter(self) -> None:
        """Press Enter wherever the focus is."""
        self.page.keyboard.press("Enter")

    def press_key(self, name: str) -> None:
        """Press a key wherever the focus is."""
        self.page.keyboard.press(name)

    def another(self) -> "PlaywrightWindow":
        """A second window of the same browser."""
        return PlaywrightWindow(self.page.context.new_page(), by_hand=self._by_hand)


def locate(page: Page, target: Target) -> Locator:
    """The same things, as Playwright has them."""
    around: Page | Locator = locate(page, target.within) if target.within else page
    if target.label:
        return around.get_by_label(target.label, exact=True)
    if target.css:
        found = around.locator(target.css)
        return found.filter(has_text=re.compile(rf"^\s*{re.escape(target.name)}\s*$")) if target.name else found
    return around.get_by_role(cast(Any, target.role), name=target.name or None, exact=True)
