"""Raw components and stored pairs: what a change to some records concerns.

Grain: one match record a customer record, live or gone, one match pair a scored pair of live records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def forgetting(changed: str) -> Iterator[str]:
    """Statements that take away what was stored of pairs of the changed records."""
    for side in ("record_l", "record_r"):
        yield f"DELETE FROM syncengine_matchpair p USING {changed} c WHERE p.{side} = c.record_id"


def concerned(records: Iterable[int]) -> pl.DataFrame:
    """STOOD: how all records of the raw components that these are in stood so far."""
    asked = among("asked_records", RECORD, pl.DataFrame({"record_id": sorted(set(records))}))
    return read(
        "SELECT s.* FROM (SELECT DISTINCT component_id FROM syncengine_matchrecord m "
        f"JOIN {asked} a ON a.record_id = m.crosswalk_id) c CROSS JOIN LATERAL "
        "(SELECT x.id, x.account_id, w.component_id, w.live, w.follows FROM syncengine_matchrecord w "
        # One by one: how many components so many records are in is guessed too high to ask for them otherwise.
        "JOIN accounts_accountcrosswalk x ON x.id = w.crosswalk_id WHERE w.component_id = c.component_id OFFSET 0) s",
        STOOD,
    )


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
