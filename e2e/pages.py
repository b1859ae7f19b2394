"""One small vocabulary for somebody at a browser: everything is found by role and accessible name.

Nothing here is of one engine, and nothing needs JavaScript in the page.
"""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import BrowserContext, Locator, Page

from e2e.waiting import until
from e2e.windows import STATE, VALUES, Moving, PlaywrightWindow, Sight, State, Target, Window, locate

CORRECT: Final = "Hay algo por corregir"
PATIENCE_SECONDS: Final = 15
MAIN: Final = Target(role="main")
HEADING: Final = Target(css="h1")
SUMMARY: Final = Target(role="group", name=CORRECT)
STEP: Final = Target(css="[data-step]")
UNDER_WAY: Final = Target(css=".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, [aria-busy=true]")


def button(name: str) -> Target:
    """The button with this name."""
    return Target(role="button", name=name)


def link(name: str) -> Target:
    """The link with this name."""
    return Target(role="link", name=name)


def group(name: str) -> Target:
    """The group, such as a question, with this name."""
    return Target(role="group", name=name)


def option(question: str, name: str) -> Target:
    """One of a group of radio buttons."""
    return Target(role="radio", name=name, within=group(question))


def field(name: str) -> Target:
    """The field with this label."""
    return Target(label=name)


def _flat(words: str) -> str:
    return " ".join(words.split()).casefold()


class Visitor:
    """Somebody at one window of a browser, with or without scripts."""

    def __init__(self, window: Window, url: str, *, scripts: bool) -> None:
        self.window = window
        self.url = url
        self.scripts = scripts

    def another_tab(self) -> "Visitor":
        """A second window of the same browser."""
        return Visitor(self.window.another(), self.url, scripts=self.scripts)

    # --- doing -----------------------------------------------------------------------------------------------

    def go(self, address: str) -> None:
        """Type an address, whole or beginning at the bank's."""
        self.window.go(address if "://" in address else self.url + address)

    def reload(self) -> None:
        """Load the recovery's page anew, as F5 does where nothing was posted."""
        self.go("/personas/clave")

    def refresh(self) -> None:
        """Press F5."""
        self.window.reload()

    def go_back(self) -> None:
        """Press the browser's button to go back."""
        self.window.back()

    def fill(self, label: str, text: str) -> None:
        """Put text into a field."""
        self.window.write(field(label), text)

    def type(self, label: str, text: str) -> None:
        """Type text into a field, key by key."""
        self.window.type(field(label), text)

    def enter(self) -> None:
        """Press Enter where the focus is."""
        self.window.press_enter()

    def choose(self, label: str, chosen: str) -> None:
        """Choose from a list."""
        self.window.select(field(label), chosen)

    def pick(self, question: str, picked: str) -> None:
        """Pick one of a group of radio buttons."""
        self.window.click(option(question, picked))
        self.sees_picked(question, picked)

    def tick(self, label: str) -> None:
        """Tick a box, or take the tick away."""
        self.window.click(field(label))

    def press(self, name: str, times: int = 1) -> None:
        """Press a button and wait, as people do, while the page is busy."""
        if self.scripts:
            self.window.click(button(name), times)
            self.at_rest()
        else:
            self._leave_by(button(name), times)

    def follow(self, name: str) -> None:
        """Follow a link of the page to another."""
        self._leave_by(link(name))

    def follow_error(self, about: str) -> None:
        """Follow the link in the summary that speaks of this."""
        (named,) = (error for error in self._errors() if about in error)
        self.window.click(link(named))

    def open(self, question: str) -> None:
        """Open what is folded behind a question."""
        self.window.click(Target(css="summary", name=question))

    def _leave_by(self, target: Target, times: int = 1) -> None:
        """Click, and wait until another document, or another place in this one, is there."""
        left = self._place
        self.window.click(target, times)
        self.until(lambda: self._place != left, f"for another page after {target}")
        self.at_rest()

    @property
    def _place(self) -> tuple[float, str]:
        return self.state.born, self.window.address

    # --- finding ---------------------------------------------------------------------------------------------

    def look(self, target: Target) -> list[Sight]:
        """How these things look; asked again while the page is moving."""
        seen: list[Sight] = []

        def looked() -> bool:
            seen[:] = self.window.look(target)
            return True

        self.until(looked, f"to look at {target}")
        return seen

    @property
    def step(self) -> str | None:
        """The step that the page shows, if it shows one."""
        return next((seen.step for seen in self.look(STEP)), None)

    @property
    def headline(self) -> str:
        """What the one heading of the first level says."""
        (seen,) = self.look(HEADING)
        return seen.text

    @property
    def words(self) -> str:
        """Everything that can be read in the page, without the bank's frame around it."""
        (seen,) = self.look(MAIN)
        return seen.text

    @property
    def state(self) -> State:
        """How far the document has come."""
        return State(*self.window.run(STATE))

    def _errors(self) -> list[str]:
        return [seen.text for seen in self.look(Target(css="a", within=SUMMARY))]

    # --- seeing ----------------------------------------------------------------------------------------------

    def until(self, seen: Callable[[], object], what: str) -> None:
        """Wait until it is so, as long as people are patient."""

        def asked() -> object:
            try:
                return seen()
            except Moving:
                return False

        until(asked, PATIENCE_SECONDS, lambda: f"waited in vain {what}; the page: {self._told()}")

    def _told(self) -> str:
        try:
            return f"{self.window.address}\n{[seen.text for seen in self.window.look(Target(css='body'))]}"
        except Moving:
            return "none"

    def _all(self, target: Target, so: Callable[[Sight], object]) -> Callable[[], bool]:
        def asked() -> bool:
            seen = self.window.look(target)
            return bool(seen) and all(map(so, seen))

        return asked

    def stands_at(self, step: str) -> None:
        """The page shows this step and has come to rest."""
        self.until(self._all(STEP, lambda seen: seen.step == step), f"for the step {step}")
        self.at_rest()

    def at_rest(self) -> None:
        """The document has come whole, and nothing is being asked of the server or swapped."""
        self.until(
            lambda: self.state.come == "complete" and not self.window.look(UNDER_WAY), "for the page to come to rest"
        )

    def is_at(self, path: str) -> None:
        """The address bar shows this address of the bank's."""
        self.until(lambda: self.window.address == self.url + path, f"to be at {path}")

    def has_title(self, title: str) -> None:
        """The window's title is this."""
        self.until(lambda: self.state.title == title, f"for the title {title}")

    def sees(self, words: str) -> None:
        """These words can be read."""
        self.until(lambda: self.reads(words), f"to read «{words}»")

    def sees_no_more(self, words: str) -> None:
        """These words can no longer be read."""
        self.until(lambda: not self.reads(words), f"no longer to read «{words}»")

    def reads(self, words: str) -> bool:
        """Whether these words can be read now."""
        return any(_flat(words) in _flat(seen.text) for seen in self.window.look(MAIN))

    def sees_heading(self, words: str) -> None:
        """The heading says this."""
        self.until(self._all(HEADING, lambda seen: words in seen.text), f"for the heading «{words}»")

    def sees_error(self, words: str, label: str | None = None) -> None:
        """The summary says this, and the field, if one is to blame, says so too."""
        self.until(self._all(SUMMARY, lambda seen: _flat(words) in _flat(seen.text)), f"for the error «{words}»")
        if label is not None:
            blamed = self._all(field(label), lambda seen: seen.invalid and words in seen.described)
            self.until(blamed, f"for {label} to say «{words}»")

    def sees_errors_about(self, *about: str) -> None:
        """The summary has a link for each of these and no other."""
        self.until(lambda: len(self._errors()) == len(about), f"for {len(about)} errors")
        assert all(any(one in error for error in self._errors()) for one in about)

    def sees_focus_on(self, target: Target) -> None:
        """The focus is on the first of these."""
        self.until(lambda: [seen.focused for seen in self.window.look(target)][:1] == [True], f"focus on {target}")

    def sees_filled(self, label: str, value: str) -> None:
        """The field holds this."""
        self.until(self._all(field(label), lambda seen: seen.value == value), f"for «{value}» in {label}")

    def sees_kind(self, label: str, kind: str) -> None:
        """The field is of this kind, such as `password`."""
        self.until(self._all(field(label), lambda seen: seen.kind == kind), f"for {label} to be of kind {kind}")

    def sees_picked(self, question: str, name: str) -> None:
        """This radio button is the one that is picked."""
        self.until(self._all(option(question, name), lambda seen: seen.checked), f"for {name} to be picked")

    def sees_help(self) -> None:
        """The line, its numbers and the branches are named where the customer reads."""
        for words in ("Línea Amigo", "601 555 0142", "oficina"):
            self.sees(words)

    def sees_help_on_request(self, question: str) -> None:
        """Behind this question there is another way."""
        self.open(question)
        self.sees_help()

    def sees_nothing_of(self, secret: str) -> None:
        """It stands neither in the document nor in a field of it."""
        assert secret not in self.window.html
        assert not [value for value in self.window.run(VALUES) if secret in value]


