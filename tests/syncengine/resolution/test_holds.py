"""Holds of customers whose records have died: they bind as long as anything ties their sides."""

from __future__ import annotations

import pytest

from syncengine.models import Hold
from tests.syncengine.resolution.world import BULK, COMPANIES, INCREMENTAL, World

WHOLE = frozenset(COMPANIES[0])


@pytest.mark.parametrize("bulk_at", [BULK, INCREMENTAL], ids=["bulk", "incremental"])
def test_a_dead_record_takes_its_customer_nowhere_unasked(db: None, bulk_at: int) -> None:
    """Kept apart from whom it follows by a word that is then taken back: both owe, so a person is asked."""
    world = World(bulk_at)
    dead, followed, other = (world.come(company, WHOLE) for company in (0, 0, 2))
    world.resolve()
    joined = world.decide("same", [followed], [other])
    world.resolve()
    world.go(dead)
    world.resolve()
    world.decide("different", [dead], [other])
    world.resolve()
    for record in (dead, followed):
        world.owe(record)
    world.undo(joined)
    for _ in range(2):
        world.resolve()

        assert world.accounts[dead] != world.accounts[followed]
        assert world.accounts == world.from_scratch()[0]
        assert list(Hold.objects.values_list("state", "records_l", "records_r")) == [("open", [dead], [followed])]


def test_a_hold_goes_when_nothing_ties_its_sides(db: None) -> None:
    world = World(INCREMENTAL)
    one, other = world.come(0, WHOLE), world.come(2, WHOLE)
    world.resolve()
    for record in (one, other):
        world.owe(record)
    world.change(other, 0, WHOLE)
    world.resolve()
    held = list(Hold.objects.values_list("state", flat=True))
    world.change(other, 2, WHOLE)
    world.resolve()

    assert (held, list(Hold.objects.values_list("state", flat=True))) == (["open"], ["obsolete"])
