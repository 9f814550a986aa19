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


def customers(dice: Dice, rows: pl.DataFrame, credit: pl.DataFrame) -> pl.DataFrame:
    """Kunden; credit holds limit, hold and hold dates by customer."""
    rows = rows.join(credit, on="id", how="left", maintain_order="left")
    ids = rows["row"]
    name, trade = rows["told_name"], rows["trade_name"]
    limit = rows.select(comma(pl.col("limit")).alias("l")).to_series()
    english = rows.select(point(pl.col("limit")).alias("l")).to_series()
    limit = where(dice.chance(ids, "limit/mark", 0.002), english, limit)
    limit = where(dice.chance(ids, "limit/odd", 0.0015), pl.Series(["-1,00"]).new_from_index(0, len(ids)), limit)
    land = where(dice.chance(ids, "land/odd", 0.0015), pl.Series(["ZZ"]).new_from_index(0, len(ids)), rows["country"])
    temporary = dice.chance(ids, "limit/temporary", 0.03)
    home = rows["country"].is_in(["DE"])
    other = dice.chance(ids, "ship/other", 0.12)
    return rows.with_columns(
        name.alias("n1"),
        trade.alias("n2"),
        limit.alias("lim"),
        land.alias("land"),
        temporary.alias("temporary"),
        other.alias("other"),
        home.alias("home"),
    ).select(
        pl.col("key").alias("Kundennr"),
        pl.col("n1").alias("Name1"),
        pl.col("n2").alias("Name2"),
        pl.col("told_street").alias("Strasse"),
        pl.col("told_postcode").alias("PLZ"),
        pl.col("told_city").alias("Ort"),
        pl.col("region").alias("Region"),
        pl.col("land").alias("Land"),
        pl.col("told_phone").alias("Telefon"),
        pl.col("told_email").alias("EMail"),
        pl.col("told_tax").alias("UStIdNr"),
        pl.col("told_register").alias("HRNr"),
        pl.col("told_duns").alias("DUNS"),
        pl.when("home")
        .then(pl.lit("Inland"))
        .when(pl.col("country").is_in(["CH", "GB", "US"]))
        .then(pl.lit("Drittland"))
        .otherwise(pl.lit("EU"))
        .alias("Steuergebiet"),
        pl.col("terms").replace(TERMS).alias("Zahlungsbed"),
        pl.col("incoterm").alias("Incoterm"),
        ("PL-" + pl.col("currency") + "-" + pl.col("segment")).alias("Preisliste"),
        pl.col("currency").alias("Waehrung"),
        pl.col("entity").alias("Buchungskreis"),
        pl.col("collector").alias("Mahnbearbeiter"),
        pl.col("lim").alias("Kreditlimit"),
        pl.col("currency").alias("KreditWaehrung"),
        pl.col("set_by").alias("LimitVon"),
        german(pl.col("limit_until")).alias("LimitBis"),
        pl.when("temporary").then(comma(pl.col("limit") * 3 // 2)).otherwise(None).alias("SonderLimit"),
        pl.col("insurer").alias("Versicherer"),
        pl.col("risk").alias("Risikoklasse"),
        crossed("held").alias("Kreditsperre"),
        pl.when("held").then("held_reason").otherwise(None).alias("Sperrgrund"),
        pl.when("held").then(german(pl.col("held_since"))).otherwise(None).alias("GesperrtSeit"),
        german(pl.col("since")).alias("KundeSeit"),
        *(
            pl.when("other").then(f"old_{c}").otherwise(None).alias(n)
            for c, n in (("street", "LiefStrasse"), ("postcode", "LiefPLZ"), ("city", "LiefOrt"))
        ),
        pl.when("other").then("country").otherwise(None).alias("LiefLand"),
        pl.col("modified").dt.strftime("%d.%m.%Y %H:%M:%S").alias("GeaendertAm"),
        ALIVE,
        OWN,
    )


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
