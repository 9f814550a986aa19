"""Persons: given and family name in any order, generation, date of birth, numbers of persons."""

from __future__ import annotations

from functools import cache

import polars as pl
from nicknames import name_triplets

from syncengine.identity.standardise.sounds import bones, sound
from syncengine.identity.standardise.text import LONGEST, ONE_DIGIT, code, fold, said
from syncengine.identity.tables import table, words

TITLES = r"\b(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|mlle|sr a|sra|srta|ing|mag|dipl|rev|hon)\b"
GENERATIONS = {"jr": "2", "junior": "2", "ii": "2", "sr": "1", "senior": "1", "i": "1", "iii": "3", "iv": "4"}
GENERATION = r" (jr|junior|ii|sr|senior|i|iii|iv)\b"
PARTICLES = r"\b(?:van der|van den|van de|von der|de la|de los|van|von|de|del|della|di|da|dos|bin|ibn|al|el)\b"
PEOPLE = (
    "person", "given", "family", "parts", "generation", "roots", "given_known", "given_sound", "given_bones",
    "family_sound", "family_bones", "initial", "initials", "birth", "birth_real", "ids", "id_shapes", "id_1",
)  # fmt: skip
REAL = r"^(?:18[5-9]|19\d|20\d)\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
SEVERAL = r"[;,|\n]+"


def people_columns(records: pl.DataFrame, *, persons: pl.Expr) -> pl.DataFrame:
    """record_id and PEOPLE; names are read as persons' only where `persons` holds."""
    frame = records.select(
        "record_id",
        person=persons,
        spoken=pl.when(persons).then(_spoken()),
        birth=(birth := birth_dates(records)),
        birth_real=birth.str.contains(REAL),
        ids=_ids(),
    )
    frame = frame.with_columns(generation=_generation(), spoken=_bare()).with_columns(parts=_parts())
    frame = frame.with_columns(parts=_family_last())
    single = pl.col("parts").list.len() == 1
    first, last = pl.col("parts").list.first(), pl.col("parts").list.last()
    given = pl.when(single & ~first.is_in(given_names())).then(None).otherwise(first)
    family = pl.when(single & first.is_in(given_names())).then(None).otherwise(last)
    frame = frame.with_columns(given=given, family=family)
    frame = frame.with_columns(
        given_known=pl.col("given").is_in(given_names()),
        given_sound=sound(pl.col("given")),
        family_sound=sound(pl.col("family")),
        initial=pl.col("given").str.slice(0, 1),
        roots=_roots(),
        initials=_initials(),
        id_1=pl.col("ids").list.first(),
        id_shapes=pl.col("ids").list.eval(pl.element().str.replace_all(r"\d", "9").str.replace_all("[A-Z]", "A")),
    )
    frame = frame.with_columns(given_bones=bones(pl.col("given_sound")), family_bones=bones(pl.col("family_sound")))
    return frame.select("record_id", *PEOPLE)


def _spoken() -> pl.Expr:
    """The name with the family last, whatever way it was written."""
    plain = pl.col("name").str.slice(0, LONGEST).str.replace_all(r"\([^)]*\)|<[^>]*>", " ")
    turned = plain.str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$", "$2 $1")
    return said(fold(turned))


def _generation() -> pl.Expr:
    return pl.col("spoken").str.extract(GENERATION).replace_strict(GENERATIONS, default=None)


def _bare() -> pl.Expr:
    bare = (
        pl.col("spoken").str.replace_all(TITLES, " ").str.replace_all(GENERATION, " ").str.replace_all(PARTICLES, " ")
    )
    bare = bare.str.replace_all(" +", " ").str.strip_chars()
    return pl.when(bare == "").then("spoken").otherwise(bare)


def _parts() -> pl.Expr:
    return pl.col("spoken").str.split(" ").list.unique(maintain_order=True)


def _family_last() -> pl.Expr:
    """The parts with the first one last where only the last one is a name that people are given: Kusha Edward."""
    parts = pl.col("parts")
    turned = ~parts.list.first().is_in(given_names()) & parts.list.last().is_in(given_names()) & (parts.list.len() == 2)
    return pl.when(turned).then(parts.list.reverse()).otherwise(parts)


def _roots() -> pl.Expr:
    """The given name and the names it is short for."""
    short = pl.col("given").replace_strict(nicknames(), default=None, return_dtype=pl.List(pl.String))
    return pl.when(short.is_null()).then(pl.concat_list("given")).otherwise(pl.concat_list("given").list.concat(short))


