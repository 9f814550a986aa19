"""Numbers that authorities and registers give: tax, company register, D-U-N-S."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.text import code


def identifier_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """tax (country and number), tax_country, registration (with its country) and duns."""
    tax = code(pl.col("tax_id"))
    prefix = tax.str.extract(r"^([A-Z]{2})[A-Z0-9]*\d")
    prefix = pl.when(prefix == "EL").then(pl.lit("GR")).otherwise(prefix)
    number = pl.when(prefix.is_not_null() & (prefix == pl.col("country").fill_null(prefix))).then(
        tax.str.slice(2)
    )
    frame = frame.with_columns(
        tax=number.fill_null(tax).str.replace(r"^(\d{9,})(?:MWST|TVA|IVA)$", "$1"),
        tax_country=pl.coalesce(prefix, "country"),
        registration=code(pl.col("registration_id")),
        duns_number=pl.col("duns").str.slice(0, 60).str.replace_all(r"\D", ""),
    )
    duns = pl.when(pl.col("duns_number").str.len_chars().is_between(7, 9)).then(
        pl.col("duns_number").str.zfill(9)
    )
    hollow = duns.str.contains(r"^(?:0+|1+|9+|123456789)$")
    return frame.with_columns(
        tax=pl.when(pl.col("tax").str.len_chars() >= 6).then("tax"),
        registration=pl.when(pl.col("registration").str.len_chars() >= 4).then("registration"),
        duns=pl.when(~hollow).then(duns),
        tax_country=pl.when(pl.col("tax").str.len_chars() >= 6).then("tax_country"),
    ).drop("duns_number")
