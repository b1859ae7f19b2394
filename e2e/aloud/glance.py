"""Looks at a page without touching it.

Playwright's locators put listeners for clicks on every window they look into, and for these Chromium tells screen
readers that each heading can be pressed; plain scripts do not.
"""

from typing import Final

from e2e.windows import LOOK, PlaywrightWindow, Sight, Target

ROLES: Final = {"group": "fieldset, [role=group]", "main": "main"}
FIND: Final = f"""(chain) => {{
  const flat = (one) => one?.textContent.trim().replace(/\\s+/g, " ") ?? "";
  const named = (one) => one.querySelector("legend") ?? document.getElementById(one.getAttribute("aria-labelledby"));
  const found = chain.reduce((around, {{css, name}}) => around
    .flatMap((one) => [...one.querySelectorAll(css)])
    .filter((one) => !name || flat(named(one)) === name), [document]);
  return ({LOOK})(found);
}}"""


class Glance(PlaywrightWindow):
    """A window of which only selectors, `main` and named groups are asked, by a plain script."""

    def look(self, target: Target) -> list[Sight]:
        """How the things look that are there now."""
        chain: list[dict[str, str]] = []
        asked: Target | None = target
        while asked:
            chain.insert(0, {"css": asked.css or ROLES[asked.role], "name": asked.name})
            asked = asked.within
        return [Sight(**seen) for seen in self.run(FIND, chain)]
