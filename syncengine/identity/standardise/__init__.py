"""Records in the one form in which they are compared; the raw values stay untouched elsewhere."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.addresses import (
    city_column,
    country_column,
    postcode_column,
    region_column,
    street_columns,
)
from syncengine.identity.standardise.columns import COMPARED, READ, SCHEMA, TRADE_NAMES
from syncengine.identity.standardise.few import alone_read
from syncengine.identity.standardise.identifiers import identifier_columns
from syncengine.identity.standardise.names import name_columns
from syncengine.identity.standardise.phones import phone_columns
from syncengine.identity.standardise.reach import domain_columns, email_columns, site_column
from syncengine.identity.standardise.readings import Reading, read_columns
from syncengine.identity.standardise.scripts import latin_columns
from syncengine.identity.standardise.text import as_text

FEW = 500  # records up to which reading each alone is quicker than reading columns

COUNTRY = Reading(country_column, ("country",), ("country",))
NAMES = Reading(
    name_columns,
    ("name", "legal_name", TRADE_NAMES, "country"),
    (
        "name", "name_key", "joined", "legal_form", "base", "place", "division", "begun", "tok1", "tok2", "tokens",
        "all_names", "alias_1", "alias_2",
    ),
    shared=False,
)  # fmt: skip
NUMBERS = ("tax", "tax_country", "tax_kind", "tax_sure", "registration", "registration_sure", "duns")
READINGS = (  # each reads the country as code
    NAMES,
    Reading(site_column, ("website",), ("site",)),
    Reading(email_columns, ("email",), ("email", "mailed")),
    Reading(phone_columns, ("phone", "country"), ("phone", "dial", "trunk")),
    Reading(identifier_columns, ("tax_id", "registration_id", "duns", "country"), NUMBERS),
    Reading(street_columns, ("street",), ("house", "road", "street_key", "way")),
    Reading(postcode_column, ("postcode", "country"), ("postcode",)),
    Reading(city_column, ("city",), ("city",)),
    Reading(region_column, ("region",), ("region",)),
)


def standardise(records: pl.DataFrame) -> pl.DataFrame:
    """record_id and the compared columns; whatever cannot be read is null and takes no part."""
    kinds = records.schema
    if records.height <= FEW and all(kinds.get(name, pl.Null) in (pl.String, pl.Null) for name in READ):
        return _one_by_one(records)
    return _by_column(_complete(records))


def _one_by_one(records: pl.DataFrame) -> pl.DataFrame:
    """A handful of records; what only columns can read keeps its place."""
    alone = [alone_read(row) for row in records.iter_rows(named=True)]
    odd = [row is None for row in alone]
    others = _by_column(_complete(records.filter(pl.Series(odd)))).iter_rows(named=True) if any(odd) else iter(())
    return pl.DataFrame([row or next(others) for row in alone], schema=SCHEMA)


def _by_column(complete: pl.DataFrame) -> pl.DataFrame:
    frame = latin_columns(complete, ["name", "legal_name", "street", "city"])
    frame = frame.with_columns(read_columns(frame, [COUNTRY]))
    told = frame.select("country").with_columns(read_columns(frame, READINGS))
    return domain_columns(told).select(COMPARED).insert_column(0, complete["record_id"])


def _complete(records: pl.DataFrame) -> pl.DataFrame:
    """The columns we read, each there and a text, trade names a list of texts."""
    given = set(records.columns)
    texts = [(as_text(name) if name in given else pl.lit(None, pl.String)).alias(name) for name in READ]
    trade = pl.lit(None, pl.List(pl.String))
    if TRADE_NAMES in given:
        listed = isinstance(records.schema[TRADE_NAMES], pl.List)
        kept = pl.col(TRADE_NAMES) if listed else pl.col(TRADE_NAMES).cast(pl.String).str.split(";")
        trade = kept.cast(pl.List(pl.String))
    return records.select(pl.col("record_id").cast(pl.Int64), *texts, trade.alias(TRADE_NAMES))
