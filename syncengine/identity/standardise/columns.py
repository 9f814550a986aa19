"""What is read of a record, and what is compared of it."""

from __future__ import annotations

import polars as pl

TRADE_NAMES = "trade_names"  # a list of texts, or one with semicolons between
READ = (
    "name",
    "legal_name",
    "street",
    "city",
    "region",
    "postcode",
    "country",
    "phone",
    "email",
    "website",
    "tax_id",
    "registration_id",
    "duns",
)
COMPARED = (
    "name",
    "name_key",
    "joined",
    "legal_form",
    "base",
    "place",
    "division",
    "begun",
    "tok1",
    "tok2",
    "tokens",
    "all_names",
    "alias_1",
    "alias_2",
    "domain",
    "stem",
    "email",
    "phone",
    "dial",
    "trunk",
    "tax",
    "tax_country",
    "tax_kind",
    "tax_sure",
    "registration",
    "registration_sure",
    "duns",
    "house",
    "road",
    "street_key",
    "way",
    "postcode",
    "city",
    "region",
    "country",
)
LISTS, FLAGS = ("tokens", "all_names"), ("tax_sure", "registration_sure")
SCHEMA = {
    "record_id": pl.Int64(),
    **dict.fromkeys(COMPARED, pl.String()),
    **dict.fromkeys(LISTS, pl.List(pl.String)),
    **dict.fromkeys(FLAGS, pl.Boolean()),
}
