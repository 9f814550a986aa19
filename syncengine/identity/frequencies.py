"""How common a value is, counted in companies: a company's own duplicates do not make its name common."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from syncengine.identity.components import components, star_edges
from syncengine.identity.model import FEWEST, Model

VALUES = {
    "name": "name_key",
    "email": "email",
    "domain": "domain",
    "phone": "phone",
    "tax": "tax",
    "registration": "registration",
    "duns": "duns",
    "address": "address",
}
ADDRESS = pl.concat_str(["street_key", pl.lit("|"), pl.coalesce("postcode", "city", pl.lit(""))])
FIRST_PASS = (
    ["tax"],
    ["duns"],
    ["email", "tok1"],
    ["domain", "tok1"],
    ["phone", "tok1"],
    ["street_key", "tok1"],
    ["name_key", "postcode"],
    ["name_key", "city"],
)


def fit_frequencies(standardised: pl.DataFrame, model: Model) -> Model:
    """The model with the rarity of names, domains, numbers and words as these records have it."""
    told = standardised.with_columns(address=ADDRESS)
    labels = _first_pass(told)
    told = told.join(labels, on="record_id")
    companies = max(told["company"].n_unique(), 1)
    found = {value: _shares(told, column, model, value, companies) for value, column in VALUES.items()}
    found["token"] = _tokens(told)
    return replace(model, records=max(standardised.height, FEWEST), frequencies=found)


def _first_pass(told: pl.DataFrame) -> pl.DataFrame:
    """record_id and company: records that exact keys hold together."""
    edges = pl.concat([star_edges(told, keys) for keys in FIRST_PASS])
    labels = components(told["record_id"], edges["a"], edges["b"])
    return labels.select(record_id="node", company="label")


def _shares(told: pl.DataFrame, column: str, model: Model, value: str, companies: int) -> pl.DataFrame:
    """value and share of companies that have it, one left out, for values that two companies have."""
    base = max(companies, FEWEST)
    counted = (
        told.drop_nulls(column).group_by(pl.col(column).alias("value")).agg(n=pl.col("company").n_unique())
    )
    common = counted.filter(pl.col("n") >= 2)
    return common.select("value", share=(pl.col("n") - 1 + model.floors[value]) / base).sort("value")


def _tokens(told: pl.DataFrame) -> pl.DataFrame:
    """token and the number of companies with it in their name, for words of two companies."""
    listed = told.select("company", token=pl.col("tokens")).explode("token").drop_nulls().unique()
    counted = listed.group_by("token").agg(n=pl.len().cast(pl.Int64))
    return counted.filter(pl.col("n") >= 2).sort("token")
