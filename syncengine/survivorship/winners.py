"""The winner of each field of each cluster: rank once per ordering, take the first value that is trusted."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.survivorship.normal import normalised, plain
from syncengine.survivorship.rules import BY_VALUE, RULES, FieldRule


def members_of(records: pl.DataFrame) -> pl.DataFrame:
    """Records in the order of their ids, numbered from 1 within their cluster; dead ones don't compete."""
    any_live = pl.col("live").any().over("cluster")
    return records.sort("cluster", "record_id").with_columns(
        member=pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over("cluster"),
        size=pl.len().over("cluster"),
        competes=pl.col("live") | ~any_live,
    )


def alone(single: pl.DataFrame, spec: ObjectSpec, fields: Sequence[FieldSpec]) -> pl.DataFrame:
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


def together(
    several: pl.DataFrame, spec: ObjectSpec, fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule]
) -> pl.DataFrame:
    """Clusters of two and more."""
    merged = several.group_by("cluster", maintain_order=True).agg(
        sources=pl.col("source"),
        keys=pl.col("key"),
        observed=pl.col("observed"),
        record_count=pl.len().cast(pl.Int16),
    )
    distrusted = _distrusted(several)
    for rule, named in _orderings(fields, rules, several):
        merged = _with_winners(merged, several, rule, named, distrusted)
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


def _with_winners(
    merged: pl.DataFrame, several: pl.DataFrame, rule: FieldRule, named: Sequence[FieldSpec], distrusted: Container[int]
) -> pl.DataFrame:
    """The fields that one ranking decides, joined to their clusters."""
    ranked = _ranked(several.filter("competes") if rule.distrust_deleted else several, rule, named)
    best = ranked.group_by("cluster", maintain_order=True).agg(
        [part for field in named for part in _winner(field, rule, field.code in distrusted)]
    )
    merged = merged.join(best, on="cluster", how="left", maintain_order="left")
    for field in named:
        if rule.strategy == "aggregate" and field.type == "tags":
            collected = _collected(ranked, field)
            merged = merged.drop(field.column).join(collected, on="cluster", how="left", maintain_order="left")
    return merged


def _in_list(name: str) -> pl.Expr:
    return pl.concat_arr(name).arr.to_list()


def _by_code(spec: ObjectSpec, parts: Mapping[int, pl.Expr]) -> pl.Expr:
    """One list with a place for every field code; a field nobody maps has 0."""
    nothing = pl.repeat(0, pl.len(), dtype=pl.Int16)
    # concat_arr, because concat_list took forty times as long over a million rows
    return pl.concat_arr([parts.get(code, nothing) for code in range(1, max(spec.by_code) + 1)]).arr.to_list()


def _distrusted(several: pl.DataFrame) -> set[int]:
    """Codes of fields that failed validation on any of these records: mostly none, and then nothing is asked."""
    if "invalid" not in several.columns:
        return set()
    return set(several["invalid"].explode().drop_nulls().unique())


def _orderings(
    fields: Sequence[FieldSpec], rules: Mapping[str, FieldRule], several: pl.DataFrame
) -> list[tuple[FieldRule, list[FieldSpec]]]:
    """Fields that can share one sort: same rule; those ranked by their value or own clock stand alone."""
    own_clocks = "clocks" in several.columns and several["clocks"].null_count() < several.height
    groups: dict[object, tuple[FieldRule, list[FieldSpec]]] = {}
    for field in fields:
        rule = rules[field.name]
        apart = rule.strategy in BY_VALUE or (rule.strategy == "most_recent" and own_clocks)
        name = (rule, field.name if apart else None)
        groups.setdefault(name, (rule, []))[1].append(field)
    return list(groups.values())


def _trust(order: Sequence[int]) -> pl.Expr:
    places = {source: place for place, source in enumerate(order)}
    return pl.col("source").replace_strict(places, default=len(places), return_dtype=pl.Int32)


def _ranked(records: pl.DataFrame, rule: FieldRule, named: Sequence[FieldSpec]) -> pl.DataFrame:
    """Best record first in each cluster; the record id breaks every tie, so order of arrival never matters."""
    newest = _newest(records, rule, named)
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


def _newest(records: pl.DataFrame, rule: FieldRule, named: Sequence[FieldSpec]) -> pl.Expr:
    """The honest clock: the newest of the record's change or publication and, where it is told, the field's own."""
    if rule.strategy != "most_recent" or "clocks" not in records.columns or len(named) > 1:
        return pl.col("observed")
    own = pl.col("clocks").list.get(named[0].code - 1, null_on_oob=True)
    return pl.max_horizontal("observed", own)


def _by_value(field: FieldSpec, strategy: str) -> tuple[pl.Expr, bool]:
    column = pl.col(field.column)
    if strategy == "longest":
        return column.str.len_chars(), True
    if strategy == "most_frequent":
        alike = normalised(field)
        return pl.when(column.is_not_null()).then(pl.len().over("cluster", alike)), True
    return column, strategy == "highest"


def _winner(field: FieldSpec, rule: FieldRule, has_invalid: bool) -> list[pl.Expr]:
    column, said = pl.col(field.column), pl.col(field.column).is_not_null()
    counts = said if rule.ignore_empty else pl.lit(True)
    value, member = column.filter(counts).first(), pl.col("member").filter(counts).first()
    if has_invalid and rule.distrust_invalid:
        sound = said & ~pl.col("invalid").list.contains(field.code).fill_null(False)
        value = pl.when(sound.any()).then(column.filter(sound).first()).otherwise(value)
        member = pl.when(sound.any()).then(pl.col("member").filter(sound).first()).otherwise(member)
    return [
        value.alias(field.column),
        pl.when(value.is_not_null()).then(member).alias(f"{field.code}:member"),
        said.sum().cast(pl.Int16).alias(f"{field.code}:said"),
    ]


def _collected(ranked: pl.DataFrame, field: FieldSpec) -> pl.DataFrame:
    """Every entry of the members' lists once, in the spelling of the most trusted record."""
    kind = "phone" if "phone" in field.name else "text"
    entries = ranked.select("cluster", field.column).explode(field.column).drop_nulls(field.column)
    once = entries.with_columns(alike=plain(pl.col(field.column), kind)).unique(
        ["cluster", "alike"], keep="first", maintain_order=True
    )
    return once.group_by("cluster", maintain_order=True).agg(field.column)


def _rule_code(field: FieldSpec, rule: FieldRule) -> pl.Expr:
    said = pl.col(f"{field.code}:said").fill_null(0)
    return (
        pl.when(said == 0)
        .then(pl.lit(0, pl.Int16))
        .when(said == 1)
        .then(pl.lit(RULES["only_source"], pl.Int16))
        .otherwise(pl.lit(RULES[rule.strategy], pl.Int16))
    )
