"""What axe-core cannot decide by itself, by its rules, and how each was decided here."""

from typing import Final

RESOLVED: Final = {
    "hidden-content": (
        "What is hidden here is looked at where it shows: the warning and the end of a pause and the end of the code's "
        "time as states of their own («contacts, a pause almost over», «contacts, a pause over», «code, its time "
        "over»), the recommendation of browsers in e2e/test_old_browsers.py."
    ),
}
