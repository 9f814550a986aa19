"""The ERP's invoices, payments, credit notes and promises."""

from __future__ import annotations

import polars as pl

from syncengine.demo.erp_words import ALIVE, crossed
from syncengine.demo.files import OWN, WHOSE, comma, german
from syncengine.demo.orders import ROOM


def invoices(rows: pl.DataFrame) -> pl.DataFrame:
    """Rechnungen; rows carry invoice_number, number, account_key, bill_key."""
    return rows.select(
        pl.col("invoice_number").alias("Rechnungsnr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("bill_key").alias("ReEmpfaenger"),
        pl.col("number").alias("Auftragsnr"),
        pl.col("po").alias("BestellnrKunde"),
        german(pl.col("date")).alias("Rechnungsdatum"),
        german(pl.col("due")).alias("Faelligkeit"),
        pl.when(pl.col("open") == 0)
        .then(german(pl.max_horizontal("pay_date", "date")))
        .otherwise(None)
        .alias("BezahltAm"),
        pl.col("status").replace({"open": "OFFEN", "paid": "BEZAHLT"}).alias("Status"),
        comma(pl.col("net")).alias("Netto"),
        comma(pl.col("tax")).alias("Steuer"),
        comma(pl.col("gross")).alias("Brutto"),
        comma(pl.col("open")).alias("Offen"),
        pl.col("currency").alias("Waehrung"),
        crossed("disputed").alias("Strittig"),
        pl.when("disputed").then("dispute_reason").otherwise(None).alias("Strittgrund"),
        pl.col("dunning").alias("Mahnstufe"),
        pl.col("owner").alias("Sachbearbeiter"),
        pl.col("entity").alias("Buchungskreis"),
        ALIVE,
        OWN,
    )


def invoice_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Rechnungspositionen."""
    return rows.select(
        (pl.col("invoice_number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"),
        pl.col("invoice_number").alias("Rechnungsnr"),
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("AuftragspositionId"),
        pl.col("position").alias("Pos"),
        pl.col("code").alias("Artikelnr"),
        pl.col("ware").alias("Text"),
        pl.col("quantity").alias("Menge"),
        comma(pl.col("price")).alias("Preis"),
        comma(pl.col("net")).alias("Netto"),
        pl.col("currency").alias("Waehrung"),
        ALIVE,
        OWN,
    )


def payments(rows: pl.DataFrame) -> pl.DataFrame:
    """Zahlungen; rows carry payment_number and account_key."""
    return rows.select(
        pl.col("payment_number").alias("Zahlungsnr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("kind").replace({"payment": "Z", "deposit": "A", "refund": "E"}).alias("Art"),
        german(pl.col("date")).alias("Eingang"),
        comma(pl.col("amount")).alias("Betrag"),
        comma(pl.col("unapplied")).alias("NichtZugeordnet"),
        pl.col("currency").alias("Waehrung"),
        pl.col("method").alias("Zahlweg"),
        pl.col("entity").alias("Buchungskreis"),
        ALIVE,
        OWN,
    )


def settlements(rows: pl.DataFrame) -> pl.DataFrame:
    """Ausgleiche; rows carry invoice_number, payment_number, credit_number."""
    paid = pl.coalesce("payment_number", "credit_number")
    return rows.select(
        (paid + "/" + pl.col("invoice_number")).alias("AusgleichId"),
        pl.col("payment_number").alias("Zahlungsnr"),
        pl.col("credit_number").alias("Gutschriftnr"),
        pl.col("invoice_number").alias("Rechnungsnr"),
        comma(pl.col("amount")).alias("Betrag"),
        pl.col("currency").alias("Waehrung"),
        german(pl.col("date")).alias("Datum"),
        ALIVE,
        (pl.col("invoice") // (2 * ROOM)).alias(WHOSE),
    )


def credits(rows: pl.DataFrame) -> pl.DataFrame:
    """Gutschriften."""
    return rows.select(
        pl.col("credit_number").alias("Gutschriftnr"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("invoice_number").alias("Rechnungsnr"),
        pl.col("number").alias("Auftragsnr"),
        german(pl.col("date")).alias("Datum"),
        comma(pl.col("net")).alias("Netto"),
        comma(pl.col("gross")).alias("Brutto"),
        comma(pl.col("open")).alias("Offen"),
        pl.col("currency").alias("Waehrung"),
        pl.col("reason").alias("Grund"),
        pl.col("entity").alias("Buchungskreis"),
        ALIVE,
        OWN,
    )


def credit_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Gutschriftpositionen."""
    return rows.select(
        (pl.col("credit_number") + "-1").alias("PositionId"),
        pl.col("credit_number").alias("Gutschriftnr"),
        pl.col("code").alias("Artikelnr"),
        pl.col("back").alias("Menge"),
        comma(pl.col("net")).alias("Netto"),
        pl.col("currency").alias("Waehrung"),
        pl.col("reason").alias("Grund"),
        ALIVE,
        OWN,
    )


def promises(rows: pl.DataFrame) -> pl.DataFrame:
    """Zahlungszusagen."""
    return rows.select(
        ("ZZ" + pl.col("invoice_number").str.slice(2)).alias("ZusageId"),
        pl.col("account_key").alias("Kundennr"),
        pl.col("invoice_number").alias("Rechnungsnr"),
        comma(pl.col("amount")).alias("Betrag"),
        pl.col("currency").alias("Waehrung"),
        german(pl.col("date")).alias("ZusageDatum"),
        pl.col("status").alias("Status"),
        ALIVE,
        OWN,
    )
