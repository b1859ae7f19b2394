"""A browser that is too old, or that a file did not reach, has the plain forms, and never half a script."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Route, expect

from app.settings import ROOT
from e2e.bank import Bank
from e2e.conftest import VisitChromium, Watches
from e2e.journey import identify, recover
from e2e.pages import ChromiumVisitor

RECOMMENDED: Final = "Chrome, Safari o Firefox"
MODERN: Final = "color: color-mix(in srgb, red, red)"
MISSING: Final = {
    "fetch": "delete window.fetch",
    "AbortController": "delete window.AbortController",
    "colours": 'CSS.supports = (...asked) => !asked.join(": ").includes("color-mix")',
    "CSS.supports": "delete window.CSS",
}


def take_from(visitor: ChromiumVisitor, file: str) -> None:
    """A file of this name never reaches the browser."""
    visitor.context.route(f"**/{file}", lambda route: route.abort())


def rewrite(visitor: ChromiumVisitor, file: str, old: str, new: str) -> None:
    """The file reaches the browser as an old one would understand it."""

    def changed(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert old in text
        route.fulfill(response=answer, body=text.replace(old, new))

    visitor.context.route(f"**/{file}", changed)


@pytest.fixture
def by_hand(visit_chromium: VisitChromium, watches: Watches) -> Iterator[ChromiumVisitor]:
    """Somebody whose browser has scripts, but runs none of ours: it sends every form itself."""
    visitor = visit_chromium()
    visitor.scripts = False
    watch = watches[visitor]
    watch.network_fails = True
    yield visitor
    assert watch.posts("/personas/clave")
    assert all("hx-request" not in request.headers for request in watch.sent)
    watch.troubles[:] = [trouble for trouble in watch.troubles if not trouble.startswith("script error")]


@pytest.mark.parametrize("missing", list(MISSING))
def test_a_browser_without_a_needed_feature_sends_plain_forms(
    by_hand: ChromiumVisitor, bank: Bank, missing: str
) -> None:
    by_hand.context.add_init_script(MISSING[missing])
    identify(by_hand, bank.new_customer())


def test_a_script_that_an_old_browser_cannot_read_does_nothing(by_hand: ChromiumVisitor, bank: Bank) -> None:
    rewrite(by_hand, "app.js", "??=", "?%=")
    identify(by_hand, bank.new_customer())


def test_without_the_script_the_whole_way_is_open(by_hand: ChromiumVisitor, bank: Bank) -> None:
    take_from(by_hand, "app.js")
    recover(by_hand, bank.new_customer(), bank)


def test_without_the_stylesheet_the_whole_way_is_open(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    visitor = visit_chromium()
    watches[visitor].network_fails = True
    take_from(visitor, "style.css")
    recover(visitor, bank.new_customer(), bank)
    expect(visitor.page.get_by_text(RECOMMENDED)).to_be_visible()


def test_an_old_browser_reads_which_ones_the_bank_recommends(
    visit_chromium: VisitChromium, scripts_in_chromium: bool
) -> None:
    visitor = visit_chromium(scripts=scripts_in_chromium)
    rewrite(visitor, "style.css", f"@supports ({MODERN})", "@supports (display: nonsense)")
    visitor.go("/personas/clave")
    expect(visitor.page.get_by_text(RECOMMENDED)).to_be_visible()


def test_a_present_browser_is_told_nothing(visit_chromium: VisitChromium, scripts_in_chromium: bool) -> None:
    visitor = visit_chromium(scripts=scripts_in_chromium)
    visitor.go("/personas/clave")
    expect(visitor.page.get_by_text(RECOMMENDED)).to_have_count(1)
    expect(visitor.page.get_by_text(RECOMMENDED)).to_be_hidden()
    assert RECOMMENDED not in visitor.page.locator("body").aria_snapshot()


def test_script_and_stylesheet_draw_the_same_line() -> None:
    name, value = MODERN.split(": ")
    assert f'CSS.supports("{name}", "{value}")' in (ROOT / "static/modern.js").read_text()
    assert f"@supports ({MODERN})" in (ROOT / "static/style.css").read_text()
