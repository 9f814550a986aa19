"""How a name sounds: spellings of one name across languages get one code."""

from __future__ import annotations

import polars as pl

GROUPS = {
    "sch": "s", "tsch": "s", "gh": "", "ph": "f", "ck": "k", "sh": "s", "ch": "k", "tz": "s", "ts": "s",
    "ce": "se", "ci": "si", "cy": "si", "dt": "t",
}  # fmt: skip
LETTERS = {"c": "k", "q": "k", "x": "ks", "z": "s", "v": "f", "w": "f", "d": "t", "b": "p", "g": "j", "y": "i", "h": ""}
DOUBLED = {letter * 2: letter for letter in "fjklmnprst"}


def sound(word: pl.Expr) -> pl.Expr:
    """The consonants with a vowel class between them: Sarah and Zara, Leigh and Lee, Louis and Luis are equal."""
    plain = word.str.replace_many(list(GROUPS), list(GROUPS.values()))
    plain = plain.str.replace_many(list(LETTERS), list(LETTERS.values()))
    plain = plain.str.replace_many(list(DOUBLED), list(DOUBLED.values()))
    plain = plain.str.replace_all("[ei][aeiou]*", "E").str.replace_all("a[aeiou]*", "A")
    plain = plain.str.replace_all("[ou][aeiou]*", "O")
    ended = pl.when(plain.str.len_chars() > 3).then(plain.str.replace("[AEO]$", "")).otherwise(plain)
    return pl.when(ended != "").then(ended)


def bones(sounded: pl.Expr) -> pl.Expr:
    """Only the consonants, where there are three: what is left of a name written without its vowels."""
    plain = sounded.str.replace_all("[AEO]", "")
    return pl.when(plain.str.len_chars() >= 3).then(plain)
