"""Company names: legal form, place and division split off, abbreviations written out."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.text import fold, letters, replace_words, said, settled
from syncengine.identity.tables import division_words, place_words, table, words

SAID_AS = r"(?:d\.?\s?/?b\.?\s?/?a\.?|t/a|trading as|doing business as|firmierend als)"
DOING = rf"(?i)\b{SAID_AS}\s+(.+)$"
BEFORE_DOING = rf"(?i)\s*[,(]?\s*\b{SAID_AS}\s+.+$"
FRONT_FORMS = ["ab", "as", "oy", "sa", "srl", "ooo", "oao", "zao", "pao", "pt", "sia", "uab"]
FRONT_WORDS = 1
FORM_WORDS = 5  # the longest legal form has five words ("sa de cv", "gmbh and co kg")
SMALL = [
    "the",
    "and",
    "of",
    "for",
    "de",
    "der",
    "die",
    "das",
    "und",
    "et",
    "la",
    "le",
    "les",
    "el",
    "y",
    "e",
    "di",
    "van",
]
UMLAUTS = {"ae": "a", "oe": "o", "ue": "u"}


def name_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """name, legal_form, base, place, division, tokens, name_key, joined, tok1, tok2 and all_names."""
    frame = frame.with_columns(
        raw=pl.coalesce(_filled("name"), _filled("legal_name")), legal=_filled("legal_name")
    )
    frame = frame.with_columns(doing=pl.col("raw").str.extract(DOING))
    folded = {"folded": _main("raw"), "legal_folded": _main("legal"), "doing": fold(pl.col("doing"))}
    frame = settled(frame.with_columns(**folded))
    frame = _split_form(_split_form(frame, "folded", "legal_form"), "legal_folded", "legal_form_2")
    frame = frame.with_columns(
        name=_written_out("folded"),
        legal_name=_written_out("legal_folded"),
        doing=_written_out("doing"),
        legal_form=pl.coalesce("legal_form", "legal_form_2"),
    )
    return _tokens(_split_place(settled(frame)))


def _filled(column: str) -> pl.Expr:
    text = pl.col(column).str.slice(0, 300).str.strip_chars()
    return pl.when(text == "").then(None).otherwise(text)


def _main(column: str) -> pl.Expr:
    """The name before "doing business as" and without bracketed remarks."""
    main = pl.col(column).str.replace(BEFORE_DOING, "")
    bare = main.str.replace_all(r"\([^)]*\)|\[[^\]]*\]", " ")
    return said(fold(pl.when(bare.str.contains(r"[\p{L}\p{N}]")).then(bare).otherwise(main)))


def _split_form(frame: pl.LazyFrame, column: str, form: str) -> pl.LazyFrame:
    """Up to two legal forms taken off the end (Pty Ltd, Co Inc), or one off the front (AB Volvo)."""
    frame = frame.with_columns(pl.lit(None, pl.String).alias(form))
    for front in (False, False, True):
        frame = frame.with_columns(_words=pl.col(column).str.split(" "))
        frame = settled(frame.with_columns(**_form_at(front=front)))
        frame = frame.with_columns(
            pl.coalesce(form, "_form").alias(form),
            pl.when(pl.col("_form").is_not_null())
            .then(_without(front=front))
            .otherwise(column)
            .alias(column),
        )
    return frame.drop("_words", "_form", "_taken")


def _form_at(*, front: bool) -> dict[str, pl.Expr]:
    """_form, the longest legal form at this end where a word is left beside it, and _taken, its words."""
    known = _forms(front=front)
    words_, found, taken = pl.col("_words"), [], []
    for count in range(FRONT_WORDS if front else FORM_WORDS, 0, -1):
        end = (words_.list.head(count) if front else words_.list.tail(count)).list.join(" ")
        home = pl.concat_str([pl.col("country").fill_null("??"), pl.lit("|"), end]).replace_strict(
            known, default=None, return_dtype=pl.String
        )
        anywhere = end.replace_strict(known, default=None, return_dtype=pl.String)
        hit = pl.when(words_.list.len() > count).then(pl.coalesce(home, anywhere))
        found.append(hit)
        taken.append(pl.when(hit.is_not_null()).then(pl.lit(count)))
    return {"_form": pl.coalesce(found), "_taken": pl.coalesce(taken)}


def _without(*, front: bool) -> pl.Expr:
    words_, taken = pl.col("_words"), pl.col("_taken")
    rest = words_.list.slice(taken) if front else words_.list.head(words_.list.len() - taken)
    return rest.list.join(" ")


@cache
def _forms(*, front: bool) -> dict[str, str]:
    """Canonical forms by `country|form`, and by the form alone where it is one in any country."""
    forms = table("legal_forms").with_columns(pl.col("country").fill_null(""))
    if front:
        forms = forms.filter(pl.col("form").is_in(FRONT_FORMS))
    key = (
        pl.when(pl.col("country") == "").then("form").otherwise(pl.concat_str("country", pl.lit("|"), "form"))
    )
    rows = forms.select(key, pl.col("canonical")).iter_rows()
    return dict(rows)


def _written_out(column: str) -> pl.Expr:
    """Abbreviations written out, umlauts in one spelling, small words dropped unless nothing else is left."""
    plain = pl.col(column).str.replace_many(list(UMLAUTS), list(UMLAUTS.values()))
    bare = replace_words(plain, _abbreviations())
    return said(pl.when(bare == "").then(plain).otherwise(bare))


@cache
def _abbreviations() -> dict[str, str]:
    known = {**words("abbreviations")["name"], **dict.fromkeys(SMALL, "")}
    return {_one_spelling(short): _one_spelling(long) for short, long in known.items()}


def _one_spelling(text: str) -> str:
    for two, one in UMLAUTS.items():
        text = text.replace(two, one)
    return text


def _split_place(frame: pl.LazyFrame) -> pl.LazyFrame:
    """base, place and division: what is left of the name without its trailing place or part of a group."""
    none = pl.lit(None, pl.String)
    frame = frame.with_columns(base="name", place=none, division=none)
    for column, ends in (("place", place_words()), ("division", division_words()), ("place", place_words())):
        frame = _take_end(frame, column, frozenset(ends))
    return frame


def _take_end(frame: pl.LazyFrame, column: str, ends: frozenset[str]) -> pl.LazyFrame:
    known, longest = _ends(ends)
    frame = frame.with_columns(_words=pl.col("base").str.split(" "))
    parts, found, taken = pl.col("_words"), [], []
    for count in range(longest, 0, -1):
        end = parts.list.tail(count).list.join(" ")
        hit = (parts.list.len() > count) & end.is_in(known)
        found.append(pl.when(hit).then(end))
        taken.append(pl.when(hit).then(pl.lit(count)))
    frame = settled(frame.with_columns(_form=pl.coalesce(found), _taken=pl.coalesce(taken)))
    return frame.with_columns(
        pl.coalesce(column, "_form").alias(column),
        base=pl.when(pl.col("_form").is_not_null()).then(_without(front=False)).otherwise("base"),
    ).drop("_words", "_form", "_taken")


@cache
def _ends(ends: frozenset[str]) -> tuple[pl.Series, int]:
    """The words as standardised names have them, and the length of the longest."""
    plain = pl.DataFrame({"w": sorted(ends)}).select(letters(pl.col("w")))["w"].to_list()
    spelt = sorted({_one_spelling(text) for text in plain})
    return pl.Series([spelt]), max(text.count(" ") + 1 for text in spelt)


def _tokens(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The set of words, its sorted form, the name without spaces, its first words and every name told."""
    parts = pl.col("name").str.split(" ")
    frame = frame.with_columns(tokens=parts.list.unique(maintain_order=True))
    frame = frame.join(_trade_names(frame), on="record_id", how="left", maintain_order="left")
    told = pl.concat_list("name", "legal_name", "doing")
    names = pl.when(pl.col("trade").is_null()).then(told).otherwise(told.list.concat("trade"))
    return (
        frame.with_columns(
            name_key=pl.col("tokens").list.sort().list.join(" "),
            joined=pl.col("name").str.replace_all(" ", "", literal=True),
            tok1=parts.list.get(0, null_on_oob=True),
            tok2=parts.list.get(1, null_on_oob=True).str.slice(0, 4),
            all_names=names.list.drop_nulls().list.unique().list.sort(),
        )
        .with_columns(
            # One of two names is the first or the last: a record known by one alone meets it in either.
            alias_1=pl.col("all_names").list.first(),
            alias_2=pl.col("all_names").list.last(),
        )
        .drop("trade")
    )


def _trade_names(frame: pl.LazyFrame) -> pl.LazyFrame:
    """record_id and trade, its standardised trade names, for records that tell one."""
    listed = frame.filter(pl.col("trade_names").list.len() > 0).select("record_id", "trade_names", "country")
    listed = listed.explode("trade_names").drop_nulls("trade_names").with_columns(n=_main("trade_names"))
    listed = _split_form(listed, "n", "f").with_columns(n=_written_out("n")).drop_nulls("n")
    return listed.group_by("record_id").agg(trade=pl.col("n"))
