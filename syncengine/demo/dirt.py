"""What happens to values on their way into systems: typos, abbreviations, plain letters, gaps."""

from __future__ import annotations

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.names import fold

STREETS = {
    "straße": "str.",
    "strasse": "str.",
    " Street": " St",
    " Road": " Rd",
    " Avenue": " Ave",
    "Avenida": "Avda.",
    "Calle ": "C/ ",
    "avenue ": "av. ",
    "boulevard ": "bd ",
}
SHORTER = {
    "technik": "tech.",
    "Maschinenbau": "Masch.bau",
    " & ": " u. ",
    "Engineering": "Eng.",
    "International": "Int.",
    "Industries": "Ind.",
    "Manufacturing": "Mfg",
    "Logistik": "Log.",
    "Services": "Serv.",
    "Systems": "Sys.",
}
FORMS = {
    " GmbH": " Gmbh",
    " GmbH & Co. KG": " GmbH&Co.KG",
    " AG": " Ag",
    " Ltd": " Limited",
    " Limited": " Ltd.",
    " Inc.": " Incorporated",
    " LLC": " L.L.C.",
    " S.r.l.": " Srl",
    " S.p.A.": " SpA",
    " B.V.": " BV",
    " S.L.": " SL",
    " Sp. z o.o.": " Spółka z o.o.",
    " SAS": " S.A.S.",
}


def where(mask: pl.Series, yes: pl.Series | None, no: pl.Series | None) -> pl.Series:
    """`yes` where the mask holds, else `no`."""
    return pl.select(pl.when(mask).then(yes).otherwise(no)).to_series()


def typos(dice: Dice, ids: pl.Series, values: pl.Series, share: float, tag: str) -> pl.Series:
    """One slip of the finger in some of the values: a letter lost, doubled, or swapped with the next."""
    length = values.str.len_chars().fill_null(0).cast(pl.Int64)
    at = dice.below(ids, tag + "/at", (length - 2).clip(1, None)) + 1
    kind = dice.below(ids, tag + "/kind", 3)
    hit = dice.chance(ids, tag, share) & (length > 5)
    text, place = pl.col("v"), pl.col("p")
    head = text.str.slice(0, place)
    one, two = text.str.slice(place, 1), text.str.slice(place + 1, 1)
    slip = (
        pl.when(pl.col("k") == 0)
        .then(head + text.str.slice(place + 1))
        .when(pl.col("k") == 1)
        .then(head + one + text.str.slice(place))
        .otherwise(head + two + one + text.str.slice(place + 2))
    )
    frame = pl.DataFrame({"v": values, "p": at, "k": kind, "h": hit})
    return frame.select(pl.when("h").then(slip).otherwise("v").alias("v")).to_series()


def replaced(dice: Dice, ids: pl.Series, values: pl.Series, words: dict[str, str], share: float, tag: str) -> pl.Series:
    """Words exchanged for others in some of the values."""
    return where(dice.chance(ids, tag, share), values.str.replace_many(words), values)


def folded(dice: Dice, ids: pl.Series, values: pl.Series, share: float, tag: str) -> pl.Series:
    """Accents lost in some of the values."""
    return where(dice.chance(ids, tag, share), fold(values), values)


def gaps(dice: Dice, ids: pl.Series, values: pl.Series, share: float, tag: str) -> pl.Series:
    """Values missing."""
    return where(~dice.chance(ids, tag, share), values, None)


def messy_names(dice: Dice, rows: pl.DataFrame, *, bare: float, trade: float, typing: float) -> pl.Series:
    """Company names as people type them: without form, as trade name, abbreviated, shouted, mistyped."""
    ids = rows["row"]
    ending = rows["name"] + (" " + rows["form"]).str.replace_many(FORMS)
    name = where(dice.chance(ids, "dirt/form", 0.15), ending, rows["legal_name"])
    name = where(dice.chance(ids, "dirt/bare", bare), rows["name"], name)
    name = where(rows["trade_name"].is_not_null() & dice.chance(ids, "dirt/trade", trade), rows["trade_name"], name)
    name = replaced(dice, ids, name, SHORTER, 0.05, "dirt/short")
    name = folded(dice, ids, name, 0.08, "dirt/fold")
    name = where(dice.chance(ids, "dirt/shout", 0.04), name.str.to_uppercase(), name)
    again = where(rows["copy"] > 0, typos(dice, ids, name, 0.25, "dirt/again"), name)
    return typos(dice, ids, again, typing, "dirt/typo")


def messy_streets(dice: Dice, rows: pl.DataFrame, streets: pl.Series) -> pl.Series:
    """Streets abbreviated and mistyped."""
    ids = rows["row"]
    street = replaced(dice, ids, streets, STREETS, 0.25, "dirt/street")
    return typos(dice, ids, street, 0.03, "dirt/street/typo")
