"""Echoes: values in a source that we wrote there ourselves.

An echoed value keeps its origin: it counts neither in survivorship nor as identity evidence until the
source itself changes it, or else two systems would confirm each other with one person's word.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, load
from accounts.frames import execute, read, rows, stage
from syncengine.texts import text_expr

OPEN: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "record_id": pl.Int64(),
    "field": pl.Int16(),
    "value": pl.String(),
    "seen": pl.Boolean(),
}
FEW = 5_000


def without_echoes(name: str, records: pl.DataFrame) -> pl.DataFrame:
    """Canonical rows with the values that are echoes blanked; the rows themselves stay."""
    echoes = _open(name, records)
    for (code,), found in echoes.group_by("field"):
        spec = load()[name].by_code.get(int(code))
        if spec is None or spec.column not in records.columns:
            continue
        told = found.select("record_id", __echo="value", __echoed=pl.lit(True))
        records = records.join(told, on="record_id", how="left", maintain_order="left")
        same = pl.col("__echoed").fill_null(False) & text_expr(spec).eq_missing(pl.col("__echo"))
        records = records.with_columns(pl.when(~same).then(pl.col(spec.column)).alias(spec.column))
        records = records.drop("__echo", "__echoed")
    return records


def settle_echoes(name: str, records: pl.DataFrame, *, now: datetime) -> None:
    """Mark the echoes that have come back; close those the source has changed since, and orphans.

    A value whose origin was deleted is the target's own from then on: nobody else says it any more.
    """
    echoes = _open(name, records)
    if echoes.height:
        execute(
            f"UPDATE syncengine_echo e SET closed_at = %s FROM accounts_{name}crosswalk x WHERE e.id = ANY(%s) "
            "AND x.source_id = e.origin_source AND x.key = e.origin_key AND x.deleted_at IS NOT NULL",
            [now, echoes["id"].to_list()],
        )
    for (code,), found in echoes.group_by("field"):
        spec = load()[name].by_code.get(int(code))
        if spec is not None and spec.column in records.columns:
            _settle_field(spec, found, records, now)


def _settle_field(spec: FieldSpec, echoes: pl.DataFrame, records: pl.DataFrame, now: datetime) -> None:
    told = echoes.join(records.select("record_id", said=text_expr(spec)), on="record_id")
    same = pl.col("said").eq_missing(pl.col("value"))
    seen = told.filter(same & ~pl.col("seen"))["id"].to_list()
    over = told.filter(~same & pl.col("seen"))["id"].to_list()
    if seen:
        execute("UPDATE syncengine_echo SET seen_at = %s WHERE id = ANY(%s)", [now, seen])
    if over:
        # What a person asked for stands until a system that had taken it over says something else itself.
        execute(
            "UPDATE syncengine_pin p SET released_at = %s FROM syncengine_echo e "
            "WHERE e.id = ANY(%s) AND p.id = e.origin_pin AND p.released_at IS NULL",
            [now, over],
        )
        execute("UPDATE syncengine_echo SET closed_at = %s WHERE id = ANY(%s)", [now, over])


def _open(name: str, records: pl.DataFrame) -> pl.DataFrame:
    """Echoes in force of these records; where nothing was ever written this costs one look."""
    code = load()[name].code
    query = "SELECT e.id, e.record_id, e.field, e.value, e.seen_at IS NOT NULL FROM syncengine_echo e "
    where = "WHERE e.object = %s AND e.closed_at IS NULL"
    known = rows("SELECT count(*) FROM (SELECT 1 FROM syncengine_echo WHERE closed_at IS NULL LIMIT %s) x", [FEW])
    if not known[0][0] or not records.height:
        return pl.DataFrame(schema=OPEN)
    if known[0][0] < FEW:
        return read(query + where, OPEN, [code]).join(records.select("record_id"), on="record_id", how="semi")
    stage("echo_records", {"record_id": "bigint"}, records.select("record_id"))
    return read(query + "JOIN echo_records r ON r.record_id = e.record_id " + where, OPEN, [code])
