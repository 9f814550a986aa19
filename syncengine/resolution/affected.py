"""Match keys, candidates and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match pair a scored pair of live records.
"""

from __future__ import annotations

import polars as pl

from accounts.frames import copy_in, execute, read, rows, stage

CHANGED, CONCERNED = "changed_records", "concerned_records"
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


def replace_all(
    keys: pl.DataFrame, gone: pl.DataFrame, components: pl.DataFrame, pairs: pl.DataFrame, version: int
) -> None:
    """Bulk: every match record with its component, and every pair, anew."""
    execute("TRUNCATE syncengine_matchrecord, syncengine_matchpair")
    listed = keys_as_list(keys).join(components, on="crosswalk_id").with_columns(live=pl.lit(True))
    copy_in("syncengine_matchrecord", listed.select("crosswalk_id", "component_id", "keys", "live"))
    if gone.height:
        buried = gone.rename({"record_id": "crosswalk_id"}).join(components, on="crosswalk_id")
        none = pl.lit([], dtype=pl.List(pl.Int64))
        copy_in("syncengine_matchrecord", buried.with_columns(keys=none, live=pl.lit(False)))
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


def store_keys(keys: pl.DataFrame, dying: pl.Series, places: int, cap: int) -> None:
    """New keys of changed records; the changed are joined by all holders of a key that crossed the cap.

    A key says nothing while more records hold it than the cap. When a change takes it over or brings it back,
    the pairs of all who hold it change, so they count as changed too: the bulk run would see it so at once.
    """
    listed = keys_as_list(keys)
    none = pl.lit([], dtype=pl.List(pl.Int64))
    buried = pl.DataFrame({"crosswalk_id": dying}).with_columns(keys=none)
    stage(CHANGED, {"crosswalk_id": "bigint", "keys": "bigint[]"}, pl.concat([listed, buried]))
    crossed = _crossings(places, cap)
    execute(
        "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, keys, live) "
        f"SELECT crosswalk_id, crosswalk_id, keys, true FROM {CHANGED} WHERE keys <> '{{}}' "
        "ON CONFLICT (crosswalk_id) DO UPDATE SET keys = excluded.keys, live = true, follows = NULL "
        "WHERE m.keys IS DISTINCT FROM excluded.keys OR NOT m.live"
    )
    for place, key in crossed:
        execute(
            f"INSERT INTO {CHANGED} SELECT m.crosswalk_id, m.keys FROM syncengine_matchrecord m "
            f"WHERE m.keys[{int(place)}] = %s AND NOT EXISTS "
            f"(SELECT FROM {CHANGED} c WHERE c.crosswalk_id = m.crosswalk_id)",
            [key],
        )


def _crossings(places: int, cap: int) -> list[tuple[int, int]]:
    """(place, key) whose live holders pass from at most the cap to more of them, or back, by this change.

    Runs before the new keys are stored; `dying_records` still tells who held a key until now.
    """
    moved = " UNION ALL ".join(
        f"SELECT {n} AS place, c.keys[{n}] AS key, 1 AS gain FROM {CHANGED} c WHERE c.keys[{n}] IS NOT NULL "
        f"UNION ALL SELECT {n}, k.keys[{n}], -1 FROM former_keys k WHERE k.keys[{n}] IS NOT NULL"
        for n in range(1, places + 1)
    )
    execute("DROP TABLE IF EXISTS key_moves")
    execute(
        f"CREATE TEMP TABLE key_moves ON COMMIT DROP AS SELECT place, key, sum(gain) AS gain FROM ({moved}) x "
        "GROUP BY 1, 2 HAVING sum(gain) <> 0"
    )
    held = " UNION ALL ".join(
        f"SELECT k.place, k.key, k.gain, (SELECT count(*) FROM (SELECT FROM syncengine_matchrecord m "
        f"WHERE m.keys[{n}] = k.key LIMIT {cap + 1} + abs(k.gain)) h) + (SELECT count(*) FROM former_keys f "
        f"JOIN dying_records d USING (record_id) WHERE f.keys[{n}] = k.key) AS held "
        f"FROM key_moves k WHERE k.place = {n}"
        for n in range(1, places + 1)
    )
    return rows(f"SELECT place, key FROM ({held}) x WHERE (held <= {cap}) <> (held + gain <= {cap}) ORDER BY 1, 2")


def remember_keys(staged: str) -> None:
    """The keys that changed records have had until now, those about to be buried included."""
    execute("DROP TABLE IF EXISTS former_keys")
    execute(
        "CREATE TEMP TABLE former_keys ON COMMIT DROP AS SELECT m.crosswalk_id AS record_id, m.keys "
        f"FROM syncengine_matchrecord m JOIN {staged} s ON s.record_id = m.crosswalk_id WHERE m.live"
    )


def changed_records() -> pl.Series:
    """The changed records, with those that joined them because a key crossed its cap."""
    return read(f"SELECT crosswalk_id FROM {CHANGED}", {"record_id": pl.Int64()})["record_id"]


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
