"""Company names: legal form, place and division split off, abbreviations written out."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.text import fold, letters, replace_words, said
from syncengine.identity.tables import division_words, place_words, table, words

FORM_WORDS = 5  # the longest legal form has five words ("sa de cv", "gmbh and co kg")
SMALL = ["the", "and", "of", "for", "de", "der", "die", "das", "und", "et", "la", "le", "les", "el", "y", "e", "di", "van"]
UMLAUTS = {"ae": "a", "oe": "o", "ue": "u"}


def name_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """name, legal_form, base, place, division, tokens, name_key, joined, tok1, tok2 and all_names."""
    frame = frame.with_columns(raw=pl.coalesce(_filled("name"), _filled("legal_name")), legal=_filled("legal_name"))
    frame = frame.with_columns(doing=_doing_business_as(pl.col("raw")))
    frame = frame.with_columns(folded=_main(pl.col("raw")), legal_folded=_main(pl.col("legal")))
    frame = _split_form(_split_form(frame, "folded", "legal_form"), "legal_folded", "legal_form_2")
    frame = frame.with_columns(
        name=_written_out(pl.col("folded")),
        legal_name=_written_out(pl.col("legal_folded")),
        doing=_written_out(fold(pl.col("doing"))),
        legal_form=pl.coalesce("legal_form", "legal_form_2"),
    )
    frame = _split_place(frame)
    return _tokens(frame).drop("raw", "legal", "doing", "folded", "legal_folded", "legal_form_2")


def _filled(column: str) -> pl.Expr:
    text = pl.col(column).str.slice(0, 300).str.strip_chars()
    return pl.when(text == "").then(None).otherwise(text)


def _doing_business_as(raw: pl.Expr) -> pl.Expr:
    return raw.str.extract(r"(?i)\b(?:d\.?\s?/?b\.?\s?/?a\.?|t/a|trading as|doing business as|firmierend als)\s+(.+)$")


def _main(raw: pl.Expr) -> pl.Expr:
    """The name before "doing business as" and without bracketed remarks."""
    main = raw.str.replace(
        r"(?i)\s*[,(]?\s*\b(?:d\.?\s?/?b\.?\s?/?a\.?|t/a|trading as|doing business as|firmierend als)\s+.+$", ""
    )
    bare = main.str.replace_all(r"\([^)]*\)|\[[^\]]*\]", " ")
    return said(fold(pl.when(fold(bare) == "").then(main).otherwise(bare)))


def _split_form(frame: pl.DataFrame, column: str, form: str) -> pl.DataFrame:
    """Up to two legal forms taken off the end (Pty Ltd, Co Inc), or one off the front (AB Volvo)."""
    frame = frame.with_columns(pl.lit(None, pl.String).alias(form))
    for _ in range(2):
        frame = _take_form(frame, column, form, front=False)
    return _take_form(frame, column, form, front=True)


def _take_form(frame: pl.DataFrame, column: str, form: str, *, front: bool) -> pl.DataFrame:
    """The longest legal form at this end of the name, where a word is left beside it."""
    forms = table("legal_forms").with_columns(pl.col("country").fill_null(""))
    if front:
        forms = forms.filter(pl.col("form").is_in(["ab", "as", "oy", "sa", "srl", "ooo", "oao", "zao", "pao", "pt", "sia", "uab"]))
    known = dict(zip(forms["country"] + "|" + forms["form"], forms["canonical"], strict=True))
    parts = pl.col(column).str.split(" ")
    found, left = [], []
    for count in range(FORM_WORDS, 0, -1):
        end = (parts.list.head(count) if front else parts.list.tail(count)).list.join(" ")
        rest = (parts.list.slice(count) if front else parts.list.head(parts.list.len() - count)).list.join(" ")
        enough = parts.list.len() > count
        at_home = pl.concat_str([pl.col("country").fill_null("??"), pl.lit("|"), end])
        hit = pl.coalesce(
            at_home.replace_strict(known, default=None, return_dtype=pl.String),
            (pl.lit("|") + end).replace_strict(known, default=None, return_dtype=pl.String),
        )
        found.append(pl.when(enough).then(hit))
        left.append(pl.when(enough & hit.is_not_null()).then(rest))
    return frame.with_columns(
        pl.coalesce(form, *found).alias(form), pl.coalesce(*left, column).alias(column)
    )


def _written_out(folded: pl.Expr) -> pl.Expr:
    """Abbreviations written out, umlauts in one spelling, small words dropped unless nothing else is left."""
    full = replace_words(folded, words("abbreviations")["name"])
    plain = full.str.replace_many(list(UMLAUTS), list(UMLAUTS.values()))
    bare = replace_words(plain, dict.fromkeys(SMALL, ""))
    return said(pl.when(bare == "").then(plain).otherwise(bare))


def _split_place(frame: pl.DataFrame) -> pl.DataFrame:
    """base, place and division: what is left of the name without its trailing place or part of a group."""
    frame = _take_end(frame.with_columns(base="name"), "place", place_words())
    frame = _take_end(frame, "division", division_words())
    return _take_end(frame, "place", place_words())


def _take_end(frame: pl.DataFrame, column: str, ends: tuple[str, ...]) -> pl.DataFrame:
    plain = pl.DataFrame({"w": list(ends)}).select(letters(pl.col("w")).str.replace_many(list(UMLAUTS), list(UMLAUTS.values())))["w"]
    known = plain.implode()
    parts = pl.col("base").str.split(" ")
    found, left = [], []
    for count in (3, 2, 1):
        end = parts.list.tail(count).list.join(" ")
        hit = (parts.list.len() > count) & end.is_in(known)
        found.append(pl.when(hit).then(end))
        left.append(pl.when(hit).then(parts.list.head(parts.list.len() - count).list.join(" ")))
    before = pl.col(column) if column in frame.columns else pl.lit(None, pl.String)
    return frame.with_columns(
        pl.coalesce(before, *found).alias(column), pl.coalesce(*left, "base").alias("base")
    )


def _tokens(frame: pl.DataFrame) -> pl.DataFrame:
    """The set of words, its sorted form, the name without spaces, its first words and every name told."""
    parts = pl.col("name").str.split(" ")
    frame = frame.with_columns(tokens=parts.list.unique(maintain_order=True))
    others = pl.concat_list(
        [pl.col("name"), pl.col("legal_name"), pl.col("doing")]
    ).list.concat(_trade_names(frame))
    return frame.with_columns(
        name_key=pl.col("tokens").list.sort().list.join(" "),
        joined=pl.col("name").str.replace_all(" ", "", literal=True),
        tok1=parts.list.get(0, null_on_oob=True),
        tok2=parts.list.get(1, null_on_oob=True).str.slice(0, 4),
        all_names=others.list.drop_nulls().list.unique().list.sort(),
    )


def _trade_names(frame: pl.DataFrame) -> pl.Series:
    """Standardised trade names as a list a record; empty where none is told."""
    listed = frame.select("trade_names", "country").with_row_index("at").explode("trade_names")
    listed = listed.filter(pl.col("trade_names").is_not_null()).with_columns(n=_main(pl.col("trade_names")))
    listed = _split_form(listed, "n", "f").with_columns(n=_written_out(pl.col("n"))).filter(pl.col("n").is_not_null())
    grouped = listed.group_by("at").agg("n")
    rows = frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"))
    lists = rows.join(grouped, on="at", how="left", maintain_order="left")["n"]
    return lists.fill_null(pl.Series([[]], dtype=pl.List(pl.String)))
