"""Match keys: what is written, and what a server that fell leaves behind."""

from __future__ import annotations

import pytest

from accounts.frames import rows
from syncengine.resolution.keys import are_lost
from tests.syncengine.resolution.world import BULK, COMPANIES, INCREMENTAL, World

WHOLE = frozenset(COMPANIES[0])


@pytest.fixture
def world(db: None) -> World:
    made = World(INCREMENTAL)
    for company in (0, 0, 1, 2):
        made.come(company, WHOLE)
    made.resolve()
    return made


def stored() -> list[tuple[int, ...]]:
    return rows("SELECT crosswalk_id, place, key FROM syncengine_matchkey ORDER BY 1, 2")


def test_keys_are_kept_without_a_log(db: None) -> None:
    assert rows("SELECT relpersistence FROM pg_class WHERE relname = 'syncengine_matchkey'") == [("u",)]


def test_what_a_fallen_server_leaves_is_made_anew_by_the_next_round(world: World) -> None:
    before = stored()
    world.fall()
    assert (are_lost(), stored()) == (True, [])

    world.change(world.records[0], 0, WHOLE)
    world.resolve()

    assert (are_lost(), stored()) == (False, before)


def test_a_change_that_waited_while_the_server_fell_reaches_all_it_concerns(world: World) -> None:
    """More holders than a key may have make it say nothing of the first, whose pairs go with it."""
    told = frozenset({"name", "country"})
    records = [world.come(2, told) for _ in range(2)]
    world.resolve()
    world.fall()
    records += [world.come(2, told) for _ in range(2)]
    world.resolve()

    accounts, raw, pairs = world.from_scratch()
    assert (world.accounts, world.stored) == (accounts, (raw, pairs))


def test_where_nothing_lives_nothing_is_lost(world: World) -> None:
    for record in world.records:
        world.go(record)
    world.resolve()

    assert (stored(), are_lost()) == ([], False)


@pytest.mark.parametrize("bulk_at", [BULK, INCREMENTAL], ids=["bulk", "incremental"])
def test_a_record_that_comes_back_is_no_longer_among_the_gone(world: World, bulk_at: int) -> None:
    world.bulk_at = bulk_at
    for record in world.records:
        world.go(record)
    world.resolve()
    world.change(world.records[0], 0, WHOLE)
    world.resolve()

    accounts, raw, pairs = world.from_scratch()
    assert (world.accounts, world.stored) == (accounts, (raw, pairs))


def test_a_record_that_says_less_loses_the_keys_of_what_it_said(world: World) -> None:
    record = world.records[0]
    before = {row for row in stored() if row[0] == record}
    world.change(record, 0, frozenset({"name", "country"}))
    world.resolve()

    after = {row for row in stored() if row[0] == record}
    assert after < before
    assert [row for row in stored() if row[0] != record] == [row for row in stored() if row not in after]
