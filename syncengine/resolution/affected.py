"""Match keys, candidates and stored pairs: what a change to some records concerns.

Grain: one match record a live or buried customer record, one match pair a scored pair of records.
"""

from __future__ import annotations

import polars as pl

from accounts.frames import copy_in, execute, read, rows, stage

CHANGED, CONCERNED = "changed_records", "concerned_records"
KEYS = pl.List(pl.Int64())
PAIRS: dict[str, pl.DataType] = {
    "record_l": pl.Int64(),
    "record_r": pl.Int64(),
    "match_weight": pl.Float64(),
    "match_probability": pl.Float64(),
    "tier": pl.Int16(),
    "rule": pl.String(),
}


def keys_as_list(keys: pl.DataFrame) -> pl.DataFrame:
    """(record_id, keys) with one place a blocking rule."""
    names = [name for name in keys.columns if name != "record_id"]
    return keys.select(crosswalk_id="record_id", keys=pl.concat_arr(names).arr.to_list())


def replace_all(keys: pl.DataFrame, components: pl.DataFrame, pairs: pl.DataFrame, version: int) -> None:
    """Bulk: every match record with its component, and every pair, anew."""
    execute("TRUNCATE syncengine_matchrecord, syncengine_matchpair")
    listed = keys_as_list(keys).join(components, on="crosswalk_id")
    copy_in("syncengine_matchrecord", listed.select("crosswalk_id", "component_id", "keys"))
    store_pairs(pairs, version)
    execute("ANALYZE syncengine_matchrecord")
    execute("ANALYZE syncengine_matchpair")


def store_pairs(pairs: pl.DataFrame, version: int) -> None:
    """Append scored pairs with their evidence."""
    evidence = pl.col("evidence") if "evidence" in pairs.columns else pl.lit("[]").alias("evidence")
    copy_in(
        "syncengine_matchpair",
        pairs.select(*PAIRS, evidence, pl.lit(version).alias("match_version")),
    )


def store_keys(keys: pl.DataFrame) -> None:
    """New keys of changed records; a record not met before is its own component until resolved."""
    listed = keys_as_list(keys)
    stage(CHANGED, {"crosswalk_id": "bigint", "keys": "bigint[]"}, listed)
    execute(
        "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, keys) "
        f"SELECT crosswalk_id, crosswalk_id, keys FROM {CHANGED} ON CONFLICT (crosswalk_id) "
        "DO UPDATE SET keys = excluded.keys WHERE m.keys IS DISTINCT FROM excluded.keys"
    )


def candidates(positions: int, cap: int) -> pl.Series:
    """Records that share a blocking key with a changed one, the changed ones included.

    A key that more records hold than the cap says nothing and is left out, as in the bulk run.
    """
    parts = [
        f"SELECT m.crosswalk_id FROM ({_told(n)}) c CROSS JOIN LATERAL ("
        f"SELECT crosswalk_id, count(*) OVER () AS held FROM ({_holders(n, cap)}) x) m WHERE m.held <= {cap}"
        for n in range(1, positions + 1)
    ]
    query = " UNION ".join([*parts, f"SELECT crosswalk_id FROM {CHANGED}"])
    return read(query, {"record_id": pl.Int64()})["record_id"]


def suppressed(positions: int, cap: int) -> pl.DataFrame:
    """(place, key) of the changed records' keys that more records hold than the cap."""
    parts = [
        f"SELECT {n}, c.key FROM ({_told(n)}) c WHERE (SELECT count(*) FROM ({_holders(n, cap)}) x) > {cap}"
        for n in range(1, positions + 1)
    ]
    return read(" UNION ALL ".join(parts), {"place": pl.Int16(), "key": pl.Int64()})


def _told(place: int) -> str:
    return f"SELECT DISTINCT keys[{place}] AS key FROM {CHANGED} WHERE keys[{place}] IS NOT NULL"


def _holders(place: int, cap: int) -> str:
    return f"SELECT crosswalk_id FROM syncengine_matchrecord WHERE keys[{place}] = c.key LIMIT {cap + 1}"


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
