"""The ERP's customers, articles, prices and stock, in its own German columns and codes."""

from __future__ import annotations

from datetime import date

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.dirt import where
from syncengine.demo.erp_words import ALIVE, TERMS, crossed
from syncengine.demo.files import OWN, WHOSE, comma, german, point
from syncengine.demo.products import Range

NOBODY = pl.lit(None, pl.Int64).alias(WHOSE)
# What the ERP calls its columns, and what ours are called or made of.
CUSTOMER = {
    "Kundennr": "key", "Name1": "told_name", "Name2": "trade_name", "Strasse": "told_street", "PLZ": "told_postcode",
    "Ort": "told_city", "Region": "region", "Land": "land", "Telefon": "told_phone", "EMail": "told_email",
    "UStIdNr": "told_tax", "HRNr": "told_register", "DUNS": "told_duns",
}  # fmt: skip
TERMS_OF_TRADE: dict[str, pl.Expr | str] = {
    "Steuergebiet": pl.when(pl.col("country") == "DE")
    .then(pl.lit("Inland"))
    .when(pl.col("country").is_in(["CH", "GB", "US"]))
    .then(pl.lit("Drittland"))
    .otherwise(pl.lit("EU")),
    "Zahlungsbed": pl.col("terms").replace(TERMS),
    "Incoterm": "incoterm",
    "Preisliste": "PL-" + pl.col("currency") + "-" + pl.col("segment"),
    "Waehrung": "currency",
    "Buchungskreis": "entity",
    "Mahnbearbeiter": "collector",
}
CREDIT: dict[str, pl.Expr | str] = {
    "Kreditlimit": "told_limit",
    "KreditWaehrung": "currency",
    "LimitVon": "set_by",
    "LimitBis": german(pl.col("limit_until")),
    "SonderLimit": pl.when("temporary").then(comma(pl.col("limit") * 3 // 2)),
    "Versicherer": "insurer",
    "Risikoklasse": "risk",
    "Kreditsperre": crossed("held"),
    "Sperrgrund": pl.when("held").then("held_reason"),
    "GesperrtSeit": pl.when("held").then(german(pl.col("held_since"))),
    "KundeSeit": german(pl.col("since")),
}
DELIVERY = {
    "LiefStrasse": pl.when("other").then("old_street"),
    "LiefPLZ": pl.when("other").then("old_postcode"),
    "LiefOrt": pl.when("other").then("old_city"),
    "LiefLand": pl.when("other").then("country"),
    "GeaendertAm": pl.col("modified").dt.strftime("%d.%m.%Y %H:%M:%S"),
}


def customers(dice: Dice, rows: pl.DataFrame, credit: pl.DataFrame) -> pl.DataFrame:
    """Kunden; credit holds limit, hold and hold dates by customer."""
    rows = rows.join(credit, on="id", how="left", maintain_order="left")
    ids = rows["row"]
    odd_land = pl.Series(["ZZ"]).new_from_index(0, len(ids))
    told = rows.with_columns(
        told_limit=_limits(dice, rows),
        land=where(dice.chance(ids, "land/odd", 0.0015), odd_land, rows["country"]),
        temporary=dice.chance(ids, "limit/temporary", 0.03),
        other=dice.chance(ids, "ship/other", 0.12),
    )
    return told.select(**CUSTOMER, **TERMS_OF_TRADE, **CREDIT, **DELIVERY).with_columns(told.select(ALIVE, OWN))


def _limits(dice: Dice, rows: pl.DataFrame) -> pl.Series:
    """Credit limits with a comma; a few with a point, a few below nothing."""
    ids, limit = rows["row"], pl.col("limit")
    german_mark, english_mark = (rows.select(marked).to_series() for marked in (comma(limit), point(limit)))
    told = where(dice.chance(ids, "limit/mark", 0.002), english_mark, german_mark)
    negative = pl.Series(["-1,00"]).new_from_index(0, len(ids))
    return where(dice.chance(ids, "limit/odd", 0.0015), negative, told)


def contacts(people: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Ansprechpartner."""
    return people.with_columns(keys.alias("k")).select(
        ("AP" + pl.col("person").cast(pl.String).str.zfill(9)).alias("Nr"),
        pl.col("k").alias("Kundennr"),
        pl.col("first").alias("Vorname"),
        pl.col("last").alias("Nachname"),
        pl.col("email").alias("EMail"),
        ("0" + pl.col("direct")).alias("Telefon"),
        pl.col("title").alias("Funktion"),
        ALIVE,
        OWN,
    )


def products(wares: pl.DataFrame) -> pl.DataFrame:
    """Artikel."""
    return wares.select(
        pl.col("code").alias("Artikelnr"),
        pl.col("name").alias("Bezeichnung"),
        (pl.col("family") + ": " + pl.col("name")).alias("Langtext"),
        pl.col("unit").alias("ME"),
        pl.col("family").alias("Warengruppe"),
        pl.col("status").replace({"active": "A", "phase_out": "P", "inactive": "I"}).alias("Status"),
        comma(pl.col("price")).alias("Listenpreis"),
        pl.lit("EUR").alias("Waehrung"),
        comma(pl.col("cost")).alias("Kosten"),
        pl.col("lead_time").alias("LieferzeitTage"),
    )


def price_books(books: pl.DataFrame) -> pl.DataFrame:
    """Preislisten."""
    return books.select(
        pl.col("book").alias("Preisliste"),
        (pl.lit("Price list ") + pl.col("currency") + " " + pl.col("tier")).alias("Bezeichnung"),
        pl.col("tier").alias("Stufe"),
        pl.col("currency").alias("Waehrung"),
        german(pl.col("from")).alias("GueltigAb"),
        german(pl.col("to")).alias("GueltigBis"),
    )


def prices(wares: Range) -> pl.DataFrame:
    """Preise of the price books."""
    return wares.prices.select(
        (pl.col("book") + "/" + pl.col("code")).alias("PreisId"),
        pl.col("book").alias("Preisliste"),
        pl.lit(None, pl.String).alias("Kundennr"),
        pl.col("code").alias("Artikelnr"),
        comma(pl.col("price")).alias("Preis"),
        comma(pl.col("floor")).alias("Mindestpreis"),
        pl.lit("0").alias("Rabatt"),
        pl.lit("1").alias("AbMenge"),
        pl.col("currency").alias("Waehrung"),
        german(pl.col("from")).alias("GueltigAb"),
        german(pl.col("to")).alias("GueltigBis"),
        NOBODY,
    )


def agreements(rows: pl.DataFrame, keys: pl.Series, today: date) -> pl.DataFrame:
    """Preise agreed with customers, in the same file."""
    return (
        rows.with_columns(keys.alias("k"))
        .select(
            ("K" + pl.col("k") + "/" + pl.col("code")).alias("PreisId"),
            ("PL-" + pl.col("currency") + "-" + pl.col("segment")).alias("Preisliste"),
            pl.col("k").alias("Kundennr"),
            pl.col("code").alias("Artikelnr"),
            comma(pl.col("agreed")).alias("Preis"),
            comma(pl.col("floor")).alias("Mindestpreis"),
            pl.col("discount").cast(pl.String).alias("Rabatt"),
            pl.lit("1").alias("AbMenge"),
            pl.col("currency").alias("Waehrung"),
            pl.lit(date(today.year - 1, 1, 1).strftime("%d.%m.%Y")).alias("GueltigAb"),
            german(pl.col("to")).alias("GueltigBis"),
            OWN,
        )
        .filter(pl.col("Kundennr").is_not_null())
    )


def stock(rows: pl.DataFrame) -> pl.DataFrame:
    """Bestand."""
    return rows.select(
        pl.col("key").alias("BestandId"),
        pl.col("code").alias("Artikelnr"),
        pl.col("warehouse").alias("Lager"),
        pl.col("on_hand").alias("Bestand"),
        pl.col("reserved").alias("Reserviert"),
        (pl.col("on_hand") - pl.col("reserved")).alias("Verfuegbar"),
        german(pl.col("expected")).alias("NaechsterZugang"),
    )
