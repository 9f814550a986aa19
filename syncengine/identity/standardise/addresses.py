"""Addresses: street, house number, postcode, city and the country's code."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.text import LONGEST, fold, replace_words, said
from syncengine.identity.tables import table, words

BEGUN = 3  # letters that a road begins with
UNITS = "suite|ste|unit|apt|apartment|floor|fl|room|rm|bldg|building|etage|stock|og|lok|lokal|bus|bte|esc|piso"
UNIT = rf" (?:{UNITS}) ?[a-z]?\d*[a-z]?\b.*$"
POST_BOX = r"\b(?:po box|p o box|postfach|bp|boite postale|apartado|skr poczt|box|casella postale|postbus) ?(\d+)"
JOINED = r"([a-z]{3,})(?:strasse|straat|str)\b"


def country_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """country as ISO code, from a code or a name in the usual languages; null where not understood."""
    names, of, codes = _countries()
    upper = pl.col("country").str.strip_chars().str.to_uppercase()
    upper = upper.replace({"UK": "GB", "EL": "GR"})
    named = fold(pl.col("country")).replace_strict(names, of, default=None, return_dtype=pl.String)
    return frame.with_columns(country=pl.when(upper.is_in(codes.implode())).then(upper).otherwise(named))


@cache
def _countries() -> tuple[pl.Series, pl.Series, pl.Series]:
    """Names, the code of each, and every code once."""
    known = table("countries").unique("name", keep="last", maintain_order=True)
    return known["name"], known["country"], known["country"].unique().sort()


def street_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """house, road, street_key and way, the first letters of the road."""
    frame = frame.with_columns(line=fold(_hyphens(pl.col("street"))))
    frame = frame.with_columns(line=said(_street(pl.col("line"))))
    house = pl.coalesce(
        pl.col("line").str.extract(r"^(\d+[a-z]?)\b"), pl.col("line").str.extract(r"\b(\d+ ?[a-z]?)$"),
        pl.col("line").str.extract(r"\b(\d+[a-z]?)\b"),
    ).str.replace_all(" ", "", literal=True)  # fmt: skip
    frame = frame.with_columns(house=house, road=_road(pl.col("line")))
    named = pl.col("road") != ""
    return frame.with_columns(
        street_key=pl.when(pl.col("house").is_not_null() & named).then(pl.concat_str(["house", pl.lit(" "), "road"])),
        road=pl.when(named).then("road"),
        way=pl.when(named).then(pl.col("road").str.head(BEGUN)),
    )


def city_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """city without district, delivery code or river, in one spelling of umlauts and saints."""
    town = said(fold(pl.col("city"))).str.replace(r" (?:cedex.*|am main|an der .*|\d+)$", "")
    saints = replace_words(town, {"saint": "st", "sankt": "st"})
    return frame.with_columns(city=saints.str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"]))


def region_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """region, folded."""
    return frame.with_columns(region=said(fold(pl.col("region"))))


def postcode_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """postcode without country, spaces or what only finds the door; null where it stands for nothing."""
    return frame.with_columns(postcode=_postcode())


def _hyphens(street: pl.Expr) -> pl.Expr:
    """A range of house numbers keeps its first number; commas part the unit from the street."""
    cut = street.str.slice(0, LONGEST).str.replace_all(r"(\d)\s*[-–/]\s*\d+[a-zA-Z]?\b", "$1")
    return cut.str.replace_all(r"(?i)\bn[°º]\s*", " ")


def _street(line: pl.Expr) -> pl.Expr:
    boxed = line.str.replace(POST_BOX, "box $1")
    bare = boxed.str.replace(UNIT, "")
    split = bare.str.replace_all(JOINED, "$1 st").str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"])
    return replace_words(pl.when(split == "").then(line).otherwise(split), words("abbreviations")["street"])


def _road(line: pl.Expr) -> pl.Expr:
    """The street without its house number."""
    without = line.str.replace(r"^\d+ ?[a-z]?\b ?", "")
    without = pl.when(without == line).then(line.str.replace(r" ?\b\d+ ?[a-z]?$", "")).otherwise(without)
    return without.str.strip_chars()


def _postcode() -> pl.Expr:
    plain = pl.col("postcode").str.slice(0, 40).str.to_uppercase().str.normalize("NFKD")
    plain = plain.str.replace(r"^[A-Z]{1,2}-(\d)", "$1").str.replace_all(r"[^A-Z0-9]", "")
    plain = pl.when(pl.col("country") == "US").then(plain.str.slice(0, 5)).otherwise(plain)
    hollow = (plain.str.len_chars() < 3) | plain.str.contains(r"^(?:0+|9{4,}|X+|NA|NONE)$")
    return pl.when(hollow).then(None).otherwise(plain)
