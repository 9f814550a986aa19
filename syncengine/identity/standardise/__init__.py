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
from syncengine.identity.standardise.identifiers import identifier_columns
from syncengine.identity.standardise.names import name_columns
from syncengine.identity.standardise.phones import phone_columns
from syncengine.identity.standardise.reach import domain_columns, email_columns, site_column
from syncengine.identity.standardise.readings import Reading, read_columns
from syncengine.identity.standardise.remembered import Memory
from syncengine.identity.standardise.scripts import latin_columns
from syncengine.identity.standardise.text import readable

FEW = 100  # records that are worth a look whether they have been standardised before

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


COUNTRY = Reading(country_column, ("country",), ("country",))
NAMES = Reading(
    name_columns,
    ("name", "legal_name", "trade_names", "country"),
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
KNOWN = Memory()


def standardise(records: pl.DataFrame) -> pl.DataFrame:
    """record_id and the compared columns; whatever cannot be read is null and takes no part."""
    if 0 < records.height <= FEW:
        found = KNOWN.recall(_complete(records), _standardised)
        return found.insert_column(0, records["record_id"].cast(pl.Int64))
    return _standardised(records).insert_column(0, records["record_id"].cast(pl.Int64))


def _standardised(records: pl.DataFrame) -> pl.DataFrame:
    frame = latin_columns(_complete(records), ["name", "legal_name", "street", "city"])
    frame = frame.with_columns(read_columns(frame, [COUNTRY]))
    told = frame.select("country").with_columns(read_columns(frame, READINGS))
    return domain_columns(told).select(COMPARED)


def _complete(records: pl.DataFrame) -> pl.DataFrame:
    """The columns we read, each there and a text, trade names a list of texts."""
    given = set(records.columns)
    texts = [(readable(name) if name in given else pl.lit(None, pl.String)).alias(name) for name in READ]
    trade = pl.lit(None, pl.List(pl.String))
    if "trade_names" in given:
        listed = isinstance(records.schema["trade_names"], pl.List)
        kept = pl.col("trade_names") if listed else pl.col("trade_names").cast(pl.String).str.split(";")
        trade = kept.cast(pl.List(pl.String))
    return records.select(pl.col("record_id").cast(pl.Int64), *texts, trade.alias("trade_names"))
