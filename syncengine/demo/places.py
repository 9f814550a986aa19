"""Streets, postcodes, cities and telephone numbers of one country."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.words import countries

LETTERS = list("ABDEFGHJLNPQRSTUWXYZ")  # those that all countries' postcodes allow


def by_country(frame: pl.DataFrame, make: Callable[[pl.DataFrame, str], pl.DataFrame]) -> pl.DataFrame:
    """What `make` returns for the rows of each country; for no rows, its columns."""
    parts = frame.partition_by("country", maintain_order=True) or [frame]
    return pl.concat([make(part, part["country"][0] if part.height else "DE") for part in parts])


def make_places(dice: Dice, ids: pl.Series, country: str, tag: str = "place") -> pl.DataFrame:
    """Street, postcode, city, region and area code a row."""
    words = countries()[country]
    at = dice.below(ids, tag + "/city", len(words["cities"]))
    parts = {name: [getattr(city, name) for city in words["cities"]] for name in ("name", "postcode", "region", "area")}
    return pl.DataFrame(
        {
            "street": make_streets(dice, ids, words, tag),
            "postcode": fill_pattern(dice, ids, pl.Series(parts["postcode"]).gather(at), tag),
            "city": pl.Series(parts["name"]).gather(at),
            "region": pl.Series(parts["region"]).gather(at),
            "area": pl.Series(parts["area"]).gather(at),
        }
    )


def make_streets(dice: Dice, ids: pl.Series, words: dict[str, Any], tag: str) -> pl.Series:
    """Streets with house numbers."""
    form = dice.pick(ids, tag + "/street", words["street"])
    name = dice.pick(ids, tag + "/name", words["street_words"])
    number = (dice.unit(ids, tag + "/number") ** 2 * 140).cast(pl.Int64) + 1
    frame = pl.DataFrame({"form": form, "name": name, "number": number.cast(pl.String)})
    head = pl.col("form").str.split_exact("{}", 1)
    street = head.struct.field("field_0") + pl.col("name") + head.struct.field("field_1")
    parts = street.str.split_exact("#", 1)
    whole = parts.struct.field("field_0") + pl.col("number") + parts.struct.field("field_1")
    return frame.select(whole.alias("street")).to_series()


def fill_pattern(dice: Dice, ids: pl.Series, patterns: pl.Series, tag: str) -> pl.Series:
    """Patterns with each # made a digit and each L a letter."""
    expression = pl.col("p")
    frame = pl.DataFrame({"p": patterns.str.replace_all("LL", "~^", literal=True)})
    for place in range(int(frame["p"].str.count_matches("#").max() or 0)):  # type: ignore[arg-type]
        digit = dice.below(ids, f"{tag}/digit{place}", 10).cast(pl.String).alias(f"d{place}")
        frame = frame.with_columns(digit)
        expression = expression.str.replace("#", pl.col(f"d{place}"), literal=True)
    for mark in "~^":
        frame = frame.with_columns(dice.pick(ids, f"{tag}/letter{mark}", LETTERS).alias(mark))
        expression = expression.str.replace(mark, pl.col(mark), literal=True)
    return frame.select(expression.alias("postcode")).to_series()


def make_phones(dice: Dice, ids: pl.Series, country: str, area: pl.Series, tag: str = "phone") -> pl.Series:
    """Land lines as "area local" without country code or trunk zero."""
    length = local_length(country, area)
    first = dice.between(ids, tag + "/first", 2, 8).cast(pl.String)
    rest = dice.below(ids, tag + "/rest", 9_999_999).cast(pl.String).str.zfill(7)
    return area + " " + first + rest.str.tail(length - 1)


def make_mobiles(dice: Dice, ids: pl.Series, country: str) -> pl.Series:
    """Mobile numbers in the same form."""
    prefix = dice.pick(ids, "mobile/prefix", countries()[country]["mobile"])
    whole = {"DE": 11, "AT": 10, "CH": 9, "FR": 9, "IT": 10, "ES": 9, "NL": 9, "GB": 10, "US": 10, "PL": 9}[country]
    rest = dice.between(ids, "mobile/rest", 200_000_000, 899_999_999).cast(pl.String)
    return prefix + " " + rest.str.head(whole - prefix.str.len_chars().cast(pl.Int64))


def local_length(country: str, area: pl.Series) -> pl.Series:
    """Digits after the area code, so that the whole has the country's length."""
    whole = {"FR": 9, "ES": 9, "NL": 9, "GB": 10, "US": 10, "PL": 9, "CH": 9, "IT": 10}.get(country)
    if whole is None:
        return area.str.len_chars().cast(pl.Int64) * 0 + countries()[country]["local"]
    return whole - area.str.len_chars().cast(pl.Int64)


def international(country: pl.Series, numbers: pl.Series) -> pl.Series:
    """Numbers with their country code: +49 30 1234567."""
    calling = country.replace_strict({code: words["calling"] for code, words in countries().items()})
    return "+" + calling + " " + numbers


def national(country: pl.Series, numbers: pl.Series) -> pl.Series:
    """Numbers as dialled at home; Italy, Spain, Poland and the US have no trunk zero."""
    trunk = ~country.is_in(["IT", "ES", "PL", "US"])
    return pl.select(pl.when(trunk).then("0" + numbers).otherwise(numbers)).to_series()
