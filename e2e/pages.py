"""One small vocabulary for somebody at a browser: everything is found by role and accessible name.

Nothing here is of one engine, and nothing needs JavaScript.
"""

import re
from typing import Final

from playwright.sync_api import BrowserContext, Locator, Page, expect

CORRECT: Final = "Hay algo por corregir"
UNDER_WAY: Final = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, [aria-busy=true]"


class Visitor:
    """Somebody at one window of a browser, with or without scripts."""

    def __init__(self, page: Page, url: str, *, scripts: bool) -> None:
        self.page = page
        self.url = url
        self.scripts = scripts

    @property
    def context(self) -> BrowserContext:
        """The browser: what all its windows share."""
        return self.page.context

    def another_tab(self) -> "Visitor":
        """A second window of the same browser."""
        return Visitor(self.context.new_page(), self.url, scripts=self.scripts)

    # --- doing -----------------------------------------------------------------------------------------------

    def go(self, address: str) -> None:
        """Type an address, whole or beginning at the bank's."""
        self.page.goto(address if "://" in address else self.url + address)

    def reload(self) -> None:
        """Load the recovery's page anew, as F5 does where nothing was posted."""
        self.go("/personas/clave")

    def fill(self, field: str, text: str) -> None:
        """Put text into a field."""
        self.field(field).fill(text)

    def type(self, field: str, text: str) -> None:
        """Type text into a field, key by key."""
        self.field(field).press_sequentially(text)

    def choose(self, field: str, option: str) -> None:
        """Choose from a list."""
        self.field(field).select_option(label=option)

    def pick(self, group: str, option: str) -> None:
        """Pick one of a group of radio buttons."""
        self.option(group, option).check()

    def press(self, button: str) -> None:
        """Press a button and wait, as people do, while the page is busy."""
        self.button(button).click()
        self.at_rest()

    def follow(self, link: str) -> None:
        """Follow a link of the page."""
        self.link(link).click()

    # --- finding ---------------------------------------------------------------------------------------------

    def field(self, name: str) -> Locator:
        """The field with this label."""
        return self.page.get_by_label(name, exact=True)

    def button(self, name: str) -> Locator:
        """The button with this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """The link with this name."""
        return self.page.get_by_role("link", name=name, exact=True)

    def group(self, name: str) -> Locator:
        """The group, such as a question or the summary of errors, with this name."""
        return self.page.get_by_role("group", name=name, exact=True)

    def option(self, group: str, name: str) -> Locator:
        """One of a group of radio buttons."""
        return self.group(group).get_by_role("radio", name=name, exact=True)

    @property
    def heading(self) -> Locator:
        """The one heading of the first level."""
        return self.page.get_by_role("heading", level=1)

    @property
    def summary(self) -> Locator:
        """The summary of what is wrong."""
        return self.group(CORRECT)

    @property
    def main(self) -> Locator:
        """What the page is about, without the bank's frame around it."""
        return self.page.get_by_role("main")

    @property
    def step(self) -> str | None:
        """The step that the page shows, if it shows one."""
        shown = self.page.locator("[data-step]")
        return shown.get_attribute("data-step") if shown.count() else None

    # --- seeing ----------------------------------------------------------------------------------------------

    def stands_at(self, step: str) -> None:
        """The page shows this step and has come to rest."""
        expect(self.page.locator("[data-step]")).to_have_attribute("data-step", step)
        self.at_rest()

    def at_rest(self) -> None:
        """Nothing is being asked of the server or swapped."""
        expect(self.page.locator(UNDER_WAY)).to_have_count(0)

    def sees(self, words: str) -> None:
        """These words can be read."""
        expect(self.main.get_by_text(words).filter(visible=True).first).to_be_visible()

    def sees_heading(self, words: str) -> None:
        """The heading says this."""
        expect(self.heading).to_contain_text(words)

    def sees_error(self, words: str, field: str | None = None) -> None:
        """The summary says this, and the field, if one is to blame, says so too."""
        expect(self.summary).to_contain_text(words)
        if field is not None:
            expect(self.field(field)).to_have_attribute("aria-invalid", "true")
            expect(self.field(field)).to_have_accessible_description(re.compile(re.escape(words)))

    def sees_help(self) -> None:
        """The line, its numbers and the branches are named where the customer reads."""
        for words in ("Línea Amigo", "601 555 0142", "oficina"):
            self.sees(words)

    def sees_help_on_request(self, question: str) -> None:
        """Behind this question there is another way."""
        self.main.get_by_text(question, exact=True).click()
        self.sees_help()

    def sees_nothing_of(self, secret: str) -> None:
        """It stands neither in the document nor in a field of it."""
        assert secret not in self.page.content()
        for value in self.page.locator("input").evaluate_all("fields => fields.map(field => field.value)"):
            assert secret not in value
