"""Match keys, candidates and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match key a blocking key of a live one, one match
pair a scored pair of live records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from accounts.frames import copy_in, copying, execute, read, rows, stage

CHANGED, CONCERNED = "changed_records", "concerned_records"
KEYS = {"crosswalk_id": "bigint", "place": "smallint", "key": "bigint"}
HOLDERS: dict[str, pl.DataType] = {"place": pl.Int16(), "key": pl.Int64(), "holders": pl.List(pl.Int64())}
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
    copy_in(
        "syncengine_matchpair",
        pairs.select(*PAIRS, evidence, pl.lit(version).alias("match_version")),
    )


def store_keys(keys: pl.DataFrame, dying: pl.Series, cap: int) -> None:
    """New keys of changed records; the changed are joined by all holders of a key that crossed the cap.

    A key says nothing while more records hold it than the cap. When a change takes it over or brings it back,
    the pairs of all who hold it change, so they count as changed too: the bulk run would see it so at once.
    Only the keys that changed are written.
    """
    stage("new_keys", KEYS, keys_as_rows(keys))
    stage(CHANGED, {"crosswalk_id": "bigint"}, pl.DataFrame({"crosswalk_id": pl.concat([keys["record_id"], dying])}))
    _tell_moves()
    crossed = _crossings(cap)
    execute(
        "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, live) "
        f"SELECT crosswalk_id, crosswalk_id, true FROM {CHANGED} WHERE crosswalk_id <> ALL(%s) "
        "ON CONFLICT (crosswalk_id) DO UPDATE SET live = true, follows = NULL WHERE NOT m.live",
        [dying.to_list()],
    )
    execute(
        "DELETE FROM syncengine_matchkey k USING key_moves v "
        "WHERE NOT v.gained AND (k.crosswalk_id, k.place) = (v.crosswalk_id, v.place)"
    )
    execute(
        "INSERT INTO syncengine_matchkey (crosswalk_id, place, key) "
        "SELECT crosswalk_id, place, key FROM key_moves WHERE gained ORDER BY key"
    )
    if crossed:
        execute(
            f"INSERT INTO {CHANGED} SELECT DISTINCT crosswalk_id FROM syncengine_matchkey WHERE key = ANY(%s) "
            f"EXCEPT SELECT crosswalk_id FROM {CHANGED}",
            [crossed],
        )


def _tell_moves() -> None:
    """The table `key_moves`: keys that changed records gain and lose, a changed one both."""
    execute(
        "DROP TABLE IF EXISTS key_moves; "
        "CREATE TEMP TABLE key_moves ON COMMIT DROP AS SELECT crosswalk_id, place, key, f.key IS NULL AS gained "
        "FROM new_keys n FULL JOIN former_keys f USING (crosswalk_id, place, key) "
        "WHERE n.key IS NULL OR f.key IS NULL; ANALYZE key_moves"
    )


def _crossings(cap: int) -> list[int]:
    """Keys whose holders pass from at most the cap to more of them, or back, by the moves about to be written."""
    found = rows(
        "SELECT v.key FROM (SELECT key, sum(CASE WHEN gained THEN 1 ELSE -1 END) AS gain FROM key_moves GROUP BY 1) v "
        "CROSS JOIN LATERAL (SELECT count(*) AS held FROM (SELECT FROM syncengine_matchkey k WHERE k.key = v.key "
        f"LIMIT {cap + 1} + abs(v.gain)) x) h WHERE (held <= {cap}) <> (held + v.gain <= {cap})"
    )
    return [key for (key,) in found]


def remember_keys(staged: str) -> None:
    """The keys that changed records have had until now."""
    execute(
        "DROP TABLE IF EXISTS former_keys; "
        "CREATE TEMP TABLE former_keys ON COMMIT DROP AS SELECT k.crosswalk_id, k.place, k.key "
        f"FROM syncengine_matchkey k JOIN {staged} s ON s.record_id = k.crosswalk_id"
    )


def changed_records() -> pl.Series:
    """The changed records, with those that joined them because a key crossed its cap."""
    return read(f"SELECT crosswalk_id FROM {CHANGED}", {"record_id": pl.Int64()})["record_id"]


def told_keys(cap: int) -> pl.DataFrame:
    """place, key and holders of every key of a changed record, as many holders as show that the cap is passed."""
    return read(
        "SELECT t.place, t.key, h.holders FROM (SELECT DISTINCT place, key FROM syncengine_matchkey "
        f"JOIN {CHANGED} USING (crosswalk_id)) t CROSS JOIN LATERAL (SELECT array_agg(crosswalk_id) AS holders "
        f"FROM (SELECT crosswalk_id FROM syncengine_matchkey k WHERE k.key = t.key LIMIT {cap + 1}) x) h",
        HOLDERS,
    )


def held(told: pl.DataFrame, least: int, most: int | None = None) -> pl.DataFrame:
    """record_id, place and key of the holders of keys that at least so many records hold, and at most so many."""
    count = pl.col("holders").list.len()
    some = told.filter(count >= least if most is None else count.is_between(least, most))
    return some.explode("holders").select("place", "key", record_id="holders")


def replace_pairs(pairs: pl.DataFrame, version: int) -> None:
    """Scored pairs of the changed records take the place of what was stored of them."""
    for side in ("record_l", "record_r"):
        execute(f"DELETE FROM syncengine_matchpair p USING {CHANGED} c WHERE p.{side} = c.crosswalk_id")
    store_pairs(pairs, version)


def concerned(partners: pl.Series) -> pl.Series:
    """All records of the raw components that the changed records or their partners are in."""
    stage(CONCERNED, {"record_id": "bigint"}, pl.DataFrame({"record_id": partners}))
    query = (
        "SELECT crosswalk_id FROM syncengine_matchrecord WHERE component_id IN ("
        f"SELECT component_id FROM syncengine_matchrecord m JOIN {CHANGED} c USING (crosswalk_id) UNION "
        f"SELECT component_id FROM syncengine_matchrecord m JOIN {CONCERNED} s ON s.record_id = m.crosswalk_id)"
    )
    return read(query, {"record_id": pl.Int64()})["record_id"]


def stored_pairs(records: pl.Series) -> pl.DataFrame:
    """The scored pairs inside these records."""
    stage(CONCERNED, {"record_id": "bigint"}, pl.DataFrame({"record_id": records}))
    query = (
        f"SELECT {', '.join(f'p.{name}' for name in PAIRS)} FROM syncengine_matchpair p "
        f"JOIN {CONCERNED} l ON l.record_id = p.record_l JOIN {CONCERNED} r ON r.record_id = p.record_r"
    )
    return read(query, PAIRS)


def store_components(components: pl.DataFrame) -> None:
    """Keep which raw component each record is in now."""
    stage("stage_components", {"crosswalk_id": "bigint", "component_id": "bigint"}, components)
    execute(
        "UPDATE syncengine_matchrecord m SET component_id = s.component_id FROM stage_components s "
        "WHERE m.crosswalk_id = s.crosswalk_id AND m.component_id <> s.component_id"
    )


def any_known() -> bool:
    """Whether any customer record has been resolved before."""
    return bool(rows("SELECT 1 FROM syncengine_matchrecord LIMIT 1"))
