"""Company names: legal form, place and division split off, abbreviations written out."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.endings import Endings
from syncengine.identity.standardise.text import (
    folded,
    laid,
    letters,
    one_spelling,
    said_series,
    spread,
    words_replaced,
)
from syncengine.identity.tables import division_words, place_words, table, words

SAID_AS = r"(?:d\.?\s?/?b\.?\s?/?a\.?|t/a|trading as|doing business as|firmierend als)"
DOING = rf"(?i)\b{SAID_AS}\s+(.+)$"
BRACKETED = r"\([^)]*\)|\[[^\]]*\]"
BEFORE_DOING = rf"(?i)\s*[,(]?\s*\b{SAID_AS}\s+.+$"
FRONT_FORMS = ("ab", "as", "oy", "sa", "srl", "ooo", "oao", "zao", "pao", "pt", "sia", "uab")
BEGUN = 3  # letters that a name begins with
LETTERS = 4  # of its second word that count
NO_NAMES = pl.lit([], pl.List(pl.String))
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


def name_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """name, legal_form, base, place, division, tokens, name_key, joined, begun, tok1, tok2 and all_names."""
    told = frame.collect()
    told = told.with_columns(raw=pl.coalesce(_filled("name"), _filled("legal_name")), legal=_filled("legal_name"))
    another = pl.when(pl.col("legal") != pl.col("raw")).then("legal")  # the same once more says nothing
    told = told.with_columns(legal=another, doing=pl.col("raw").str.extract(DOING))
    name, form = _split_form(_main(told["raw"]), told["country"])
    told = told.with_columns(_written_out(name).alias("name"))
    legal, doing, form = _further_names(told, form)
    told = told.with_columns(legal_name=legal, doing=doing, legal_form=form)
    return _tokens(_split_place(told)).lazy()


def _further_names(told: pl.DataFrame, form: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Legal name, trade name from the name itself, and the legal form; few records tell one."""
    legal, doing = told["legal"], told["doing"]
    if legal.null_count() < legal.len():
        rest, second = _split_form(_main(told["legal"]), told["country"])
        legal, form = _written_out(rest), form.zip_with(form.is_not_null(), second)
    if doing.null_count() < doing.len():
        doing = _written_out(folded(told["doing"]))
    return legal, doing, form


def _filled(column: str) -> pl.Expr:
    text = pl.col(column).str.slice(0, 300).str.strip_chars()
    return pl.when(text == "").then(None).otherwise(text)


def _main(text: pl.Series) -> pl.Series:
    """The name before "doing business as" and without bracketed remarks."""
    # Step by step: an expression that stands in two places is worked out twice.
    main = text.str.replace(BEFORE_DOING, "")
    bracketed = main.str.contains(r"[(\[]").fill_null(False)
    if bracketed.any():
        bare = main.str.replace_all(BRACKETED, " ")
        main = bare.zip_with(bracketed & bare.str.contains(r"[\p{L}\p{N}]").fill_null(False), main)
    return said_series(folded(main))


def _split_form(text: pl.Series, country: pl.Series) -> tuple[pl.Series, pl.Series]:
    """(rest, form): up to two legal forms taken off the end (Pty Ltd, Co Inc), or one off the front (AB Volvo)."""
    rest, form = forms().take(text, country)
    again = form.is_not_null()
    if again.any():
        twice, _ = forms().take(rest.filter(again), country.filter(again))
        rest = laid(twice, again, rest)
    first = rest.str.extract(r"^(\S+) ")
    front = first.is_in(FRONT_FORMS).fill_null(False)
    if front.any():
        form = form.zip_with(form.is_not_null() | ~front, first)
        rest = rest.str.replace(r"^\S+ ", "").zip_with(front, rest)
    return rest, form


@cache
def forms() -> Endings:
    """Canonical forms by `country|form`, and by the form alone where it is one in any country."""
    forms = table("legal_forms").with_columns(pl.col("country").fill_null(""))
    key = pl.when(pl.col("country") == "").then("form").otherwise(pl.concat_str("country", pl.lit("|"), "form"))
    keyed = forms.select(key.alias("key"), "form", "canonical")
    return Endings.of(dict(keyed.select("key", "canonical").iter_rows()), dict(keyed.select("key", "form").iter_rows()))


def _written_out(text: pl.Series) -> pl.Series:
    """Abbreviations written out, umlauts in one spelling, small words dropped unless nothing else is left."""
    frame = text.alias("t").to_frame()
    plain = frame.select(one_spelling(pl.col("t"))).to_series()
    bare = words_replaced(plain, abbreviations())
    return said_series(plain.zip_with(bare == "", bare) if (bare == "").any() else bare)


