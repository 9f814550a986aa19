"""Match keys: what is written, and what a server that fell leaves behind."""

from __future__ import annotations

import pytest

from accounts.frames import rows
from syncengine.resolution.keys import regain_keys
from tests.syncengine.resolution.world import COMPANIES, INCREMENTAL, World

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


def test_a_fallen_server_s_keys_are_made_anew_once(world: World) -> None:
    before = stored()
    world.fall()

    assert (regain_keys(), stored()) == (True, before)
    assert regain_keys() is False


def test_where_nothing_lives_there_is_nothing_to_make_anew(world: World) -> None:
    for record in world.records:
        world.go(record)
    world.resolve()

    assert (stored(), regain_keys()) == ([], False)


def test_a_record_that_says_less_loses_the_keys_of_what_it_said(world: World) -> None:
    record = world.records[0]
    before = {row for row in stored() if row[0] == record}
    world.change(record, 0, frozenset({"name", "country"}))
    world.resolve()

    after = {row for row in stored() if row[0] == record}
    assert after < before
    assert [row for row in stored() if row[0] != record] == [row for row in stored() if row not in after]
