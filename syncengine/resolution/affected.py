"""Raw components and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match pair a scored pair of live records.
"""

from __future__ import annotations

import polars as pl

from accounts.frames import among, append, copy_in, execute, read
from syncengine.identity.rows import missing

RECORD = {"record_id": "bigint"}
OWNED: dict[str, pl.DataType] = {"record_id": pl.Int64(), "account_id": pl.Int64()}
STOOD: dict[str, pl.DataType] = {
    **OWNED,
    "component_id": pl.Int64(),
    "live": pl.Boolean(),
    "follows": pl.Int64(),
}
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
    told = pl.Series("match_version", [version]).new_from_index(0, pairs.height)
    append("syncengine_matchpair", pairs.hstack([told]))


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
    """STOOD: how all records of the raw components that the changed records or their partners are in stood so far."""
    query = (
        "SELECT x.id, x.account_id, w.component_id, w.live, w.follows FROM syncengine_matchrecord w "
        "JOIN accounts_accountcrosswalk x ON x.id = w.crosswalk_id WHERE w.component_id IN ("
        f"SELECT component_id FROM syncengine_matchrecord m JOIN {changed} c ON c.record_id = m.crosswalk_id UNION "
        f"SELECT component_id FROM syncengine_matchrecord m "
        f"JOIN {among('partner_records', RECORD, pl.DataFrame({'record_id': partners}))} s "
        "ON s.record_id = m.crosswalk_id)"
    )
    return read(query, STOOD)


def stored_pairs(concerned: str) -> pl.DataFrame:
    """The scored pairs inside these records."""
    query = (
        f"SELECT {', '.join(f'p.{name}' for name in PAIRS)} FROM syncengine_matchpair p "
        f"JOIN {concerned} l ON l.record_id = p.record_l JOIN {concerned} r ON r.record_id = p.record_r"
    )
    return read(query, PAIRS)


def store_components(parted: pl.DataFrame, stood: pl.DataFrame) -> None:
    """Keep which raw component each record is in now, of those that were in another one."""
    moved = missing(parted, stood, "record_id", "component_id")
    if moved.height:
        told = among("moved_components", {**RECORD, "component_id": "bigint"}, moved)
        execute(
            f"UPDATE syncengine_matchrecord m SET component_id = s.component_id FROM {told} s "
            "WHERE m.crosswalk_id = s.record_id"
        )


def owners() -> pl.DataFrame:
    """OWNED of every record: the customer it has belonged to until now."""
    return read("SELECT id, account_id FROM accounts_accountcrosswalk WHERE account_id IS NOT NULL", OWNED)
