"""Match keys: which living records hold which, and whose pairs change when some are gained and lost.

Grain: one row a blocking key of a living record. The table is written without a log, for it follows from the
records: a server that fell leaves it empty, and the next round resolves everything, which makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from accounts.frames import among, read, refilling, rows
from syncengine.identity import BLOCKING_RULES
from syncengine.identity.rows import missing
from syncengine.resolution.holders import HELD, moved_holders

FEW = 1_000  # records whose keys are listed by a loop
KEY = {"place": "smallint", "key": "bigint"}
KEYS = {"record_id": "bigint", **KEY}


@dataclass(frozen=True, slots=True)
class Moves:
    """Keys that records gained and lost, those that had none so far, and what follows from it."""

    newcomers: pl.DataFrame
    gained: pl.DataFrame
    lost: pl.DataFrame
    changed: pl.Series  # records whose pairs change: the dirty, and holders of a key that came to its limit or back
    live: pl.DataFrame  # place, key and record_id of the keys that bring a changed record together with others
    common: pl.DataFrame  # the same of keys that too many hold, as many holders as show it


def keys_as_rows(keys: pl.DataFrame) -> pl.DataFrame:
    """HELD: one row a key a record has, the place being that of its blocking rule."""
    if keys.height <= FEW:
        told = [(record, place, key) for record, *held in keys.iter_rows() for place, key in enumerate(held, start=1)]
        return pl.DataFrame(sorted(row for row in told if row[2] is not None), HELD, orient="row")
    names = [name for name in keys.columns if name != "record_id"]
    held = [
        keys.select("record_id", place=pl.lit(place, pl.Int16), key=name).drop_nulls("key")
        for place, name in enumerate(names, start=1)
    ]
    return pl.concat(held).sort("record_id", "place")


@contextmanager
def replacing_keys(keys: pl.DataFrame) -> Iterator[None]:
    """Bulk: every match key anew, written while the block compares records."""
    with refilling("syncengine_matchkey", keys_as_rows(keys).rename({"record_id": "crosswalk_id"})):
        yield


def are_lost() -> bool:
    """Whether a server that fell has left no keys of the records that are known."""
    living = "SELECT FROM syncengine_matchrecord WHERE live"
    return bool(rows(f"SELECT EXISTS ({living}) AND NOT EXISTS (SELECT FROM syncengine_matchkey)")[0][0])


def find_moves(keys: pl.DataFrame, dirty: str, dying: pl.Series, cap: int) -> Moves:
    """What it changes that the living of the dirty records now have these keys; nothing is written yet.

    A key says nothing while more records hold it than its rule allows. When a change takes it over or brings it
    back, the pairs of all who hold it change, so they count as changed too: the bulk run would see it so at once.
    """
    most = [rule.most(cap) for rule in BLOCKING_RULES]
    fresh, former = keys_as_rows(keys), _keys_of(dirty)
    gained, lost = missing(fresh, former, *HELD), missing(former, fresh, *HELD)
    holders = moved_holders(_holders(fresh, lost, most), gained, lost, most)
    changed, told = pl.concat([keys["record_id"], dying]), fresh
    further = holders.crossing.filter(~holders.crossing.is_in(changed.implode()))
    if further.len():
        theirs = _keys_of(among("further_holders", {"record_id": "bigint"}, further.to_frame("record_id")))
        unasked = theirs.join(pl.concat([fresh, lost]), on="key", how="anti")
        holders = holders.beside(_holders(unasked, lost.clear(), most))
        changed, told = pl.concat([changed, further]), pl.concat([fresh, theirs])
    live, common = holders.split(told["key"], most)
    newcomers = set(keys["record_id"]).difference(former["record_id"])
    return Moves(pl.DataFrame({"record_id": sorted(newcomers)}), gained, lost, changed, live, common)


def moving(moves: Moves) -> Iterator[str]:
    """Statements that write the keys that changed, and who is new or back among the living."""
    yield from _newcomers(moves)
    yield from _key_moves(moves)


def _newcomers(moves: Moves) -> Iterator[str]:
    """Who had no keys may be new here, or be back among the living."""
    if moves.newcomers.height:
        listed = among("new_records", {"record_id": "bigint"}, moves.newcomers)
        yield (
            "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, live) "
            f"SELECT record_id, record_id, true FROM {listed} r "
            "ON CONFLICT (crosswalk_id) DO UPDATE SET live = true, follows = NULL WHERE NOT m.live"
        )


def _key_moves(moves: Moves) -> Iterator[str]:
    """Statements that write what was gained over what stood in its place, and take away what lost its place."""
    filled = {(record, place) for record, place, _ in moves.gained.iter_rows()}
    emptied = [row for row in moves.lost.iter_rows() if row[:2] not in filled]
    if emptied:
        listed = among("emptied_keys", KEYS, pl.DataFrame(emptied, HELD, orient="row"))
        yield (
            f"DELETE FROM syncengine_matchkey k USING {listed} v "
            "WHERE (k.crosswalk_id, k.place) = (v.record_id, v.place)"
        )
    if moves.gained.height:
        yield (
            "INSERT INTO syncengine_matchkey (crosswalk_id, place, key) "
            f"SELECT record_id, place, key FROM {among('gained_keys', KEYS, moves.gained)} v ORDER BY key "
            "ON CONFLICT (crosswalk_id, place) DO UPDATE SET key = excluded.key"
        )


def _keys_of(listed: str) -> pl.DataFrame:
    """HELD of these records as it is stored."""
    return read(
        f"SELECT crosswalk_id, place, key FROM syncengine_matchkey JOIN {listed} d ON record_id = crosswalk_id", HELD
    )


def _holders(keys: pl.DataFrame, lost: pl.DataFrame, most: list[int]) -> pl.DataFrame:
    """HELD of who holds these keys or those lost: as many as show that too many do, even once some have lost it."""
    asked = (
        f"SELECT place, key, 0 AS lost FROM {among('told_keys', KEY, keys)} t "
        f"UNION ALL SELECT place, key, 1 FROM {among('lost_keys', KEY, lost)} l"
    )
    return read(
        "SELECT h.crosswalk_id, a.place, a.key "
        f"FROM (SELECT place, key, sum(lost) AS lost FROM ({asked}) k GROUP BY 1, 2 ORDER BY key) a CROSS JOIN LATERAL "
        "(SELECT crosswalk_id FROM syncengine_matchkey m WHERE m.key = a.key "
        f"LIMIT ('{{{','.join(map(str, most))}}}'::int[])[a.place] + 1 + a.lost) h",
        HELD,
    )
