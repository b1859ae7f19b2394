"""Every state in every window: axe-core, contrast, targets, focus, room; and what a screen reader is given."""

import pytest

from e2e import snapshots
from e2e.audit import Audit
from e2e.conftest import OpenHouse, VisitChromium
from e2e.states import WALKS

ENGLISH = "in English"


@pytest.mark.parametrize("walk", WALKS)
def test_every_state_is_accessible_in_every_window(
    visit_chromium: VisitChromium, houses: OpenHouse, audit: Audit, renew_snapshots: bool, walk: str
) -> None:
    house = houses(**WALKS[walk].settings)
    visitor = visit_chromium(house=house)
    for name in WALKS[walk].states(visitor, house.bank):
        if ENGLISH not in name:
            audit.found += [f"{name} {said}" for said in snapshots.differs(visitor, name, renew=renew_snapshots)]
        audit.look(visitor, name)
