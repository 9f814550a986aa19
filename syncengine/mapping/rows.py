"""Raw rows into canonical rows, whole batches at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from syncengine.mapping.clean import clean
from syncengine.mapping.convert import Converted, convert
from syncengine.mapping.drift import drift, missing_columns_error
from syncengine.mapping.head import head_conversions, read_head
from syncengine.mapping.plan import CLOCK, MappingPlan, ObjectPlan
from syncengine.mapping.refusals import Failing, add_reasons
from syncengine.records import INSTANT, MappedBatch

HEAD = ("key", "source_version", "modified_at", "deleted")
Reasons = dict[int, list[tuple[str, str]]]


def map_rows(raw: pl.DataFrame, plan: MappingPlan, *, now: datetime | None = None) -> list[MappedBatch]:
    """Canonical rows of each object the raw rows tell, the primary object first.

    Further objects are told only by rows whose primary object was taken. With `now`, a modification
    time from a clock far ahead becomes now.
    """
    raw = _with_expected_columns(raw, plan)
    cleaned = clean(raw, plan.columns)
    head, head_read = read_head(cleaned, plan, now=now)
    first, taken = _map_primary(plan, raw, cleaned, head, head_read)
    if len(plan.objects) == 1:
        return [first]
    if len(taken) < raw.height:
        raw, cleaned, head = raw[taken], cleaned[taken], head[taken]
    return [first, *(_map_also(plan, further, raw, cleaned, head) for further in plan.objects[1:])]


def _with_expected_columns(raw: pl.DataFrame, plan: MappingPlan) -> pl.DataFrame:
    found = drift(plan.columns, raw.columns)
    if not found.missing:
        return raw
    if not plan.sparse or len(found.missing) == len(plan.columns):
        raise missing_columns_error(plan.stream, found, raw.columns)
    return raw.with_columns(pl.lit(None, pl.String).alias(name) for name in found.missing)


def _map_primary(
    plan: MappingPlan, raw: pl.DataFrame, cleaned: pl.DataFrame, head: pl.DataFrame, head_read: Converted
) -> tuple[MappedBatch, pl.Series]:
    refused: Reasons = {}
    warned: Reasons = {}
    heads = head_conversions(plan)
    everyone = pl.repeat(True, raw.height, eager=True, dtype=pl.Boolean)
    add_reasons(refused, head_read, head_read.failing(heads, nullable=False), everyone)
    add_reasons(warned, head_read, head_read.failing(heads, nullable=True), everyone)
    return _map_object(plan, plan.objects[0], raw, cleaned, head, refused, warned)


def _map_also(
    plan: MappingPlan, further: ObjectPlan, raw: pl.DataFrame, cleaned: pl.DataFrame, head: pl.DataFrame
) -> MappedBatch:
    if not further.unless_empty:
        return _map_object(plan, further, raw, cleaned, head, {}, {})[0]
    told = cleaned.select(pl.any_horizontal(pl.col(list(further.unless_empty)).is_not_null())).to_series()
    gone = cleaned.filter(~told & ~head["deleted"]).select(further.key).to_series().drop_nulls()
    batch, _ = _map_object(plan, further, raw.filter(told), cleaned.filter(told), head.filter(told), {}, {})
    # A key can lose its columns in one row and have them in another (a list of addresses): then it is told.
    absent = gone.filter(~gone.is_in(batch.rows["key"].implode())) if len(gone) else gone
    return replace(batch, absent=tuple(absent.to_list()))


def _map_object(
    plan: MappingPlan,
    object_plan: ObjectPlan,
    raw: pl.DataFrame,
    cleaned: pl.DataFrame,
    head: pl.DataFrame,
    refused: Reasons,
    warned: Reasons,
) -> tuple[MappedBatch, pl.Series]:
    keys = cleaned.select(object_plan.key).to_series()
    converted = convert(cleaned, object_plan.conversions)
    # What a deleted row still says doesn't matter; that it is gone does.
    live = ~head["deleted"]
    add_reasons(refused, converted, converted.failing(object_plan.conversions, nullable=False), live)
    add_reasons(warned, converted, converted.failing(object_plan.conversions, nullable=True), live)
    _refuse_missing_keys(refused, keys)
    told = [name for name in (*HEAD[1:], "published_at") if name in head.columns]
    rows = pl.DataFrame([keys]).hstack(head.select(told))
    rows = rows.hstack(converted.values).hstack(_clocks(cleaned, object_plan)).with_row_index("_row")
    if refused:
        rows = rows.filter(~pl.col("_row").is_in(list(refused)))
    newest = _newest_of_each_key(rows)
    failing = Failing(keys, raw, plan.stream)
    batch = MappedBatch(
        object=object_plan.object,
        rows=newest.drop("_row"),
        refused=failing.refusals(refused, "reject"),
        warnings=failing.refusals({row: why for row, why in warned.items() if row not in refused}, "warn"),
        superseded=rows.height - newest.height,
    )
    return batch, newest["_row"]


def _clocks(cleaned: pl.DataFrame, plan: ObjectPlan) -> pl.DataFrame:
    """When single fields changed, as one list with a place for each field code; nothing where none is told."""
    if not plan.clocks:
        return pl.DataFrame()
    told = convert(cleaned, plan.clocks).values
    codes = {int(name.removeprefix(CLOCK)): name for name in told.columns}
    unknown = pl.lit(None, INSTANT)
    places = [pl.col(codes[code]) if code in codes else unknown for code in range(1, max(codes) + 1)]
    return told.select(clocks=pl.concat_list(places))


def _refuse_missing_keys(refused: Reasons, keys: pl.Series) -> None:
    reason = ("map:key", "the row has no key, so it cannot be told apart")
    if keys.null_count():
        for row in keys.is_null().arg_true().to_list():
            refused.setdefault(row, []).insert(0, reason)


def _newest_of_each_key(rows: pl.DataFrame) -> pl.DataFrame:
    if rows["key"].n_unique() == rows.height:
        return rows
    ranked = rows.sort("modified_at", "_row", nulls_last=False)
    return ranked.unique("key", keep="last").sort("_row")
