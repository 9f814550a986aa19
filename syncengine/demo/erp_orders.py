"""The ERP's orders, shipments and returns."""

from __future__ import annotations

import polars as pl

from syncengine.demo.erp_words import ALIVE, TERMS, crossed
from syncengine.demo.files import OWN, WHOSE, comma, german
from syncengine.demo.orders import ROOM

ORDER = (pl.col("order") // ROOM).alias(WHOSE)


def orders(rows: pl.DataFrame) -> pl.DataFrame:
    """Auftraege; rows carry number, account_key, bill_key, quote_number."""
    return rows.select(
        pl.col("number").alias("Auftragsnr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("bill_key").alias("ReEmpfaenger"),
        pl.col("account_key").alias("WarenEmpfaenger"),
        pl.col("po").alias("BestellnrKunde"),
        pl.col("quote_number").alias("Angebotsnr"),
        pl.col("type").replace({"new": "N", "repeat": "W", "project": "P"}).alias("Art"),
        german(pl.col("date")).alias("Auftragsdatum"),
        german(pl.col("requested")).alias("Wunschdatum"),
        german(pl.col("promised")).alias("Zusagedatum"),
        pl.col("status")
        .replace({"confirmed": "20", "partly_shipped": "30", "shipped": "40", "closed": "50", "cancelled": "90"})
        .alias("Status"),
        crossed("hold").alias("Sperre"),
        pl.when("hold").then("hold_reason").otherwise(None).alias("Sperrgrund"),
        comma(pl.col("net")).alias("Nettowert"),
        pl.col("currency").alias("Waehrung"),
        pl.col("terms").replace(TERMS).alias("Zahlungsbed"),
        pl.col("incoterm").alias("Incoterm"),
        pl.col("owner").alias("Sachbearbeiter"),
        pl.col("entity").alias("Buchungskreis"),
        german(pl.col("touched")).alias("GeaendertAm"),
        ALIVE,
        OWN,
    )


def order_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Auftragspositionen; rows carry number and invoiced."""
    return rows.select(
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"),
        pl.col("number").alias("Auftragsnr"),
        pl.col("position").alias("Pos"),
        pl.col("code").alias("Artikelnr"),
        pl.col("ware").alias("Text"),
        pl.col("unit").alias("ME"),
        pl.col("quantity").alias("Menge"),
        pl.col("shipped").alias("GeliefertMenge"),
        pl.col("invoiced").alias("FakturiertMenge"),
        comma(pl.col("price")).alias("Preis"),
        pl.col("discount").alias("RabattProz"),
        comma(pl.col("net")).alias("Nettowert"),
        comma(pl.col("cost")).alias("Kosten"),
        pl.col("currency").alias("Waehrung"),
        ALIVE,
        OWN,
    )


def shipments(rows: pl.DataFrame) -> pl.DataFrame:
    """Lieferungen; rows carry number, order_number, account_key."""
    return rows.select(
        pl.col("ship_number").alias("Liefernr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("number").alias("Auftragsnr"),
        pl.col("ship_status").replace({"planned": "10", "shipped": "30", "delivered": "40"}).alias("Status"),
        german(pl.col("ship_date")).alias("Planversand"),
        german(pl.col("left")).alias("Versanddatum"),
        german(pl.col("arrived")).alias("Zustelldatum"),
        pl.col("carrier").alias("Spediteur"),
        pl.col("tracking").alias("Sendungsnr"),
        pl.col("warehouse").alias("Lager"),
        pl.col("entity").alias("Buchungskreis"),
        ALIVE,
        ORDER,
    )


def shipment_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Lieferpositionen."""
    return rows.select(
        (pl.col("ship_number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"),
        pl.col("ship_number").alias("Liefernr"),
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("AuftragspositionId"),
        pl.col("code").alias("Artikelnr"),
        pl.col("quantity").alias("Menge"),
        ALIVE,
        OWN,
    )


def returns(rows: pl.DataFrame) -> pl.DataFrame:
    """Retouren."""
    return rows.filter("returned").select(
        ("RT" + pl.col("credit_number").str.slice(2)).alias("Retourennr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("number").alias("Auftragsnr"),
        german(pl.col("date")).alias("Datum"),
        pl.lit("closed").alias("Status"),
        pl.col("return_reason").alias("Grund"),
        ALIVE,
        OWN,
    )


def return_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Retourenpositionen."""
    number = "RT" + pl.col("credit_number").str.slice(2)
    return rows.filter("returned").select(
        (number + "-1").alias("PositionId"),
        number.alias("Retourennr"),
        pl.col("code").alias("Artikelnr"),
        pl.col("back").alias("Menge"),
        pl.col("return_reason").alias("Grund"),
        ALIVE,
        OWN,
    )
