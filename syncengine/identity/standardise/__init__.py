"""Records in the one form in which they are compared; the raw values stay untouched elsewhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from syncengine.identity.engine import THREADS
from syncengine.identity.standardise.addresses import address_columns, country_column
from syncengine.identity.standardise.identifiers import identifier_columns
from syncengine.identity.standardise.names import name_columns
from syncengine.identity.standardise.reach import reach_columns
from syncengine.identity.standardise.remembered import remembered
from syncengine.identity.standardise.scripts import latin_columns
from syncengine.identity.standardise.text import readable, settled

PART = 50_000  # rows that are worked on at once
FEW = 100  # rows that are worth a look whether they have been worked on before

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
    "record_id",
    "name",
    "name_key",
    "joined",
    "legal_form",
    "base",
    "place",
    "division",
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
    "postcode",
    "city",
    "region",
    "country",
)


def standardise(records: pl.DataFrame) -> pl.DataFrame:
    """record_id and the compared columns; whatever cannot be read is null and takes no part."""
    if 0 < records.height <= FEW:
        return remembered(_complete(records), _standardised)
    if records.height <= PART:
        return _standardised(records)
    # Rows do not depend on one another: parts keep both cores busy and the memory in between small.
    with ThreadPoolExecutor(THREADS) as pool:
        return pl.concat(pool.map(_standardised, records.iter_slices(PART)), rechunk=False)


def _standardised(records: pl.DataFrame) -> pl.DataFrame:
    frame = latin_columns(_complete(records), ["name", "legal_name", "street", "city"]).lazy()
    for columns in (country_column, name_columns, reach_columns, identifier_columns, address_columns):
        frame = settled(columns(frame))
    return frame.select(COMPARED).collect()


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
