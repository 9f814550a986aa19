"""Echoes: values in a source that we wrote there ourselves.

An echoed value keeps its origin: it counts neither in survivorship nor as identity evidence until the
source itself changes it, or else two systems would confirm each other with one person's word. What the
source said before stays its own word: where a person's value was written into every record of a customer,
that is what still holds them together; and where an echo's origin is gone (an unmerge, a pin that was
released), that is what stands again.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, load
from accounts.frames import execute, read, rows, stage
from syncengine.survivorship.pins import from_text
from syncengine.texts import text_expr

OPEN: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "record_id": pl.Int64(),
    "field": pl.Int16(),
    "value": pl.String(),
    "base": pl.String(),
    "seen": pl.Boolean(),
    "by_person": pl.Boolean(),
    "origin": pl.Int64(),
    "home": pl.Int64(),
    "released": pl.Boolean(),
}
NOTHING_OPEN = pl.DataFrame(schema=OPEN)
FEW = 5_000
# The record an echo's word came from, and whether a person or the calendar took that word back.
FOUND = """
SELECT e.id, e.record_id, e.field, e.value, e.base, e.seen_at IS NOT NULL, e.origin_pin IS NOT NULL, x.id,
       x.account_id, coalesce(p.released_at IS NOT NULL AND (p.released_by_id IS NOT NULL
                                                             OR p.expires_at <= p.released_at), false)
  FROM syncengine_echo e LEFT JOIN syncengine_pin p ON p.id = e.origin_pin
  LEFT JOIN accounts_accountcrosswalk x ON CASE WHEN e.origin_pin IS NOT NULL THEN x.id = p.record_id
                                           ELSE x.source_id = e.origin_source AND x.key = e.origin_key END
"""


def own_words(name: str, records: pl.DataFrame) -> pl.DataFrame:
    """Canonical rows as evidence: a person's values give way to the source's own, other echoes to nothing."""
    return _replaced(name, records, _open(name, records), own=pl.col("by_person"))


def without_echoes(name: str, records: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Canonical rows with echoes blanked, and the source's own words where an echo's origin is gone.

    `members` has record_id and account_id of the records whose customer is being decided.
    """
    echoes = _open(name, records)
    if not echoes.height:
        return records
    now = members.select("record_id", "account_id")
    held = echoes.join(now, on="record_id", how="left")
    held = held.join(now.rename({"record_id": "origin", "account_id": "there"}), on="origin", how="left")
    away = pl.coalesce("there", "home").ne_missing(pl.col("account_id")) & pl.col("origin").is_not_null()
    return _replaced(name, records, held, own=pl.col("released") | away)


def _replaced(name: str, records: pl.DataFrame, echoes: pl.DataFrame, *, own: pl.Expr) -> pl.DataFrame:
    if not echoes.height:
        return records
    for (code,), found in echoes.group_by("field"):
        spec = load()[name].by_code.get(int(code))
        if spec is None or spec.column not in records.columns:
            continue
        word = pl.when(own).then(pl.col("base"))
        told = found.select("record_id", __echo="value", __own=word, __echoed=pl.lit(True))
        records = records.join(told, on="record_id", how="left", maintain_order="left")
        same = pl.col("__echoed").fill_null(False) & text_expr(spec).eq_missing(pl.col("__echo"))
        before = from_text(spec, records.schema[spec.column], column="__own")
        records = records.with_columns(pl.when(same).then(before).otherwise(pl.col(spec.column)).alias(spec.column))
        records = records.drop("__echo", "__own", "__echoed")
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
        # What a person asked for stands until a system that had taken it over says something else itself;
        # what a steward pinned on the desk stands until somebody releases it.
        execute(
            "UPDATE syncengine_pin p SET released_at = %s FROM syncengine_echo e "
            "JOIN syncengine_outboxmessage m ON m.id = e.message_id WHERE e.id = ANY(%s) AND p.id = e.origin_pin "
            "AND m.request_id IS NOT NULL AND m.cause LIKE 'request %%' AND p.released_at IS NULL",
            [now, over],
        )
        execute("UPDATE syncengine_echo SET closed_at = %s WHERE id = ANY(%s)", [now, over])


def _open(name: str, records: pl.DataFrame) -> pl.DataFrame:
    """Echoes in force of these records; where nothing was ever written this costs one look."""
    code = load()[name].code
    where = "WHERE e.object = %s AND e.closed_at IS NULL"
    known = rows("SELECT count(*) FROM (SELECT 1 FROM syncengine_echo WHERE closed_at IS NULL LIMIT %s) x", [FEW])
    if not known[0][0] or not records.height:
        return NOTHING_OPEN
    if known[0][0] < FEW:
        return read(f"{FOUND} {where}", OPEN, [code]).join(records.select("record_id"), on="record_id", how="semi")
    stage("echo_records", {"record_id": "bigint"}, records.select("record_id"))
    return read(f"{FOUND} JOIN echo_records r ON r.record_id = e.record_id {where}", OPEN, [code])
