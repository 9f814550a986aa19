"""Addresses: street, house number, postcode, city and the country's code."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.text import LONGEST, fold, one_spelling, replace_words, said
from syncengine.identity.tables import table, words

BEGUN = 3  # letters that a road begins with
HOLLOW = r"^(?:0+|9{4,}|X+|NA|NONE)$"  # postcodes that stand for nothing
UNITS = "suite|ste|unit|apt|apartment|floor|fl|room|rm|bldg|building|etage|stock|og|lok|lokal|bus|bte|esc|piso"
UNIT = rf" (?:{UNITS}) ?[a-z]?\d*[a-z]?\b.*$"
POST_BOX = r"\b(?:po box|p o box|postfach|bp|boite postale|apartado|skr poczt|box|casella postale|postbus) ?(\d+)"
HOUSE_FIRST = r"^\d+ ?[a-z]?\b ?"
JOINED = r"([a-z]{3,})(?:strasse|straat|str)\b"
RANGE, NUMBER_SIGN = r"(\d)\s*[-–/]\s*\d+[a-zA-Z]?\b", r"(?i)\bn[°º]\s*"
HOUSES = (r"^(\d+[a-z]?)\b", r"\b(\d+ ?[a-z]?)$", r"\b(\d+[a-z]?)\b")  # first, last, anywhere
HOUSE_LAST = r" ?\b\d+ ?[a-z]?$"
BEHIND_TOWN = r" (?:cedex.*|am main|an der .*|\d+)$"
SAINTS = {"saint": "st", "sankt": "st"}
COUNTRY_BEFORE = r"^[A-Z]{1,2}-(\d)"
SAID_FOR = {"UK": "GB", "EL": "GR"}


def country_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """country as ISO code, from a code or a name in the usual languages; null where not understood."""
    names, of, codes = countries()
    upper = pl.col("country").str.strip_chars().str.to_uppercase().replace(SAID_FOR)
    named = fold(pl.col("country")).replace_strict(names, of, default=None, return_dtype=pl.String)
    frame = frame.with_columns(upper=upper, country=named)
    code = pl.when(pl.col("upper").is_in(codes.implode())).then("upper").otherwise("country")
    return frame.with_columns(country=code).drop("upper")


@cache
def countries() -> tuple[pl.Series, pl.Series, pl.Series]:
    """Names, the code of each, and every code once."""
    known = table("countries").unique("name", keep="last", maintain_order=True)
    return known["name"], known["country"], known["country"].unique().sort()


def street_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """house, road, street_key and way, the first letters of the road."""
    frame = frame.with_columns(line=fold(_hyphens(pl.col("street"))))
    frame = frame.with_columns(bare=_bare_street(pl.col("line")))
    frame = frame.with_columns(line=said(_street()))
    house = pl.coalesce(pl.col("line").str.extract(place) for place in HOUSES).str.replace_all(" ", "", literal=True)
    frame = frame.with_columns(house=house, behind=pl.col("line").str.replace(HOUSE_FIRST, ""))
    frame = frame.with_columns(road=_road())
    named = pl.col("road") != ""
    return frame.with_columns(
        street_key=pl.when(pl.col("house").is_not_null() & named).then(pl.concat_str(["house", pl.lit(" "), "road"])),
        road=pl.when(named).then("road"),
        way=pl.when(named).then(pl.col("road").str.head(BEGUN)),
    )


def city_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """city without district, delivery code or river, in one spelling of umlauts and saints."""
    town = said(fold(pl.col("city"))).str.replace(BEHIND_TOWN, "")
    saints = replace_words(town, SAINTS)
    return frame.with_columns(city=one_spelling(saints))


def region_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """region, folded."""
    return frame.with_columns(region=said(fold(pl.col("region"))))


def postcode_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """postcode without country, spaces or what only finds the door; null where it stands for nothing."""
    plain = pl.col("postcode").str.slice(0, 40).str.to_uppercase().str.normalize("NFKD")
    plain = plain.str.replace(COUNTRY_BEFORE, "$1").str.replace_all(r"[^A-Z0-9]", "")
    frame = frame.with_columns(postcode=plain)
    american = pl.when(pl.col("country") == "US").then(pl.col("postcode").str.slice(0, 5)).otherwise("postcode")
    frame = frame.with_columns(postcode=american)
    hollow = (pl.col("postcode").str.len_chars() < 3) | pl.col("postcode").str.contains(HOLLOW)
    return frame.with_columns(postcode=pl.when(~hollow).then("postcode"))


def _hyphens(street: pl.Expr) -> pl.Expr:
    """A range of house numbers keeps its first number; commas part the unit from the street."""
    cut = street.str.slice(0, LONGEST).str.replace_all(RANGE, "$1")
    return cut.str.replace_all(NUMBER_SIGN, " ")


def _bare_street(line: pl.Expr) -> pl.Expr:
    """Without its unit; street and its kind are words of their own."""
    bare = line.str.replace(POST_BOX, "box $1").str.replace(UNIT, "")
    return one_spelling(bare.str.replace_all(JOINED, "$1 st"))


def _street() -> pl.Expr:
    """The bare line, or the whole where nothing else is left, with its abbreviations written out."""
    left = pl.when(pl.col("bare") == "").then("line").otherwise("bare")
    return replace_words(left, abbreviations())


@cache
def abbreviations() -> dict[str, str]:
    """Words of streets written out."""
    return {str(short): str(long) for short, long in words("abbreviations")["street"].items()}


def _road() -> pl.Expr:
    """The street without its house number, which stands before or behind it."""
    before = pl.col("line").str.replace(HOUSE_LAST, "")
    return pl.when(pl.col("behind") == pl.col("line")).then(before).otherwise("behind").str.strip_chars()
