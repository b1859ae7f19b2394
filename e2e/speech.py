"""What a screen reader would say by itself: what changes in a live region, and what the focus moves to."""

from typing import Final

from e2e.pages import ChromiumVisitor

LISTEN: Final = """(() => {
  const LIVE = "[role=status], [role=alert], [aria-live]";
  const flat = (one) => one.textContent.trim().replace(/\\s+/g, " ");
  window.spoken = [];
  new MutationObserver((records) => {
    const changed = records.flatMap(({target, addedNodes}) => [target, ...addedNodes])
      .map((node) => node.parentElement ?? node);
    const regions = changed.flatMap((one) => [one.closest?.(LIVE), ...(one.querySelectorAll?.("[role=alert]") ?? [])]);
    const fresh = new Set(records.flatMap(({addedNodes}) => [...addedNodes]));
    for (const region of new Set(regions.filter(Boolean))) {
      const isNew = region.matches("[role=alert]") && [...fresh].some((node) => node.contains?.(region));
      const isLive = records.some(({target}) => region.contains(target));
      if (flat(region) && (isNew || isLive)) window.spoken.push(flat(region));
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
  document.addEventListener("focusin", ({target}) => {
    const label = target.labels?.[0] ?? document.getElementById(target.getAttribute("aria-labelledby")) ?? target;
    window.spoken.push(`→ ${flat(label)}`);
  });
})()"""
BUSY: Final = "Un momento…"


class Ear:
    """Hears what one window says from now on; `moves` are the places that the focus went to, marked with an arrow."""

    def __init__(self, visitor: ChromiumVisitor) -> None:
        self._page = visitor.page
        visitor.page.add_init_script(LISTEN)

    def heard(self) -> list[str]:
        """Everything since it was asked last; that the bank takes its time is told only on a slow machine."""
        said = self._page.evaluate("() => window.spoken.splice(0)")
        return [words for words in said if words != BUSY]

    def everything(self) -> list[str]:
        """The same with what is said of the bank's taking its time."""
        return list(self._page.evaluate("() => window.spoken.splice(0)"))
