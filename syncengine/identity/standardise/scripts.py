"""Other scripts in Latin letters, character by character, so that one name compares in any of them."""

from __future__ import annotations

import polars as pl
from anyascii import anyascii

OTHER = r"[^\p{Latin}\p{Greek}\p{Cyrillic}\p{Common}\p{Inherited}]"


def latin_columns(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The columns with every script but Latin, Greek and Cyrillic written in Latin letters.

    Greek and Cyrillic have a table of their own. Only the characters that occur are asked for, each once.
    """
    told = pl.concat([frame[column].drop_nulls() for column in columns])
    foreign = told.filter(told.str.contains(OTHER))
    if foreign.is_empty():
        return frame
    found = foreign.str.slice(0, 300).str.extract_all(OTHER).explode().drop_nulls().unique().sort()
    latin = [_latin(character) for character in found]
    return frame.with_columns(
        pl.when(pl.col(column).str.contains(OTHER))
        .then(pl.col(column).str.replace_many(found.to_list(), latin).str.strip_chars())
        .otherwise(pl.col(column))
        .alias(column)
        for column in columns
    )


def _latin(character: str) -> str:
    """A character of a syllable script is a word of its own."""
    written = anyascii(character).lower()
    return f" {written} " if "一" <= character <= "鿿" or "가" <= character <= "힣" else written
