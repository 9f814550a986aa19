"""Which record's value stands for each field of each cluster; a pure function over canonical rows.

One implementation serves the bulk load, the single change and the dry run: they differ only in who
reads the rows and who writes the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.records import Survived

RULES = {
    "only_source": 1,
    "system_of_record": 2,
    "most_recent": 3,
    "most_frequent": 4,
    "longest": 5,
    "highest": 6,
    "lowest": 7,
    "aggregate": 8,
    "manual": 9,
    "pinned": 10,
}
BY_VALUE = ("most_frequent", "longest", "highest", "lowest")
PINNED = -1


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field survives: the strategy, the sources (ids) in order of trust, whether people are asked."""

    strategy: str
    order: tuple[int, ...]
    conflict: bool = False


def survive(
    records: pl.DataFrame, spec: ObjectSpec, rules: Mapping[str, FieldRule], pins: pl.DataFrame
) -> Survived:
    """Golden values of each cluster.

    `records` has cluster, record_id, source (id), key, observed, live, and the value columns of the
    object; `pins` has cluster, field (code), value (text). The answer does not depend on row order.
    """
    fields = [field for field in spec.fields.values() if field.column in records.columns]
    members = _members(records)
    single = members.filter(pl.col("size") == 1)
    several = members.filter(pl.col("size") > 1)
    golden = pl.concat(
        [_alone(single, spec, fields), _together(several, spec, fields, rules)], how="vertical_relaxed"
    )
    return Survived(_pinned(golden, spec, pins), _conflicts(several, fields, rules))


def _members(records: pl.DataFrame) -> pl.DataFrame:
    """Records in the order of their ids, numbered from 1 within their cluster; dead ones don't compete."""
    any_live = pl.col("live").any().over("cluster")
    return records.sort("cluster", "record_id").with_columns(
        member=pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over("cluster"),
        size=pl.len().over("cluster"),
        competes=pl.col("live") | ~any_live,
    )


def _alone(single: pl.DataFrame, spec: ObjectSpec, fields: Sequence[FieldSpec]) -> pl.DataFrame:
    """A record on its own is its cluster's golden record as it stands."""
    said = {field.code: pl.col(field.column).is_not_null().cast(pl.Int16) for field in fields}
    arrays = _by_code(spec, said)
    return single.select(
        "cluster",
        *[pl.col(field.column) for field in fields],
        winners=arrays,
        rules=arrays,
        sources=_in_list("source"),
        keys=_in_list("key"),
        observed=_in_list("observed"),
        record_count=pl.lit(1, pl.Int16),
    )


def _in_list(name: str) -> pl.Expr:
    return pl.concat_arr(name).arr.to_list()


def _by_code(spec: ObjectSpec, parts: Mapping[int, pl.Expr]) -> pl.Expr:
    """One list with a place for every field code; a field nobody maps has 0."""
    nothing = pl.repeat(0, pl.len(), dtype=pl.Int16)
    # concat_arr, because concat_list took forty times as long over a million rows
    return pl.concat_arr([parts.get(code, nothing) for code in range(1, max(spec.by_code) + 1)]).arr.to_list()


def _together(
    several: pl.DataFrame, spec: ObjectSpec, fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule]
) -> pl.DataFrame:
    """Clusters of two and more: rank once per ordering, take the first value said."""
    merged = several.group_by("cluster", maintain_order=True).agg(
        sources=pl.col("source"),
        keys=pl.col("key"),
        observed=pl.col("observed"),
        record_count=pl.len().cast(pl.Int16),
    )
    for rule, named in _orderings(fields, rules):
        ranked = _ranked(several.filter("competes"), rule, named)
        best = ranked.group_by("cluster", maintain_order=True).agg(
            [part for field in named for part in _winner(field, rule)]
        )
        merged = merged.join(best, on="cluster", how="left", maintain_order="left")
    winners = {field.code: pl.col(f"{field.code}:member").fill_null(0) for field in fields}
    chosen = {field.code: _rule_code(field, rules[field.name]) for field in fields}
    return merged.select(
        "cluster",
        *[pl.col(field.column) for field in fields],
        winners=_by_code(spec, winners),
        rules=_by_code(spec, chosen),
        sources="sources",
        keys="keys",
        observed="observed",
        record_count="record_count",
    )


def _orderings(
    fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule]
) -> list[tuple[FieldRule, list[FieldSpec]]]:
    """Fields that can share one sort: same strategy and order; those ranked by their value stand alone."""
    groups: dict[object, tuple[FieldRule, list[FieldSpec]]] = {}
    for field in fields:
        rule = rules[field.name]
        name = (rule.strategy, rule.order, field.name if rule.strategy in BY_VALUE else None)
        groups.setdefault(name, (rule, []))[1].append(field)
    return list(groups.values())


def _trust(order: Sequence[int]) -> pl.Expr:
    places = {source: place for place, source in enumerate(order)}
    return pl.col("source").replace_strict(places, default=len(places), return_dtype=pl.Int32)


def _ranked(records: pl.DataFrame, rule: FieldRule, named: Sequence[FieldSpec]) -> pl.DataFrame:
    """Best record first in each cluster; the record id breaks every tie, so order of arrival never matters."""
    newest = pl.col("observed")
    if rule.strategy == "most_recent":
        keys, down = [newest, _trust(rule.order)], [True, False]
    elif rule.strategy in BY_VALUE:
        value, largest_first = _by_value(named[0], rule.strategy)
        keys, down = [value, _trust(rule.order), newest], [largest_first, False, True]
    else:
        keys, down = [_trust(rule.order), newest], [False, True]
    return records.sort(
        pl.col("cluster"), *keys, pl.col("record_id"), descending=[False, *down, False], nulls_last=True
    )


