"""Match keys, candidates and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match key a blocking key of a live one, one match
pair a scored pair of live records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import polars as pl

from accounts.frames import among, append, copy_in, copying, execute, read, rows

RECORD = {"record_id": "bigint"}
KEYS = {"crosswalk_id": "bigint", "place": "smallint", "key": "bigint"}
MOVES = {"key": "bigint", "gain": "bigint"}
Key = tuple[int, int, int]  # crosswalk_id, place, key
HELD: dict[str, pl.DataType] = {"crosswalk_id": pl.Int64(), "place": pl.Int16(), "key": pl.Int64()}
FEW = 1_000  # records whose keys are listed by a loop
HOLDERS: dict[str, pl.DataType] = {"place": pl.Int16(), "key": pl.Int64(), "holders": pl.List(pl.Int64())}
WHOLE: dict[str, pl.DataType] = {"record_id": pl.Int64(), "live": pl.Boolean(), "follows": pl.Int64()}
PAIRS: dict[str, pl.DataType] = {
    "record_l": pl.Int64(),
    "record_r": pl.Int64(),
    "match_weight": pl.Float64(),
    "match_probability": pl.Float64(),
    "tier": pl.Int16(),
    "rule": pl.String(),
}


def keys_as_rows(keys: pl.DataFrame) -> pl.DataFrame:
    """(crosswalk_id, place, key): one row a key a record has, the place being that of its blocking rule."""
    if keys.height <= FEW:
        told = [(record, place, key) for record, *held in keys.iter_rows() for place, key in enumerate(held, start=1)]
        return pl.DataFrame(sorted(row for row in told if row[2] is not None), HELD, orient="row")
    names = [name for name in keys.columns if name != "record_id"]
    held = [
        keys.select(crosswalk_id="record_id", place=pl.lit(place, pl.Int16), key=name).drop_nulls("key")
        for place, name in enumerate(names, start=1)
    ]
    return pl.concat(held).sort("crosswalk_id", "place")


@contextmanager
def replacing_keys(keys: pl.DataFrame) -> Iterator[None]:
    """Bulk: every match key anew, written while the block compares records."""
    execute("TRUNCATE syncengine_matchkey")
    with copying("syncengine_matchkey", keys_as_rows(keys)):
        yield


def replace_all(
    keys: pl.DataFrame, gone: pl.DataFrame, components: pl.DataFrame, pairs: pl.DataFrame, version: int
) -> None:
    """Bulk: every match record with its component, and every pair, anew; the keys have been written by then."""
    execute("TRUNCATE syncengine_matchrecord, syncengine_matchpair")
    living = keys.select(crosswalk_id="record_id").join(components, on="crosswalk_id").with_columns(live=pl.lit(True))
    copy_in("syncengine_matchrecord", living)
    if gone.height:
        buried = gone.rename({"record_id": "crosswalk_id"}).join(components, on="crosswalk_id")
        copy_in("syncengine_matchrecord", buried.with_columns(live=pl.lit(False)))
    store_pairs(pairs, version)
    for table in ("matchrecord", "matchkey", "matchpair"):
        execute(f"ANALYZE syncengine_{table}")


def store_pairs(pairs: pl.DataFrame, version: int) -> None:
    """Append scored pairs with their evidence."""
    evidence = pl.col("evidence") if "evidence" in pairs.columns else pl.lit("[]").alias("evidence")
    append(
        "syncengine_matchpair",
        pairs.select(*PAIRS, evidence, pl.lit(version).alias("match_version")),
    )


def store_keys(keys: pl.DataFrame, dirty: str, dying: pl.Series, cap: int) -> pl.Series:
    """New keys of the living of the dirty records; which records count as changed.

    A key says nothing while more records hold it than the cap. When a change takes it over or brings it back,
    the pairs of all who hold it change, so they count as changed too: the bulk run would see it so at once.
    Only the keys that changed are written.
    """
    query = f"SELECT crosswalk_id, place, key FROM syncengine_matchkey JOIN {dirty} d ON record_id = crosswalk_id"
    fresh, former = keys_as_rows(keys), read(query, HELD)
    gained, lost = _missing(fresh, former), _missing(former, fresh)
    crossed = _crossings(gained, lost, cap)
    living = (
        "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, live) "
        f"SELECT record_id, record_id, true FROM {among('living_records', RECORD, keys.select('record_id'))} r "
        "ON CONFLICT (crosswalk_id) DO UPDATE SET live = true, follows = NULL WHERE NOT m.live"
    )
    execute("; ".join([living, *_key_moves(gained, lost)]))
    changed = pl.concat([keys["record_id"], dying])
    return pl.concat([changed, _further_holders(crossed, changed)]) if crossed else changed


def _missing(keys: pl.DataFrame, others: pl.DataFrame) -> set[Key]:
    """The keys that are not among others."""
    if keys.height <= FEW:
        return set(keys.iter_rows()).difference(others.iter_rows())
    return set(keys.join(others, on=list(HELD), how="anti").iter_rows())


def _key_moves(gained: set[Key], lost: set[Key]) -> Iterator[str]:
    """Statements that write what was gained over what stood in its place, and take away what lost its place."""
    filled = {(record, place) for record, place, _ in gained}
    emptied = [key for key in lost if key[:2] not in filled]
    if emptied:
        yield (
            f"DELETE FROM syncengine_matchkey k USING {_listed('emptied_keys', emptied)} v "
            "WHERE (k.crosswalk_id, k.place) = (v.crosswalk_id, v.place)"
        )
    if gained:
        yield (
            "INSERT INTO syncengine_matchkey (crosswalk_id, place, key) "
            f"SELECT crosswalk_id, place, key FROM {_listed('gained_keys', gained)} v ORDER BY key "
            "ON CONFLICT (crosswalk_id, place) DO UPDATE SET key = excluded.key"
        )


def _listed(name: str, keys: Iterable[Key]) -> str:
    return among(name, KEYS, pl.DataFrame(list(keys), HELD, orient="row"))


def _crossings(gained: set[Key], lost: set[Key], cap: int) -> list[int]:
    """Keys whose holders pass from at most the cap to more of them, or back, by the moves about to be written."""
    moves = Counter(key for _, _, key in gained)
    moves.subtract(key for _, _, key in lost)
    told = [(key, gain) for key, gain in moves.items() if gain]
    if not told:
        return []
    listed = among("key_moves", MOVES, pl.DataFrame(told, {"key": pl.Int64, "gain": pl.Int64}, orient="row"))
    found = rows(
        f"SELECT v.key FROM {listed} v "
        "CROSS JOIN LATERAL (SELECT count(*) AS held FROM (SELECT FROM syncengine_matchkey k WHERE k.key = v.key "
        f"LIMIT {cap + 1} + abs(v.gain)) x) h WHERE (held <= {cap}) <> (held + v.gain <= {cap})"
    )
    return [key for (key,) in found]


def _further_holders(crossed: list[int], changed: pl.Series) -> pl.Series:
    """Everybody else who holds a key that crossed the cap."""
    query = "SELECT DISTINCT crosswalk_id FROM syncengine_matchkey WHERE key = ANY(%s)"
    holders = read(query, {"record_id": pl.Int64()}, [crossed])["record_id"]
    return holders.filter(~holders.is_in(changed.implode()))


def told_keys(changed: str, cap: int) -> pl.DataFrame:
    """place, key and holders of every key of a changed record, as many holders as show that the cap is passed."""
    return read(
        "SELECT t.place, t.key, h.holders FROM (SELECT DISTINCT place, key FROM syncengine_matchkey "
        f"JOIN {changed} c ON c.record_id = crosswalk_id) t "
        "CROSS JOIN LATERAL (SELECT array_agg(crosswalk_id) AS holders "
        f"FROM (SELECT crosswalk_id FROM syncengine_matchkey k WHERE k.key = t.key LIMIT {cap + 1}) x) h",
        HOLDERS,
    )


def held(told: pl.DataFrame, least: int, most: int | None = None) -> pl.DataFrame:
    """record_id, place and key of the holders of keys that at least so many records hold, and at most so many."""
    if told.height <= FEW:
        held = [
            (place, key, record)
            for place, key, holders in told.iter_rows()
            if least <= len(holders) <= (most or len(holders))
            for record in holders
        ]
        return pl.DataFrame(held, {"place": pl.Int16, "key": pl.Int64, "record_id": pl.Int64}, orient="row")
    count = pl.col("holders").list.len()
    some = told.filter(count >= least if most is None else count.is_between(least, most))
    return some.explode("holders").select("place", "key", record_id="holders")


def replace_pairs(changed: str, pairs: pl.DataFrame, version: int) -> None:
    """Scored pairs of the changed records take the place of what was stored of them."""
    former = [
        f"DELETE FROM syncengine_matchpair p USING {changed} c WHERE p.{side} = c.record_id"
        for side in ("record_l", "record_r")
    ]
    execute("; ".join(former))
    if pairs.height:
        store_pairs(pairs, version)


def concerned(changed: str, partners: pl.Series) -> pl.DataFrame:
    """WHOLE of all records of the raw components that the changed records or their partners are in."""
    query = (
        "SELECT crosswalk_id, live, follows FROM syncengine_matchrecord WHERE component_id IN ("
        f"SELECT component_id FROM syncengine_matchrecord m JOIN {changed} c ON c.record_id = m.crosswalk_id UNION "
        f"SELECT component_id FROM syncengine_matchrecord m "
        f"JOIN {among('partner_records', RECORD, pl.DataFrame({'record_id': partners}))} s "
        "ON s.record_id = m.crosswalk_id)"
    )
    return read(query, WHOLE)


def stored_pairs(concerned: str) -> pl.DataFrame:
    """The scored pairs inside these records."""
    query = (
        f"SELECT {', '.join(f'p.{name}' for name in PAIRS)} FROM syncengine_matchpair p "
        f"JOIN {concerned} l ON l.record_id = p.record_l JOIN {concerned} r ON r.record_id = p.record_r"
    )
    return read(query, PAIRS)


def store_components(components: pl.DataFrame) -> None:
    """Keep which raw component each record is in now."""
    told = among("stage_components", {"crosswalk_id": "bigint", "component_id": "bigint"}, components)
    execute(
        f"UPDATE syncengine_matchrecord m SET component_id = s.component_id FROM {told} s "
        "WHERE m.crosswalk_id = s.crosswalk_id AND m.component_id <> s.component_id"
    )


def any_known() -> bool:
    """Whether any customer record has been resolved before."""
    return bool(rows("SELECT 1 FROM syncengine_matchrecord LIMIT 1"))
