"""What axe-core cannot decide by itself, by its rules, and how each was decided here."""

from collections.abc import Iterable
from typing import Final

RESOLVED: Final = {
    "hidden-content": (
        "What is hidden here is looked at where it shows: the warning and the end of a pause and the end of the code's "
        "time as states of their own («contacts, a pause almost over», «contacts, a pause over», «code, its time "
        "over»), the recommendation of browsers in e2e/test_old_browsers.py."
    ),
    "color-contrast": (
        "The warning before the end of a pause hangs over other text, and axe-core does not follow that its paper "
        "hides all of it. Its contrast is that of ink on paper; e2e/looks.js reckons it from the page as it is drawn."
    ),
}
# A rule that stands here was decided for these alone.
ONLY_FOR: Final = {"color-contrast": {'div[data-idle="soon"] > p'}}


def is_decided(rule: str, targets: Iterable[str]) -> bool:
    """Whether what axe-core left open at these elements was decided."""
    return rule in RESOLVED and set(targets) <= ONLY_FOR.get(rule, set(targets))
