"""What a machine can tell about accessibility: axe-core, reflow, targets and identifiers, in two looks of a page."""

from collections import Counter
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from e2e.pages import ChromiumVisitor

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPTIONS: Final[dict[str, Any]] = {
    "runOnly": list(TAGS),
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations"],
}
Scheme = Literal["light", "dark"]
LOOKS: Final[dict[Scheme, ViewportSize]] = {
    "light": {"width": 1280, "height": 800},
    "dark": {"width": 320, "height": 640},
}
SMALLEST_TARGET: Final = 44
TARGETS: Final = "button, select, summary, input:not([type=hidden], [type=radio], [type=checkbox], [readonly]), .button"
SIZES: Final = """elements => elements.filter(one => one.checkVisibility())
  .map(one => [one.textContent.trim() || one.name, one.getBoundingClientRect()])
  .map(([name, box]) => [name, Math.min(box.width, box.height)])"""
IDENTIFIERS: Final = "elements => elements.map(one => one.id)"
SIDEWAYS: Final = "root => root.scrollWidth - root.clientWidth"


def faults(visitor: ChromiumVisitor, scheme: Scheme) -> list[str]:
    """What is wrong with the page in one look."""
    page = visitor.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(LOOKS[scheme])
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    found = [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in violations]
    seen = Counter(page.locator("[id]").evaluate_all(IDENTIFIERS))
    found += [f"two elements are #{name}" for name, times in seen.items() if times > 1]
    sizes = page.locator(TARGETS).evaluate_all(SIZES)
    found += [f"{name} is a target of {size} px" for name, size in sizes if size < SMALLEST_TARGET]
    if page.locator("html").evaluate(SIDEWAYS) > 0:
        found.append("it scrolls sideways")
    if visitor.heading.count() != 1:
        found.append("there is not one heading of level 1")
    return found


class Audit:
    """Looks at one page after another and remembers what was wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, visitor: ChromiumVisitor, name: str) -> None:
        """Look at the page that a visitor sees now."""
        visitor.at_rest()
        for scheme in LOOKS:
            self.found += [f"{name}, {scheme}: {fault}" for fault in faults(visitor, scheme)]
