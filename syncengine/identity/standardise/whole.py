"""An address written in one text, taken apart: street, city, region, postcode, country."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.text import LONGEST, fold, letters
from syncengine.identity.tables import table, words

CODES = (
    r"\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b",  # United Kingdom
    r"\b([A-Z]\d[A-Z] ?\d[A-Z]\d)\b",  # Canada
    r"\b(\d{4} ?[A-Z]{2})\b(?:[ ,]+\p{L}|\s*$)",  # Netherlands
    r"(?:^|[ ,;])(?:[A-Z]{1,2}-)(\d{4,6})\b",  # D-10115, FL-9495
    r"[ ,;](\d{5})-\d{4}\s*$",  # ZIP+4
    r"[ ,;](\d{2}-\d{3})\b",  # Poland
    r"[ ,;](\d{3} \d{2})\b",  # Sweden, Czechia, Greece
    r"[ ,;](\d{4,6})(?:[ ,][\p{L} .,'-]*)?$",  # anything at the end, or with a town behind it
    r"^\s*(\d{5}) \p{L}[^\d,]*,",  # a town first
)
NUMBER_FIRST = r"(?i)^(?:no|nr|#)[. ]*(\d+)\s*,\s*"  # "No 321, Street 128"


def parse_addresses(records: pl.DataFrame) -> pl.DataFrame:
    """The records with street, city, region, postcode and country filled from `address` where they are not told."""
    given = pl.DataFrame({"text": records["address"].str.slice(0, LONGEST).str.replace_all(r"\s+|\([^)]*\)", " ")})
    frame = given.with_columns(text=pl.col("text").str.strip_chars(" ,;").str.replace(NUMBER_FIRST, "$1 "))
    frame = _country(frame)
    frame = _postcode(frame)
    frame = _region(frame)
    frame = _street_and_city(frame)
    told = {
        name: pl.coalesce(_said(records, name), frame[name])
        for name in ("postcode", "country", "region", "city", "street")
    }
    return records.with_columns(**told)


def looks_whole(streets: pl.Series) -> bool:
    """Whether a column of streets holds towns and postcodes as well, in some of its rows."""
    whole = streets.drop_nulls().str.contains(r"(?:, ?[A-Z]{2}\b|\b[A-Z]{2} )[\s,]*\d{5}|, .*\b\d{4,6}\b")
    return bool(whole.sum() >= max(1, whole.len() // 1000))


def _said(records: pl.DataFrame, name: str) -> pl.Series:
    if name not in records.columns:
        return pl.Series(name, [None] * records.height, dtype=pl.String)
    text = records[name].cast(pl.String).str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series()


def _country(frame: pl.DataFrame) -> pl.DataFrame:
    """The last words after a comma, or the last one or two, where they name a country."""
    known = {name for name in table("countries")["name"] if len(name) > 3} | {"usa", "uk"}
    tails = {
        "comma": pl.col("text").str.extract(r",\s*([^,\d]+)$"),
        "two": pl.col("text").str.extract(r"[\s,](\S+ \S+)$"),
        "one": pl.col("text").str.extract(r"[\s,]([^\s,\d]+)$"),
    }
    hit = pl.coalesce(*[pl.when(fold(tail).is_in(sorted(known))).then(tail) for tail in tails.values()])
    frame = frame.with_columns(country=hit)
    cut = pl.col("text").str.head(pl.col("text").str.len_chars() - pl.col("country").str.len_chars())
    return frame.with_columns(
        text=pl.when(pl.col("country").is_null()).then("text").otherwise(cut.str.strip_chars(" ,;"))
    )


def _postcode(frame: pl.DataFrame) -> pl.DataFrame:
    upper = pl.col("text").str.to_uppercase()
    found = [_code(upper, pattern) for pattern in CODES]
    frame = frame.with_columns(postcode=pl.coalesce(*found))
    cut = (
        upper.str.split(pl.col("postcode").fill_null("\x1f"))
        .list.join(" , ")
        .str.replace(r"(?:-\d{4}|\b[A-Z]{1,2}-)? , (?:-\d{4})?", ", ")
    )
    text = pl.when(pl.col("postcode").is_null()).then(upper).otherwise(cut)
    return frame.with_columns(text=text.str.replace_all(r"\s*,[\s,]*", ", ").str.strip_chars(" ,;"))


def _code(text: pl.Expr, pattern: str) -> pl.Expr:
    """What the pattern finds, unless a road follows: "1450 N City Rd" begins with no postcode."""
    on_a_road = text.str.extract(f"({pattern})").str.contains(rf"(?i)\b(?:{_roads()})\b")
    return pl.when(~on_a_road).then(text.str.extract(pattern))


def _region(frame: pl.DataFrame) -> pl.DataFrame:
    """A state of North America or Australia at the end, by its letters or its name."""
    states = words("states")
    tail = pl.col("text").str.extract(r"[\s,]([A-Z]{2,3})$")
    name = letters(pl.col("text").str.extract(r",\s*([^,\d]+)$"))
    hit = (
        pl.when(tail.is_in(states["letters"]))
        .then(tail)
        .when(name.is_in(states["names"]))
        .then(pl.col("text").str.extract(r",\s*([^,\d]+)$"))
    )
    frame = frame.with_columns(region=hit)
    cut = pl.col("text").str.head(pl.col("text").str.len_chars() - pl.col("region").str.len_chars())
    return frame.with_columns(
        text=pl.when(pl.col("region").is_null()).then("text").otherwise(cut.str.strip_chars(" ,;"))
    )


def _street_and_city(frame: pl.DataFrame) -> pl.DataFrame:
    """The street is the first part with a house number; the city the part behind, or what follows the kind of road."""
    parts = pl.col("text").str.split(", ")
    housed = parts.list.eval(
        pl.element().filter(
            pl.element().str.contains(r"(?i)^\d+\S* \p{L}|\p{L}.* \d+ ?\p{L}?$")
            & ~pl.element().str.contains(rf"(?i)^(?:{_units()})\b")
        )
    )
    lettered = parts.list.eval(pl.element().filter(pl.element().str.contains(r"\p{L}")))
    street = pl.coalesce(housed.list.first(), lettered.list.first())
    frame = frame.with_columns(line=street, last=pl.when(lettered.list.len() > 1).then(lettered.list.last()))
    behind = pl.col("line").str.extract(_behind_road())
    before = pl.col("line").str.extract(rf"(?i)^\D+ (\d+\S* .*\b(?:{_roads()})\b.*)$")
    city = (
        pl.when((pl.col("last") != pl.col("line")) & ~pl.col("last").str.contains(r"\d")).then("last").otherwise(behind)
    )
    line = (
        pl.when(behind.is_not_null())
        .then(pl.col("line").str.head(pl.col("line").str.len_chars() - behind.str.len_chars()))
        .otherwise("line")
    )
    frame = frame.with_columns(city=city, line=line)
    return frame.with_columns(street=pl.coalesce(before, "line").str.strip_chars(" ,;"))


@cache
def _roads() -> str:
    return "|".join(words("states")["roads"])


@cache
def _units() -> str:
    return "suite|ste|unit|apt|apartment|appt|floor|fl|room|rm|bldg|bld|building|etage|stock|#"


def _behind_road() -> str:
    """What follows "…12 Main Street", a compass direction allowed between; nothing where a unit follows."""
    return rf"(?i)^\d\S* .*?\b(?:{_roads()})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\b)? ((?:\p{{L}}[\p{{L}}.'-]* ?)+)$"
