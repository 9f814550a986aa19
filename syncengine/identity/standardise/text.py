"""Folding text: lower case, no accents, Latin letters, single spaces."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncengine.identity.tables import blocked, table

LONGEST = 300  # longer texts are cut: no name is that long, and an absurd one must not cost memory
POINTS = "['’‘`´.]"  # that stand in or behind a word
SPACES = "  |^ | $"  # more than one between two words
ODD = f"[^a-z0-9 ]|{SPACES}"  # what folding has to look at
ONE_DIGIT = "^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|123456789?0?)$"  # what people type where they know nothing
UMLAUTS = (["ae", "oe", "ue"], ["a", "o", "u"])
UNREADABLE = 2_000  # bytes from which a text is no value of anything: cut, strangers with one beginning would be one


def as_text(column: str) -> pl.Expr:
    """The column as text; null where it is absurdly long."""
    text = pl.col(column).cast(pl.String)
    return pl.when(text.str.len_bytes() < UNREADABLE).then(text)


def letters(text: pl.Expr) -> pl.Expr:
    """Lower-case letters without accents; Greek and Cyrillic in Latin letters, other scripts as they are."""
    return text.str.slice(0, LONGEST).str.to_lowercase().map_batches(_latin, return_dtype=pl.String)


def _latin(lowered: pl.Series) -> pl.Series:
    """Accents and other alphabets written in Latin letters, which most texts are already."""
    foreign = (lowered.str.len_bytes() != lowered.str.len_chars()).fill_null(False)
    if not foreign.any():
        return lowered
    known = table("letters")
    bare = lowered.filter(foreign).str.normalize("NFKD").str.replace_all(r"\p{M}", "").alias("t").to_frame()
    written = pl.col("t").str.replace_many(known["from"].to_list(), known["to"].fill_null("").to_list())
    return laid(bare.select(written).to_series(), foreign, lowered)


def spread(values: pl.Series, mask: pl.Series) -> pl.Series:
    """Values of the rows of the mask in their places, null elsewhere."""
    place = mask.cast(pl.UInt32).cum_sum() - 1
    return values.gather(place.set(~mask, None))


def laid(values: pl.Series, mask: pl.Series, into: pl.Series) -> pl.Series:
    """A column with these values in the rows of the mask."""
    return spread(values, mask).zip_with(mask, into)


def fold(text: pl.Expr) -> pl.Expr:
    """Words of letters and digits with single spaces; abbreviating points vanish (S.A. is sa)."""
    return letters(text).map_batches(_bare, return_dtype=pl.String)


def _bare(lowered: pl.Series) -> pl.Series:
    """Words of letters and digits alone, which many texts are already."""
    odd = lowered.str.contains(ODD).fill_null(False)
    if not odd.any():
        return lowered
    told = pl.col("t").str.replace_all("&", " and ", literal=True).str.replace_all(POINTS, "")
    bare = told.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return laid(lowered.filter(odd).alias("t").to_frame().select(bare).to_series(), odd, lowered)


def folded(text: pl.Series) -> pl.Series:
    """A column folded."""
    return text.alias("t").to_frame().select(fold(pl.col("t"))).to_series()


def said(text: pl.Expr) -> pl.Expr:
    """Folded text, or null where it is empty or stands for nothing."""
    return text.map_batches(said_series, return_dtype=pl.String)


def said_series(text: pl.Series) -> pl.Series:
    """A column of folded text, null where it is empty or stands for nothing."""
    empty = pl.Series(["", *blocked()]).implode()
    return text.alias("t").to_frame().select(pl.when(~pl.col("t").is_in(empty)).then("t")).to_series()


def code(text: pl.Expr) -> pl.Expr:
    """Upper-case Latin letters and digits only, null where nothing is left or all digits are the same."""
    plain = text.str.slice(0, LONGEST).str.to_uppercase().str.normalize("NFKD").str.replace_all(r"[^A-Z0-9]", "")
    digits = plain.str.replace_all(r"[^0-9]", "")
    hollow = (digits.str.len_chars() < 3) | digits.str.contains(ONE_DIGIT)
    return pl.when(hollow).then(None).otherwise(plain)


def one_spelling(text: pl.Expr) -> pl.Expr:
    """Umlauts in one spelling, whether written as two letters or without their dots."""
    return text.str.replace_many(*UMLAUTS)


def replace_words(text: pl.Expr, pairs: Mapping[str, str]) -> pl.Expr:
    """Whole words replaced in one pass, spaces single."""
    return text.map_batches(lambda told: words_replaced(told, pairs), return_dtype=pl.String)


def words_replaced(text: pl.Series, pairs: Mapping[str, str]) -> pl.Series:
    """The same of a column; doubled spaces let neighbours match."""
    spaced = ("  " + text.str.replace_all(" ", "  ", literal=True) + "  ").alias("t").to_frame()
    swap = pl.col("t").str.replace_many([f" {k} " for k in pairs], [f" {v} " for v in pairs.values()])
    swapped = spaced.select(swap)["t"]
    other = ((swapped != spaced["t"]) | text.str.contains(SPACES)).fill_null(False)
    told = swapped.filter(other).str.replace_all(" +", " ").str.strip_chars()
    return laid(told, other, text)
