"""People of one customer: the same person by e-mail, telephone and name."""

from __future__ import annotations

import polars as pl

from syncengine.identity.components import components, star_edges
from syncengine.identity.standardise.text import ONE_DIGIT, fold, said
from syncengine.identity.tables import words

TITLES = r"^(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau|hr|fr|mme|mlle|m|sr|sra|dipl ing|ing|mag) )+"
KEYS = (
    ["account_id", "email", "last"],
    ["account_id", "email", "first"],
    ["account_id", "email", "nameless"],
    ["account_id", "full"],
    ["account_id", "line", "last", "initial"],
    ["account_id", "cell", "last", "initial"],
)


def partition_contacts(frame: pl.DataFrame) -> pl.DataFrame:
    """record_id and cluster; people are compared only within their customer, unknown customers not at all."""
    people = _standardised(frame)
    edges = pl.concat([star_edges(people, keys) for keys in KEYS])
    labels = components(people["record_id"], edges["a"], edges["b"])
    return labels.select(record_id="node", cluster="label").sort("record_id")


def _standardised(frame: pl.DataFrame) -> pl.DataFrame:
    turned = pl.col("name").str.slice(0, 200).str.replace(r"^\s*([^,]+),\s*([^,]+)$", "$2 $1")
    name = said(fold(turned).str.replace(TITLES, "")).str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"])
    people = frame.select(
        pl.col("record_id").cast(pl.Int64),
        pl.col("account_id").cast(pl.Int64),
        email=pl.col("email").cast(pl.String).str.to_lowercase().str.extract(r"([^\s<>@;,]+@[^\s<>@;,]+)"),
        line=_digits("phone"),
        cell=_digits("mobile"),
        parts=name.str.split(" "),
    )
    people = people.with_columns(
        first=pl.col("parts").list.first(), last=pl.col("parts").list.last(), size=pl.col("parts").list.len()
    )
    role = pl.col("email").str.extract(r"^([^@]+)").is_in([str(w) for w in words("blocked")["role_mailboxes"]])
    return people.with_columns(
        full=pl.when(pl.col("size") > 1).then(pl.col("parts").list.sort().list.join(" ")),
        initial=pl.col("first").str.slice(0, 1),
        nameless=pl.when(pl.col("parts").is_null() & ~role).then(pl.lit(True)),
    )


def _digits(column: str) -> pl.Expr:
    digits = pl.col(column).cast(pl.String).str.slice(0, 60).str.replace_all(r"\D", "").str.slice(-8)
    return pl.when((digits.str.len_chars() >= 6) & ~digits.str.contains(ONE_DIGIT)).then(digits)
