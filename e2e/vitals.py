"""What a customer feels at each step: how soon it shows, whether it jumps, how soon a press is answered."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page

from e2e.pages import ChromiumVisitor

OBSERVE: Final = """
window.vitals = {jumps: 0, press: 0};
window.largestPaint = 0;
const observe = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each))
  .observe({type, buffered: true, durationThreshold: 16});
observe("layout-shift", (shift) => { if (!shift.hadRecentInput) vitals.jumps += shift.value; });
observe("largest-contentful-paint", (paint) => { window.largestPaint = paint.startTime; });
observe("event", (event) => { if (event.interactionId) vitals.press = Math.max(vitals.press, event.duration); });
"""
TAKE: Final = "() => { const seen = window.vitals; window.vitals = {jumps: 0, press: 0}; return seen; }"
# Lighthouse's slow 4G and mid-range phone, applied instead of simulated: its delays are of a request, not of a packet.
SLOW_4G: Final[dict[str, Any]] = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1474.56 * 1024 / 8,
    "uploadThroughput": 675 * 1024 / 8,
}
SLOWER_CPU: Final = 4
KEY_MS: Final = 100
SETTLED_MS: Final = 300


@dataclass(frozen=True, slots=True)
class Felt:
    """Layout shift (CLS) and the slowest answer to a press or a key (INP, milliseconds) until a step stood there."""

    step: str
    cls: float
    inp_ms: float


class Typist(ChromiumVisitor):
    """Somebody who types key by key, as the browser's own measure of an answer needs."""

    def fill(self, label: str, text: str) -> None:
        """Tap the field, so that it is in sight as a paint needs it, and type over what stands there."""
        self.field(label).click()
        self.field(label).clear()
        self.field(label).press_sequentially(text, delay=KEY_MS)


def slow_down(page: Page) -> None:
    """A slow line and a slow phone for this page."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    _slow_phone(page)


def _slow_phone(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})


def watch(context: BrowserContext) -> None:
    """Measure in every page of this browser from now on."""
    context.add_init_script(OBSERVE)


def largest_paint_ms(page: Page, url: str) -> int:
    """How long after the address was typed the largest thing stood on a slow phone (LCP, milliseconds)."""
    _slow_phone(page)
    page.goto(url)
    page.wait_for_timeout(SETTLED_MS)
    painted: float = page.evaluate("largestPaint")
    return round(painted)


def felt(page: Page, step: str) -> Felt:
    """What was felt since it was asked last."""
    page.wait_for_timeout(SETTLED_MS)
    seen = page.evaluate(TAKE)
    return Felt(step, round(seen["jumps"], 4), seen["press"])
