"""The rows of a file in the one form in which they are compared."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise import standardise
from syncengine.identity.standardise.people import given_names, organisation_words, people_columns
from syncengine.identity.standardise.scripts import latin_columns
from syncengine.identity.standardise.text import as_text, fold
from syncengine.identity.standardise.whole import NUMBER_FIRST, looks_whole, parse_addresses
from syncengine.identity.weighing import side_by_side

TEXTS = (
    "name", "address", "street", "city", "region", "postcode", "country", "phone", "email", "website", "tax_id",
    "registration_id", "duns", "birth_date", "person_id",
)  # fmt: skip
KINDS_OF_ROAD = [
    "st", "ave", "rd", "blvd", "dr", "ln", "pl", "ct", "sq", "pkwy", "hwy", "ter", "cir", "trl", "way", "n", "s", "e",
    "w", "ne", "nw", "se", "sw", "ul", "c", "r", "via", "calle", "rue", "ste",
]  # fmt: skip


def tidy(records: pl.DataFrame) -> pl.DataFrame:
    """Standardised records with what is compared of persons and sites beside what is compared of companies."""
    records = side_by_side(_complete(records))
    records = latin_columns(records, ["name", "address", "street", "city"])
    if looks_whole(records["street"]):
        records = records.with_columns(address=pl.coalesce("address", "street"), street=pl.lit(None, pl.String))
    records = parse_addresses(records.with_columns(street=pl.col("street").str.replace(NUMBER_FIRST, "$1 ")))
    persons = _persons(records)
    people = people_columns(records, persons=persons)
    return standardise(records).join(people, on="record_id", maintain_order="left").with_columns(road_core=_core())


def _complete(records: pl.DataFrame) -> pl.DataFrame:
    given = set(records.columns)
    texts = [
        (as_text(name).str.strip_chars() if name in given else pl.lit(None, pl.String)).alias(name) for name in TEXTS
    ]
    return records.select(pl.col("record_id").cast(pl.Int64), *texts)


def _core() -> pl.Expr:
    """The road without compass directions and kinds of road, as long as something is left."""
    words_ = pl.col("road").str.split(" ")
    core = words_.list.filter(~pl.element().is_in(KINDS_OF_ROAD)).list.join(" ")
    return pl.when(core == "").then("road").otherwise(core)


def _persons(records: pl.DataFrame) -> pl.Expr:
    """Whose name is a person's.

    A date of birth or a personal number says so. Where such records are, or where nearly no name has the words of
    an organisation, a name without such words is a person's as well.
    """
    told = records.select(
        sure=pl.col("birth_date").is_not_null() | pl.col("person_id").is_not_null(),
        firm=_firm(),
        like=_like_a_person(),
    )
    named = max(records["name"].count(), 1)
    sure, firm, like = (int(told[c].sum()) for c in ("sure", "firm", "like"))
    mixed = sure >= 0.2 * named or (firm <= 0.05 * named and like >= 0.6 * named)
    clear = pl.col("birth_date").is_not_null() | pl.col("person_id").is_not_null()
    return (clear | ~_firm()) if mixed else (clear & ~_firm())


def _words() -> pl.Expr:
    return fold(pl.col("name").str.slice(0, 300)).str.split(" ")


def _firm() -> pl.Expr:
    return (
        _words().list.eval(pl.element().is_in(sorted(organisation_words()))).list.any() | (_words().list.len() > 6)
    ).fill_null(True)


def _like_a_person() -> pl.Expr:
    known = _words().list.eval(pl.element().is_in(pl.lit(given_names().item()).implode())).list.any()
    return known & _words().list.len().is_between(2, 4)
