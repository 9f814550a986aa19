"""Raw components and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match pair a scored pair of live records.
"""

from __future__ import annotations

import polars as pl

from accounts.frames import among, append, copy_in, execute, read, rows

RECORD = {"record_id": "bigint"}
WHOLE: dict[str, pl.DataType] = {"record_id": pl.Int64(), "live": pl.Boolean(), "follows": pl.Int64()}
PAIRS: dict[str, pl.DataType] = {
    "record_l": pl.Int64(),
    "record_r": pl.Int64(),
    "match_weight": pl.Float64(),
    "match_probability": pl.Float64(),
    "tier": pl.Int16(),
    "rule": pl.String(),
}


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


def any_known() -> tuple[bool, bool]:
    """Whether any customer record has been resolved before, and whether there are any keys of them."""
    told = rows("SELECT EXISTS (SELECT FROM syncengine_matchrecord), EXISTS (SELECT FROM syncengine_matchkey)")
    return bool(told[0][0]), bool(told[0][1])