@cache
def abbreviations() -> dict[str, str]:
    known = {**words("abbreviations")["name"], **dict.fromkeys(SMALL, "")}
    listed = pl.DataFrame(list(known.items()), schema={"short": pl.String, "long": pl.String}, orient="row")
    return dict(listed.select(one_spelling(pl.all())).iter_rows())


def _split_place(frame: pl.DataFrame) -> pl.DataFrame:
    """base, place and division: what is left of the name without its trailing place or part of a group."""
    base, place = endings("place").take(frame["name"])
    base, division = endings("division").take(base)
    again = division.is_not_null() | place.is_not_null()
    if again.any():
        twice, second = endings("place").take(base.filter(again))
        base = laid(twice, again, base)
        place = place.zip_with(place.is_not_null(), spread(second, again))
    return frame.with_columns(base=base, place=place, division=division)


@cache
def endings(kind: str) -> Endings:
    """The words as standardised names have them."""
    ends = place_words() if kind == "place" else division_words()
    spelt = pl.DataFrame({"w": ends}).select(one_spelling(letters(pl.col("w"))))["w"].unique().sort().to_list()
    return Endings.of(dict(zip(spelt, spelt, strict=True)))


def _tokens(frame: pl.DataFrame) -> pl.DataFrame:
    """The set of words, its sorted form, the name without spaces, its first words and every name told."""
    parts = pl.col("name").str.split(" ")
    frame = frame.with_columns(told=parts, joined=pl.col("name").str.replace_all(" ", "", literal=True))
    frame = frame.with_columns(tokens=pl.col("told").list.unique(maintain_order=True))
    frame = frame.with_columns(
        _sorted_words(frame["tokens"]).alias("name_key"),
        begun=pl.col("joined").str.head(BEGUN),
        tok1=pl.col("told").list.first(),
        tok2=pl.col("told").list.get(1, null_on_oob=True).str.head(LETTERS),
        all_names=pl.when(pl.col("name").is_not_null()).then(pl.concat_list("name")).otherwise(NO_NAMES),
        alias_1="name",
        alias_2="name",
    )
    frame = frame.drop("told")
    other = frame["legal_name"].is_not_null() & frame["legal_name"].ne_missing(frame["name"])
    several = other | frame["doing"].is_not_null() | (frame["trade_names"].list.len() > 0).fill_null(False)
    return _with_all_names(frame, several) if several.any() else frame


def _sorted_words(words: pl.Series) -> pl.Series:
    """Each row's words in order, joined; of one or two words the order is a question of which is less."""
    one, two = words.list.first(), words.list.get(1, null_on_oob=True)
    many = (words.list.len() > 2).fill_null(False)
    in_order = pl.concat_str(pl.min_horizontal("one", "two"), pl.max_horizontal("one", "two"), separator=" ")
    told = pl.DataFrame({"one": one, "two": two}).select(pl.when(two.is_null()).then("one").otherwise(in_order))
    return laid(_sorted_many(words.filter(many)), many, told.to_series())


def _sorted_many(words: pl.Series) -> pl.Series:
    """Sorted over all rows at once, in half the time of row by row."""
    listed = words.alias("word").to_frame().with_row_index("row").explode("word").sort("row", "word")
    return listed.group_by("row", maintain_order=True).agg("word").select(pl.col("word").list.join(" ")).to_series()


def _with_all_names(frame: pl.DataFrame, several: pl.Series) -> pl.DataFrame:
    """all_names and the first and the last of them, for the rows that tell more than one name.

    One of two names is the first or the last: a record known by one alone meets it in either.
    """
    few = frame.filter(several)
    few = few.join(_trade_names(few), on="record_id", how="left", maintain_order="left")
    told = pl.concat_list("name", "legal_name", "doing")
    names = pl.when(pl.col("trade").is_null()).then(told).otherwise(told.list.concat("trade"))
    few = few.select(all_names=names.list.drop_nulls().list.unique().list.sort()).with_columns(
        alias_1=pl.col("all_names").list.first(), alias_2=pl.col("all_names").list.last()
    )
    return frame.with_columns(
        laid(few[column], several, frame[column]).alias(column) for column in few.columns
    )


def _trade_names(frame: pl.DataFrame) -> pl.DataFrame:
    """record_id and trade, its standardised trade names, for records that tell one."""
    listed = frame.filter(pl.col("trade_names").list.len() > 0).select("record_id", "trade_names", "country")
    listed = listed.explode("trade_names").drop_nulls("trade_names")
    rest, _ = _split_form(_main(listed["trade_names"]), listed["country"])
    listed = listed.with_columns(trade=_written_out(rest)).drop_nulls("trade")
    return listed.group_by("record_id").agg("trade")