def _initials() -> pl.Expr:
    """The first letters of the given name and of its short forms: B. is Robert as well."""
    letters = pl.col("given").replace_strict(short_initials(), default=None, return_dtype=pl.List(pl.String))
    own = pl.concat_list(pl.col("given").str.slice(0, 1))
    return pl.when(letters.is_null()).then(own).otherwise(own.list.concat(letters))


@cache
def short_forms() -> pl.DataFrame:
    """name and root of short forms: English ones from a package, those across languages our own."""
    english = [(told.name2, told.name1) for told in name_triplets() if "." not in told.name2]  # k.c. are initials
    rows = pl.DataFrame(english, schema={"name": pl.String, "root": pl.String}, orient="row")
    return pl.concat([rows, table("nicknames")]).unique().sort("name", "root")


@cache
def short_initials() -> dict[str, list[str]]:
    """First letters of the short forms and roots of a name."""
    both = pl.concat([short_forms(), short_forms().select(name="root", root="name")])
    grouped = both.group_by("name").agg(pl.col("root").str.slice(0, 1).unique().sort())
    return dict(grouped.iter_rows())


@cache
def given_names() -> pl.Series:
    """Names that people are given, in Latin letters, as one list value."""
    return pl.Series([table("given_names")["name"].to_list()])


@cache
def nicknames() -> dict[str, list[str]]:
    """The names a short form may stand for."""
    grouped = short_forms().group_by("name").agg(pl.col("root").sort())
    return dict(grouped.iter_rows())


@cache
def organisation_words() -> frozenset[str]:
    """Folded words that tell an organisation's name from a person's."""
    return frozenset(str(word) for word in words("organisations")["words"])


def _ids() -> pl.Expr:
    split = pl.col("person_id").str.slice(0, LONGEST).str.replace_all(SEVERAL, ";").str.split(";")
    ids = split.list.eval(code(pl.element())).list.drop_nulls().list.unique().list.sort()
    return pl.when(ids.list.len() > 0).then(ids)


def birth_dates(records: pl.DataFrame) -> pl.Series:
    """Dates of birth as yyyymmdd; where day and month could be either, the file's own habit decides.

    A date that no calendar has is kept as it was typed: all but one of its digits may be right.
    """
    text = records["birth_date"].str.slice(0, 40).str.to_lowercase()
    named = text.str.replace_many(list(_months()), [f" {n} m " for n in _months().values()])
    parts = pl.DataFrame({"t": named}).select(
        a=pl.col("t").str.extract(r"(\d+)"),
        b=pl.col("t").str.extract(r"\d+\D+(\d+)"),
        c=pl.col("t").str.extract(r"\d+\D+\d+\D+(\d+)"),
        packed=pl.col("t").str.extract(r"^\s*(\d{8})\s*$"),
        word_first=pl.col("t").str.contains(r"^\D*\d+ m"),
        word_second=pl.col("t").str.contains(r"^\D*\d+\D+\d+ m"),
    )
    return parts.select(_told_date(day_first=_day_first(parts)))["birth"]


def _day_first(parts: pl.DataFrame) -> bool:
    """Whether more dates can only be day-month than can only be month-day."""
    first, second = parts["a"].cast(pl.Int64, strict=False), parts["b"].cast(pl.Int64, strict=False)
    return int(((first > 12) & (first < 32)).sum()) > int(((second > 12) & (second < 32)).sum())


def _told_date(*, day_first: bool) -> pl.Expr:
    a, b, c = (pl.col(name).cast(pl.Int64, strict=False) for name in "abc")
    year_first = pl.col("a").str.len_chars() == 4
    year = pl.when(year_first).then(a).otherwise(c)
    year = pl.when(year < 30).then(year + 2000).when(year < 100).then(year + 1900).otherwise(year)
    one, two = pl.when(year_first).then(b).otherwise(a), pl.when(year_first).then(c).otherwise(b)
    by_word = pl.when("word_first").then(False).when("word_second").then(True)
    by_size = by_word.when((one > 12) & ~(two > 12)).then(True).when(two > 12).then(False)
    swap = by_size.when(year_first).then(False).otherwise(day_first)
    month, day = pl.when(swap).then(two).otherwise(one), pl.when(swap).then(one).otherwise(two)
    told = (month < 99) & (day < 99) & (month + day > 0) & year.is_between(1000, 9999)
    whole = pl.concat_str([year.cast(pl.String), *(part.cast(pl.String).str.zfill(2) for part in (month, day))])
    packed = pl.when(~pl.col("packed").str.contains(ONE_DIGIT)).then("packed")
    return pl.coalesce(packed, pl.when(told).then(whole)).alias("birth")


def _months() -> dict[str, int]:
    names: dict[str, int] = words("months")
    return names
