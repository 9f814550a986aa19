"""Values that too many differently named records hold: placeholders, not identifiers."""

from __future__ import annotations

import polars as pl

from syncengine.identity.guards import POLICY, Policy

IDENTIFIERS = ("tax", "registration", "duns", "id_1")
HUB = {"kind": pl.String, "value": pl.String, "names": pl.UInt32}


def hub_values(standardised: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """kind, value and number of names of identifiers that more names tell than one company has."""
    found = [
        standardised.drop_nulls([kind, "name_key"])
        .group_by(pl.col(kind).alias("value"))
        .agg(names=pl.col("name_key").n_unique())
        .filter(pl.col("names") > policy.shared_name_cap)
        .select(pl.lit(kind).alias("kind"), "value", pl.col("names").cast(pl.UInt32))
        for kind in IDENTIFIERS
        if kind in standardised.columns
    ]
    return pl.concat([pl.DataFrame(schema=HUB), *found]).sort("kind", "value")


def without_hubs(standardised: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
    """The records without these values: they neither help nor hurt."""
    for kind, group in hubs.group_by("kind"):
        name = str(kind[0])
        held = pl.col(name).is_in(group["value"].implode())
        standardised = standardised.with_columns(pl.when(~held).then(pl.col(name)).alias(name))
        if name == "id_1":
            standardised = standardised.with_columns(ids=pl.when(pl.col(name).is_not_null()).then("ids"))
    return standardised
