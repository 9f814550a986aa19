"""How common a value is, counted in companies: a company's own duplicates do not make its name common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from syncengine.identity.components import components, star_edges
from syncengine.identity.hubs import hub_values, without_hubs
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
    # of files that hold persons and sites
    "street": "street_key",
    "postcode": "postcode",
    "city": "city",
    "family": "family",
    "given": "given",
    "birth": "birth",
    "id": "id_1",
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
ELSEWHERE = ("postcode", "city", "phone", "domain", "email", "tax", "registration")
FIRST_PASS_FILES = (
    ["tax"],
    ["email", "name_key"],
    ["phone", "street_key"],
    ["phone", "name_key", "no_street"],
    ["name_key", "street_key"],
    ["name_key", "postcode", "no_street"],
    ["name_key", "city", "no_street"],
    ["name_key", "no_more"],
    ["street_key", "tok1"],
    ["id_1"],
    ["family", "birth", "initial"],
    ["email", "given"],
    ["phone", "given"],
    ["family", "given", "street_key"],
)


def fit_frequencies(standardised: pl.DataFrame, model: Model, companies_: pl.DataFrame | None = None) -> Model:
    """The model with the rarity of names, domains, numbers and words as these records have it."""
    told = standardised.with_columns(
        address=ADDRESS,
        no_street=_without("street_key"),
        no_more=_without("street_key", *ELSEWHERE),
        town=pl.coalesce("postcode", "city"),
    )
    hubs = hub_values(told)
    told = without_hubs(told, hubs)
    if companies_ is None:
        companies_ = first_pass(told, FIRST_PASS_FILES if "id" in model.floors else FIRST_PASS)
    told = told.join(companies_, on="record_id")
    companies = max(told["company"].n_unique(), 1)
    values = {value: VALUES[value] for value in model.floors}
    found = {value: _shares(told, column, model, value, companies) for value, column in values.items()}
    found["token"] = _tokens(told)
    found["hub"] = hubs
    return replace(model, records=max(standardised.height, FEWEST), frequencies=found)


def _without(*columns: str) -> pl.Expr:
    """True where none of the columns is told, else null, which ties nothing."""
    return pl.when(pl.all_horizontal(pl.col(column).is_null() for column in columns)).then(pl.lit(True))


def first_pass(told: pl.DataFrame, passes: Sequence[list[str]] = FIRST_PASS) -> pl.DataFrame:
    """record_id and company: records that exact keys hold together."""
    edges = pl.concat([star_edges(told, keys) for keys in passes])
    labels = components(told["record_id"], edges["a"], edges["b"])
    return labels.select(record_id="node", company="label")


def _shares(told: pl.DataFrame, column: str, model: Model, value: str, companies: int) -> pl.DataFrame:
    """value and share of companies that have it, one left out, for values that two companies have."""
    floor = model.floors[value] / max(companies, FEWEST)
    # Records of unknown place add no company to a name: they belong to one that has it.
    placed = told.filter(pl.col("town").is_not_null()) if value == "name" else told
    counted = placed.drop_nulls(column).group_by(pl.col(column).alias("value")).agg(n=pl.col("company").n_unique())
    common = counted.filter(pl.col("n") >= 2)
    return common.select("value", share=(pl.col("n") - 1) / companies + floor).sort("value")


def _tokens(told: pl.DataFrame) -> pl.DataFrame:
    """token and the number of companies with it in their name, for words of two companies."""
    listed = told.select("company", token=pl.col("tokens")).explode("token").drop_nulls().unique()
    counted = listed.group_by("token").agg(n=pl.len().cast(pl.Int64))
    return counted.filter(pl.col("n") >= 2).sort("token")
