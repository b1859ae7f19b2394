"""What a machine can tell about accessibility: every look at one page, and all that was wrong with all pages.

The page is reached once; the looks change the window around it: sizes, light and dark, the system's own colours,
somebody's own distances between letters and lines.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from e2e.pages import ChromiumVisitor
from e2e.windows import Window

TAGS: Final = ("wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag21aaa", "wcag22aa", "best-practice")
SEE: Final = f"""async names => {{
  const looks = {Path(__file__).with_name("looks.js").read_text().strip()}, found = [];
  for (const name of names) found.push(...await looks[name]());
  return found;
}}"""

DESK: Final = ViewportSize(width=1280, height=800)
PHONE: Final = ViewportSize(width=320, height=640)
ZOOMED: Final = ViewportSize(width=320, height=256)  # 1280 × 1024 at 400 %
LANDSCAPE: Final = ViewportSize(width=640, height=320)

# Every rule of the tags, those too that axe-core leaves out unless asked.
RUN_AXE: Final = """async tags => {
  const values = axe.getRules(tags).map(rule => rule.ruleId);
  const {violations} = await axe.run({runOnly: {type: "rule", values}, resultTypes: ["violations"]});
  return violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.target.join(" ")).join(", ")}`);
}"""
# WCAG 1.4.12; a sheet of the page's own making needs no leave of its policy.
SPACING: Final = """wide => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = wide ? [sheet] : [];
}"""
Scheme = Literal["light", "dark"]


def axe(window: Window) -> list[str]:
    """The rules of axe-core that the page breaks, in any engine."""
    if not window.run("() => 'axe' in window"):
        window.run(f"() => {{ {AXE_SCRIPT} }}")
    return [str(fault) for fault in window.run(RUN_AXE, TAGS)]


@dataclass(frozen=True, slots=True)
class Around:
    """What a page stands in: a window's size, what the system says of colours, somebody's own distances."""

    size: ViewportSize
    scheme: Scheme = "light"
    forced: bool = False
    spaced: bool = False


# The window, the looks of `looks.js` through it, and whether axe-core runs.
WAYS: Final[dict[str, tuple[Around, tuple[str, ...]]]] = {
    "at a desk": (Around(DESK), ("structure", "contrast", "targets", "room", "focus", "motion")),
    "at a desk, spaced": (Around(DESK, spaced=True), ("room",)),
    "on a phone, dark": (Around(PHONE, "dark"), ("contrast", "targets", "room", "focus", "motion")),
    "on a phone, dark, spaced": (Around(PHONE, "dark", spaced=True), ("targets", "room")),
    "at 400 %": (Around(ZOOMED), ("room", "focus")),
    "on a phone held sideways": (Around(LANDSCAPE), ("room", "focus")),
    "in the system's light colours": (Around(PHONE, forced=True), ("forced", "focus")),
    "in the system's dark colours": (Around(DESK, "dark", forced=True), ("forced", "focus")),
}
WITH_AXE: Final = ("at a desk", "on a phone, dark")


class Audit:
    """Looks at one page after another and remembers what was wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, visitor: ChromiumVisitor, name: str) -> None:
        """Look in every way at the page that a visitor sees now, and leave the window as it was."""
        before = visitor.page.viewport_size or DESK
        for how, (around, looks) in WAYS.items():
            _surround(visitor.page, around)
            faults = [str(fault) for fault in visitor.page.evaluate(SEE, looks)]
            faults += axe(visitor.window) if how in WITH_AXE else []
            self.found += [f"{name}, {how}: {fault}" for fault in faults]
        _surround(visitor.page, Around(before))


def _surround(page: Page, around: Around) -> None:
    page.emulate_media(
        color_scheme=around.scheme, reduced_motion="reduce", forced_colors="active" if around.forced else "none"
    )
    page.set_viewport_size(around.size)
    page.evaluate(SPACING, around.spaced)
