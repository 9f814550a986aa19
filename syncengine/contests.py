"""Systems that keep changing what they do not own: counted here, told to people, never fought over."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, load
from accounts.frames import execute, is_empty, read, stage
from accounts.golden.shape import lineage_of, table_of
from syncengine.canonical import read_canonical
from syncengine.policies import PolicySet
from syncengine.records import CANONICAL_TYPES
from syncengine.survivorship import normalised

FOUND = {"record_id": "bigint", "field": "smallint", "value": "text"}


def note_contests(name: str, rows: pl.DataFrame, source: str, policies: PolicySet, *, now: datetime) -> int:
    """Count the changes of these rows (record_id, values) away from a golden value that another system owns.

    Call it before the rows replace their former state. A record that merely never agreed is not counted: it
    has to change its word.
    """
    fields = [f for f in _not_owned(name, source, policies) if f.column in rows.columns]
    if not fields or not rows.height or is_empty(table_of(name)):
        return 0
    stage("contesting", {"record_id": "bigint"}, rows.select("record_id"))
    where = "c.live AND c.crosswalk_id IN (SELECT record_id FROM contesting)"
    before = read_canonical(name, where, columns=[f.name for f in fields], echoes=True)
    if not before.height:
        return 0
    golden = _golden(name, fields)
    found = pl.concat([_moved_away(field, rows, before, golden) for field in fields])
    stage("contests", FOUND, found)
    return execute(
        "INSERT INTO syncengine_fieldcontest AS c (object, record_id, field, times, value, first_at, last_at) "
        "SELECT %s, record_id, field, 1, value, %s, %s FROM contests ON CONFLICT (object, record_id, field) "
        "DO UPDATE SET times = c.times + 1, value = excluded.value, last_at = excluded.last_at",
        [load()[name].code, now, now],
    )


def _not_owned(name: str, source: str, policies: PolicySet) -> list[FieldSpec]:
    """Fields whose order of systems puts another one first."""
    found = []
    for field in load()[name].fields.values():
        policy = policies.field_policy(name, field.name, load())
        owned = policy.strategy != "system_of_record" or policy.order[:1] == (source,) or not policy.order
        found += [] if owned or field.type == "reference" else [field]
    return found


def _golden(name: str, fields: list[FieldSpec]) -> pl.DataFrame:
    # What the source itself gave is nobody else's: it may change that as it likes.
    own = "CASE WHEN l.sources[l.winners[{code}]] = x.source_id THEN NULL ELSE {value} END"
    columns = ", ".join(
        own.format(code=f.code, value=f"to_json(g.{f.name})" if f.type == "tags" else f"g.{f.name}") for f in fields
    )
    schema = {"record_id": pl.Int64()} | {f.column: CANONICAL_TYPES[f.type] for f in fields}
    return read(
        f"SELECT x.id, {columns} FROM contesting c JOIN accounts_{name}crosswalk x ON x.id = c.record_id "
        f"JOIN {table_of(name)} g ON g.id = x.{name}_id JOIN {lineage_of(name)} l ON l.{name}_id = g.id",
        schema,
    )


def _moved_away(field: FieldSpec, rows: pl.DataFrame, before: pl.DataFrame, golden: pl.DataFrame) -> pl.DataFrame:
    told = pl.col(field.column).cast(pl.String) if field.type != "tags" else pl.lit(None, pl.String)
    says = rows.select("record_id", value=told, says=normalised(field))
    joined = says.join(before.select("record_id", said=normalised(field)), on="record_id").join(
        golden.select("record_id", stands=normalised(field)), on="record_id"
    )
    moved = pl.col("says").ne_missing(pl.col("said")) & pl.col("says").ne_missing(pl.col("stands"))
    return joined.filter(moved & pl.col("stands").is_not_null()).select(
        "record_id", pl.lit(field.code, pl.Int16).alias("field"), "value"
    )