def _by_value(field: FieldSpec, strategy: str) -> tuple[pl.Expr, bool]:
    column = pl.col(field.column)
    if strategy == "longest":
        return column.str.len_chars(), True
    if strategy == "most_frequent":
        return pl.when(column.is_not_null()).then(pl.len().over("cluster", field.column)), True
    return column, strategy == "highest"


def _winner(field: FieldSpec, rule: FieldRule) -> list[pl.Expr]:
    said = pl.col(field.column).is_not_null()
    value = pl.col(field.column).filter(said).first()
    if rule.strategy == "aggregate" and field.type == "tags":
        value = pl.col(field.column).explode(keep_nulls=False).unique(maintain_order=True).implode().first()
        value = pl.when(said.any()).then(value)
    return [
        value.alias(field.column),
        pl.col("member").filter(said).first().alias(f"{field.code}:member"),
        said.sum().cast(pl.Int16).alias(f"{field.code}:said"),
    ]


def _rule_code(field: FieldSpec, rule: FieldRule) -> pl.Expr:
    said = pl.col(f"{field.code}:said").fill_null(0)
    return (
        pl.when(said == 0)
        .then(pl.lit(0, pl.Int16))
        .when(said == 1)
        .then(pl.lit(RULES["only_source"], pl.Int16))
        .otherwise(pl.lit(RULES[rule.strategy], pl.Int16))
    )


def normalised(field: FieldSpec) -> pl.Expr:
    """The value without what does not count as a difference: case, spaces, punctuation."""
    column = pl.col(field.column)
    if field.type in ("integer", "decimal", "money", "percent", "date", "datetime", "boolean"):
        return column.cast(pl.String)
    if field.type == "tags":
        return column.list.sort().list.join("|").str.to_lowercase()
    plain = column.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    if field.type == "url":
        plain = plain.str.replace(r"^https?://", "").str.replace(r"^www\.", "").str.strip_chars_end("/")
    if field.type == "phone":
        return plain.str.replace_all(r"\D", "").str.slice(-9)
    return plain.str.replace_all(r"[^\p{L}\p{N}]+", "")


def _conflicts(
    several: pl.DataFrame, fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule]
) -> pl.DataFrame:
    """Fields whose policy asks people, where live records of different sources differ after normalisation."""
    asked = [
        field for field in fields if rules[field.name].conflict or rules[field.name].strategy == "manual"
    ]
    live = several.filter("competes")
    found = [_differences(live, field) for field in asked]
    empty = pl.DataFrame(
        schema={"cluster": several.schema["cluster"], "field": pl.Int16, "values": pl.List(pl.String)}
    )
    return pl.concat([empty, *found], how="vertical_relaxed")


def _differences(live: pl.DataFrame, field: FieldSpec) -> pl.DataFrame:
    told = live.select("cluster", "source", value=normalised(field)).filter(
        pl.col("value").is_not_null() & (pl.col("value") != "")
    )
    return (
        told.group_by("cluster")
        .agg(values=pl.col("value").unique().sort(), sources=pl.col("source").n_unique())
        .filter((pl.col("values").list.len() > 1) & (pl.col("sources") > 1))
        .select("cluster", pl.lit(field.code, pl.Int16).alias("field"), "values")
    )


def _pinned(golden: pl.DataFrame, spec: ObjectSpec, pins: pl.DataFrame) -> pl.DataFrame:
    """Values people pinned stand over every rule."""
    for code in pins["field"].unique().sort() if pins.height else []:
        field = spec.by_code[code]
        if field.column not in golden.columns:
            golden = golden.with_columns(pl.lit(None, pl.String).alias(field.column))
        chosen = (
            pins.filter(pl.col("field") == code)
            .unique("cluster", keep="last")
            .select("cluster", pin="value", pinned=pl.lit(True))
        )
        joined = golden.join(chosen, on="cluster", how="left", maintain_order="left")
        is_pinned = pl.col("pinned").fill_null(False)
        golden = joined.with_columns(
            pl.when(is_pinned)
            .then(_from_text(field, golden.schema[field.column]))
            .otherwise(pl.col(field.column))
            .alias(field.column),
            winners=_replace_at(pl.col("winners"), code, is_pinned, PINNED),
            rules=_replace_at(pl.col("rules"), code, is_pinned, RULES["pinned"]),
        ).drop("pin", "pinned")
    return golden


def _from_text(field: FieldSpec, kind: pl.DataType) -> pl.Expr:
    if field.type == "boolean":
        return pl.col("pin") == "true"
    if field.type == "datetime":
        return pl.col("pin").str.to_datetime(time_unit="us", time_zone="UTC")
    if field.type == "tags":
        return pl.col("pin").str.split(";")
    return pl.col("pin").cast(kind)


def _replace_at(array: pl.Expr, code: int, where: pl.Expr, value: int) -> pl.Expr:
    changed = pl.concat_list(
        array.list.slice(0, code - 1), pl.concat_list(pl.lit(value, pl.Int16)), array.list.slice(code)
    )
    return pl.when(where).then(changed).otherwise(array)
