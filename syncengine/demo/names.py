"""Company names, people's names and what is derived from them: folded forms, domains, mailboxes."""

from __future__ import annotations

from typing import Any

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.words import company, countries

FOLD = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "à": "a",
    "á": "a",
    "â": "a",
    "ç": "c",
    "é": "e",
    "è": "e",
    "ê": "e",
    "ë": "e",
    "í": "i",
    "î": "i",
    "ï": "i",
    "ñ": "n",
    "ó": "o",
    "ô": "o",
    "ú": "u",
    "û": "u",
    "ù": "u",
    "ł": "l",
    "ś": "s",
    "ż": "z",
    "ź": "z",
    "ą": "a",
    "ę": "e",
    "ć": "c",
    "ń": "n",
    "Ł": "L",
    "Ś": "S",
    "Ż": "Z",
    "É": "E",
    "Á": "A",
    "Ò": "O",
}


def fold(names: pl.Series) -> pl.Series:
    """The names in plain letters."""
    return names.str.replace_many(list(FOLD), list(FOLD.values()))


def slug(names: pl.Series) -> pl.Series:
    """The names as they would stand in a web address."""
    return fold(names).str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "-").str.strip_chars("-")


def make_stems(dice: Dice, ids: pl.Series, tag: str = "stem") -> pl.Series:
    """Invented words that sound like companies."""
    words = company()
    first = dice.pick(ids, tag + "/1", words["stem_first"])
    middle = dice.pick(ids, tag + "/2", words["stem_middle"])
    return first + middle + dice.pick(ids, tag + "/3", words["stem_last"])


def make_company_names(dice: Dice, ids: pl.Series, country: str, cities: pl.Series) -> pl.Series:
    """Names of companies of one country, without legal form."""
    words: dict[str, Any] = countries()[country]
    stem = make_stems(dice, ids)
    surname = dice.pick(ids, "name/surname", words["surnames"])
    second = dice.pick(ids, "name/second", words["surnames"])
    trade = dice.pick(ids, "name/trade", words["trades"])
    suffix = dice.pick(ids, "name/suffix", company()["suffixes"])
    letters = [dice.pick(ids, f"name/letter{i}", list("ABCDEFGHIKLMNOPRSTVWZ")) for i in range(3)]
    forms = [
        (0.34, stem + " " + trade),
        (0.50, stem + " " + suffix),
        (0.66, surname + " " + trade),
        (0.74, surname + " & " + second + " " + trade),
        (0.80, surname + " " + company()["sons"][country] + " " + trade),
        (0.88, letters[0] + letters[1] + letters[2] + " " + stem + " " + trade),
        (0.93, stem + " " + trade + " " + cities),
    ]
    return choose(dice.unit(ids, "name/form"), forms, stem + second.str.to_lowercase().str.slice(0, 3) + " " + trade)


def choose(throw: pl.Series, forms: list[tuple[float, pl.Series]], otherwise: pl.Series) -> pl.Series:
    """The first form whose bound lies above the throw."""
    result = pl.lit(otherwise)
    for bound, form in reversed(forms):
        result = pl.when(throw < bound).then(form).otherwise(result)
    return pl.select(result).to_series()


def make_legal_forms(dice: Dice, ids: pl.Series, country: str) -> pl.Series:
    """Legal forms of one country, as common as they are."""
    return dice.weigh(ids, "name/legal", countries()[country]["legal"])


def make_people(dice: Dice, ids: pl.Series, country: str) -> pl.DataFrame:
    """First names and surnames of people of one country."""
    words = countries()[country]
    return pl.DataFrame(
        {
            "first": dice.pick(ids, "person/first", words["first_f"] + words["first_m"]),
            "last": dice.pick(ids, "person/last", words["surnames"]),
        }
    )