class ChromiumVisitor(Visitor):
    """Somebody at a window of Chromium, for tests that need Playwright's power over it."""

    def __init__(self, page: Page, url: str, *, scripts: bool) -> None:
        super().__init__(PlaywrightWindow(page), url, scripts=scripts)
        self.page = page

    @property
    def context(self) -> BrowserContext:
        """The browser: what all its windows share."""
        return self.page.context

    def another_tab(self) -> "ChromiumVisitor":
        """A second window of the same browser."""
        return ChromiumVisitor(self.context.new_page(), self.url, scripts=self.scripts)

    def field(self, name: str) -> Locator:
        """The field with this label."""
        return locate(self.page, field(name))

    def button(self, name: str) -> Locator:
        """The button with this name."""
        return locate(self.page, button(name))

    def link(self, name: str) -> Locator:
        """The link with this name."""
        return locate(self.page, link(name))

    def group(self, name: str) -> Locator:
        """The group, such as a question or the summary of errors, with this name."""
        return locate(self.page, group(name))

    def option(self, question: str, name: str) -> Locator:
        """One of a group of radio buttons."""
        return locate(self.page, option(question, name))

    @property
    def heading(self) -> Locator:
        """The one heading of the first level."""
        return locate(self.page, HEADING)

    @property
    def summary(self) -> Locator:
        """The summary of what is wrong."""
        return locate(self.page, SUMMARY)

    @property
    def main(self) -> Locator:
        """What the page is about, without the bank's frame around it."""
        return locate(self.page, MAIN)
