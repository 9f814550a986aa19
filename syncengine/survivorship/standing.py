"""Values that stand a while longer: too young to override, or waiting for a person's approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.survivorship.normal import normalised
from syncengine.survivorship.pins import replace_at
from syncengine.survivorship.rules import RULES, FieldRule

WAITING: dict[str, pl.DataType] = {"cluster": pl.Int64(), "field": pl.Int16(), "values": pl.List(pl.String())}


def let_stand(
    golden: pl.DataFrame,
    spec: ObjectSpec,
    rules: Mapping[str, FieldRule],
    standing: pl.DataFrame,
    now: datetime | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Golden values with guarded fields left as `standing` (cluster, columns) has them; and what waits for people."""
    waits = [pl.DataFrame(schema=WAITING)]
    for field in spec.fields.values():
        rule = rules.get(field.name)
        if rule is None or not rule.guarded or not {field.column} <= {*golden.columns} & {*standing.columns}:
            continue
        golden, waiting = _guard(golden, field, rule, standing.select("cluster", stood=field.column), now)
        waits.append(waiting)
    return golden, pl.concat(waits)


def _guard(
    golden: pl.DataFrame, field: FieldSpec, rule: FieldRule, standing: pl.DataFrame, now: datetime | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    stands = standing.filter(pl.col("stood").is_not_null())
    joined = golden.join(stands, on="cluster", how="left", maintain_order="left")
    stays = _moved(joined, field)
    young = stays & _young(joined, field, rule, now)
    stays = stays if rule.approval else young
    code = pl.when(pl.lit(young)).then(RULES["too_young"]).otherwise(RULES["unapproved"]).cast(pl.Int16)
    asks = joined.filter(stays & ~young).select(
        "cluster",
        pl.lit(field.code, pl.Int16).alias("field"),
        values=pl.concat_list(pl.col("stood").cast(pl.String), pl.col(field.column).cast(pl.String)),
    )
    kept = joined.with_columns(
        pl.when(pl.lit(stays)).then("stood").otherwise(field.column).alias(field.column),
        rules=replace_at(pl.col("rules"), field.code, pl.lit(stays), code),
    )
    return kept.drop("stood"), asks


def _moved(joined: pl.DataFrame, field: FieldSpec) -> pl.Series:
    """Whether the winner says something else than what stands, after normalisation; empty is no override."""
    says = joined.select(normalised(field)).to_series()
    stood = joined.select(pl.col("stood").alias(field.column)).select(normalised(field)).to_series()
    return stood.is_not_null() & says.is_not_null() & says.ne_missing(stood)


def _young(joined: pl.DataFrame, field: FieldSpec, rule: FieldRule, now: datetime | None) -> pl.Series:
    """Whether the winning record's word is younger than the policy asks for."""
    if rule.minimum_age is None or now is None:
        return pl.repeat(False, joined.height, eager=True, dtype=pl.Boolean)
    place = pl.col("winners").list.get(field.code - 1, null_on_oob=True)
    told = pl.col("observed").list.get(place - 1, null_on_oob=True)
    return joined.select((told > now - rule.minimum_age).fill_null(False)).to_series()
