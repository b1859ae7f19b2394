"""Every state in every window: axe-core, contrast, targets, focus, room; and what a screen reader is given."""

import pytest

from e2e import snapshots
from e2e.audit import Audit, axe
from e2e.bank import Bank
from e2e.conftest import OpenHouse, Visit, VisitChromium
from e2e.states import WALKS, every_step
from e2e.ways import with_scripts

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
        if not renew_snapshots:
            audit.look(visitor, name)


@with_scripts
def test_every_engine_keeps_the_rules_at_every_step(visit: Visit, bank: Bank) -> None:
    visitor = visit()
    found = [f"{name}: {fault}" for name in every_step(visitor, bank) for fault in axe(visitor.window)]
    assert not found, "\n".join(found)
