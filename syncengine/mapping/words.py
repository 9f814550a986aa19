"""Words out of text: yes and no, choices, codes, lists and tidied texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from syncengine.mapping.codes import country_code, currency_code

TRUE = ("true", "t", "yes", "y", "1", "on", "ja", "oui", "x")
FALSE = ("false", "f", "no", "n", "0", "off", "nein", "non")
LONGEST = 1000
# Checked before decoding, which stops at the first value that is no JSON.
JSON_LIST = r'^\[\s*(?:"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"\s*,?\s*)*\]$'
SPLIT = re.compile(r"""^split\(\s*(["'])(.+?)\1\s*\)$""")


def boolean(value: pl.Expr, true: Sequence[str], false: Sequence[str]) -> pl.Expr:
    """Yes and no by the declared words, else by the usual ones; null for anything else."""
    yes = [word.lower() for word in true] or list(TRUE)
    no = [word.lower() for word in false] or [word for word in FALSE if word not in yes]
    lowered = value.str.to_lowercase()
    return pl.when(lowered.is_in(yes)).then(True).when(lowered.is_in(no)).then(False)


def translated(value: pl.Expr, values: Mapping[str, str], otherwise: str | None, *, keep: bool) -> pl.Expr:
    """Words replaced by the declared ones, without regard to case; others as declared, kept, or null."""
    lowered = {word.strip().lower(): meaning for word, meaning in values.items()}
    found = value.str.to_lowercase().replace_strict(lowered, default=None, return_dtype=pl.String)
    if otherwise is not None:
        return pl.when(value.is_not_null()).then(pl.coalesce(found, pl.lit(otherwise)))
    return pl.coalesce(found, value) if keep else found


def chosen(value: pl.Expr, choices: Sequence[str]) -> pl.Expr:
    """Choices of the catalogue, however capitalised or spaced; null for anything else."""
    plain = value.str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    meant = {re.sub(r"[\s-]+", "_", choice.lower()): choice for choice in choices}
    return plain.replace_strict(meant, default=None, return_dtype=pl.String)


def short_text(value: pl.Expr) -> pl.Expr:
    """Texts up to the longest allowed; null for longer ones, which are never cut."""
    return pl.when(value.str.len_chars() <= LONGEST).then(value)


def tags(value: pl.Expr, separator: str = ";") -> pl.Expr:
    """Lists out of JSON lists or separated words, each word once, in order; null where none is left."""
    is_json = value.str.contains(JSON_LIST)
    listed = pl.when(is_json).then(value).str.json_decode(pl.List(pl.String))
    parted = pl.when(~is_json).then(value).str.split(separator)
    words = pl.coalesce(listed, parted).list.eval(_trimmed(pl.element())).list.unique(maintain_order=True)
    return pl.when(words.list.len() > 0).then(words)


def with_words(value: pl.Expr, separator: str) -> pl.Expr:
    """Lists that hold a word; null for those of separators only."""
    return pl.when(value.str.strip_chars(f'{separator}[]" ') != "").then(value)


def separator_of(transforms: Sequence[str]) -> str:
    """The separator a `split("…")` among the transforms names; a semicolon without one."""
    found = [match.group(2) for name in transforms if (match := SPLIT.match(name))]
    return found[0] if found else ";"


def _trimmed(element: pl.Expr) -> pl.Expr:
    word = element.str.strip_chars()
    return word.filter((word != "") & word.is_not_null())


def _looked_up(find: Callable[[str], str | None]) -> Callable[[pl.Expr], pl.Expr]:
    # Few distinct values stand in such a column, so each is looked up once in Python and joined back.
    def replace(values: pl.Series) -> pl.Series:
        distinct = values.drop_nulls().unique()
        known = {word: found for word in distinct.to_list() if (found := find(word)) is not None}
        return values.replace_strict(known, default=None, return_dtype=pl.String)

    return lambda value: value.map_batches(replace, return_dtype=pl.String)


def country(value: pl.Expr) -> pl.Expr:
    """Countries as ISO codes out of codes and names; null for anything else."""
    return _looked_up(country_code)(value)


def currency(value: pl.Expr) -> pl.Expr:
    """Currencies as ISO codes; null for anything else."""
    return _looked_up(currency_code)(value)


TRANSFORMS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "strip": lambda value: value.str.strip_chars(),
    "upper": lambda value: value.str.to_uppercase(),
    "lower": lambda value: value.str.to_lowercase(),
    "phone": lambda value: value.str.replace(r"^(?i)tel:\s*", "").str.replace_all(r"\s+", " "),
    "url": lambda value: value.str.replace(r"/+$", ""),
    "country": country,
    "currency": currency,
}
