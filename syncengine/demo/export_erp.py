"""The ERP's export: semicolons, decimal commas, German column names and dates, Windows letters."""

from __future__ import annotations

from datetime import date

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.dirt import where
from syncengine.demo.files import OWN, WHOSE, comma, german, point
from syncengine.demo.orders import ROOM
from syncengine.demo.products import Range

NOBODY = pl.lit(None, pl.Int64).alias(WHOSE)
ORDER = (pl.col("order") // ROOM).alias(WHOSE)
TERMS = {"30 days net": "ZB30", "14 days 2 %, 30 days net": "ZB14S", "14 days net": "ZB14", "60 days net": "ZB60",
         "prepaid": "ZB00"}  # fmt: skip
YES = lambda name: pl.when(name).then(pl.lit("X")).otherwise(None)  # noqa: E731
ALIVE = pl.lit(None, pl.String).alias("Loeschkz")


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
    return rows.with_columns(name.alias("n1"), trade.alias("n2"), limit.alias("lim"), land.alias("land"),
                             temporary.alias("temporary"), other.alias("other"), home.alias("home")).select(
        pl.col("key").alias("Kundennr"), pl.col("n1").alias("Name1"), pl.col("n2").alias("Name2"),
        pl.col("told_street").alias("Strasse"), pl.col("told_postcode").alias("PLZ"), pl.col("told_city").alias("Ort"),
        pl.col("region").alias("Region"), pl.col("land").alias("Land"), pl.col("told_phone").alias("Telefon"),
        pl.col("told_email").alias("EMail"), pl.col("told_tax").alias("UStIdNr"),
        pl.col("told_register").alias("HRNr"), pl.col("told_duns").alias("DUNS"),
        pl.when("home").then(pl.lit("Inland")).when(pl.col("country").is_in(["CH", "GB", "US"])).then(pl.lit("Drittland"))
        .otherwise(pl.lit("EU")).alias("Steuergebiet"),
        pl.col("terms").replace(TERMS).alias("Zahlungsbed"), pl.col("incoterm").alias("Incoterm"),
        ("PL-" + pl.col("currency") + "-" + pl.col("segment")).alias("Preisliste"), pl.col("currency").alias("Waehrung"),
        pl.col("entity").alias("Buchungskreis"), pl.col("collector").alias("Mahnbearbeiter"),
        pl.col("lim").alias("Kreditlimit"), pl.col("currency").alias("KreditWaehrung"), pl.col("set_by").alias("LimitVon"),
        german(pl.col("limit_until")).alias("LimitBis"),
        pl.when("temporary").then(comma(pl.col("limit") * 3 // 2)).otherwise(None).alias("SonderLimit"),
        pl.col("insurer").alias("Versicherer"), pl.col("risk").alias("Risikoklasse"), YES("held").alias("Kreditsperre"),
        pl.when("held").then("held_reason").otherwise(None).alias("Sperrgrund"),
        pl.when("held").then(german(pl.col("held_since"))).otherwise(None).alias("GesperrtSeit"),
        german(pl.col("since")).alias("KundeSeit"),
        *(pl.when("other").then(f"old_{c}").otherwise(None).alias(n)
          for c, n in (("street", "LiefStrasse"), ("postcode", "LiefPLZ"), ("city", "LiefOrt"))),
        pl.when("other").then("country").otherwise(None).alias("LiefLand"),
        pl.col("modified").dt.strftime("%d.%m.%Y %H:%M:%S").alias("GeaendertAm"), ALIVE,
        OWN,
    )  # fmt: skip


def contacts(people: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Ansprechpartner."""
    return people.with_columns(keys.alias("k")).select(
        ("AP" + pl.col("person").cast(pl.String).str.zfill(9)).alias("Nr"), pl.col("k").alias("Kundennr"),
        pl.col("first").alias("Vorname"), pl.col("last").alias("Nachname"), pl.col("email").alias("EMail"),
        ("0" + pl.col("direct")).alias("Telefon"), pl.col("title").alias("Funktion"), ALIVE,
        OWN,
    )  # fmt: skip


def products(wares: pl.DataFrame) -> pl.DataFrame:
    """Artikel."""
    return wares.select(
        pl.col("code").alias("Artikelnr"), pl.col("name").alias("Bezeichnung"),
        (pl.col("family") + ": " + pl.col("name")).alias("Langtext"), pl.col("unit").alias("ME"),
        pl.col("family").alias("Warengruppe"), pl.col("status").replace(
            {"active": "A", "phase_out": "P", "inactive": "I"}).alias("Status"),
        comma(pl.col("price")).alias("Listenpreis"), pl.lit("EUR").alias("Waehrung"),
        comma(pl.col("cost")).alias("Kosten"), pl.col("lead_time").alias("LieferzeitTage"),
    )  # fmt: skip


def price_books(books: pl.DataFrame) -> pl.DataFrame:
    """Preislisten."""
    return books.select(
        pl.col("book").alias("Preisliste"), (pl.lit("Price list ") + pl.col("currency") + " " + pl.col("tier")).alias("Bezeichnung"),
        pl.col("tier").alias("Stufe"), pl.col("currency").alias("Waehrung"), german(pl.col("from")).alias("GueltigAb"),
        german(pl.col("to")).alias("GueltigBis"),
    )  # fmt: skip


def prices(wares: Range) -> pl.DataFrame:
    """Preise of the price books."""
    return wares.prices.select(
        (pl.col("book") + "/" + pl.col("code")).alias("PreisId"), pl.col("book").alias("Preisliste"),
        pl.lit(None, pl.String).alias("Kundennr"), pl.col("code").alias("Artikelnr"), comma(pl.col("price")).alias("Preis"),
        comma(pl.col("floor")).alias("Mindestpreis"), pl.lit("0").alias("Rabatt"), pl.lit("1").alias("AbMenge"),
        pl.col("currency").alias("Waehrung"), german(pl.col("from")).alias("GueltigAb"), german(pl.col("to")).alias("GueltigBis"),
        NOBODY,
    )  # fmt: skip


def agreements(rows: pl.DataFrame, keys: pl.Series, today: date) -> pl.DataFrame:
    """Preise agreed with customers, in the same file."""
    return rows.with_columns(keys.alias("k")).select(
        ("K" + pl.col("k") + "/" + pl.col("code")).alias("PreisId"),
        ("PL-" + pl.col("currency") + "-" + pl.col("segment")).alias("Preisliste"), pl.col("k").alias("Kundennr"),
        pl.col("code").alias("Artikelnr"), comma(pl.col("agreed")).alias("Preis"), comma(pl.col("floor")).alias("Mindestpreis"),
        pl.col("discount").cast(pl.String).alias("Rabatt"), pl.lit("1").alias("AbMenge"), pl.col("currency").alias("Waehrung"),
        pl.lit(date(today.year - 1, 1, 1).strftime("%d.%m.%Y")).alias("GueltigAb"), german(pl.col("to")).alias("GueltigBis"),
        OWN,
    ).filter(pl.col("Kundennr").is_not_null())  # fmt: skip


def stock(rows: pl.DataFrame) -> pl.DataFrame:
    """Bestand."""
    return rows.select(
        pl.col("key").alias("BestandId"), pl.col("code").alias("Artikelnr"), pl.col("warehouse").alias("Lager"),
        pl.col("on_hand").alias("Bestand"), pl.col("reserved").alias("Reserviert"),
        (pl.col("on_hand") - pl.col("reserved")).alias("Verfuegbar"), german(pl.col("expected")).alias("NaechsterZugang"),
    )  # fmt: skip


def orders(rows: pl.DataFrame) -> pl.DataFrame:
    """Auftraege; rows carry number, account_key, bill_key, quote_number."""
    return rows.select(
        pl.col("number").alias("Auftragsnr"), pl.col("account_key").alias("Kundennr"), pl.col("bill_key").alias("ReEmpfaenger"),
        pl.col("account_key").alias("WarenEmpfaenger"), pl.col("po").alias("BestellnrKunde"),
        pl.col("quote_number").alias("Angebotsnr"),
        pl.col("type").replace({"new": "N", "repeat": "W", "project": "P"}).alias("Art"),
        german(pl.col("date")).alias("Auftragsdatum"), german(pl.col("requested")).alias("Wunschdatum"),
        german(pl.col("promised")).alias("Zusagedatum"), pl.col("status").replace(
            {"confirmed": "20", "partly_shipped": "30", "shipped": "40", "closed": "50", "cancelled": "90"}).alias("Status"),
        YES("hold").alias("Sperre"), pl.when("hold").then("hold_reason").otherwise(None).alias("Sperrgrund"),
        comma(pl.col("net")).alias("Nettowert"), pl.col("currency").alias("Waehrung"),
        pl.col("terms").replace(TERMS).alias("Zahlungsbed"), pl.col("incoterm").alias("Incoterm"),
        pl.col("owner").alias("Sachbearbeiter"), pl.col("entity").alias("Buchungskreis"),
        german(pl.col("touched")).alias("GeaendertAm"), ALIVE,
        OWN,
    )  # fmt: skip


def order_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Auftragspositionen; rows carry number and invoiced."""
    return rows.select(
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"), pl.col("number").alias("Auftragsnr"),
        pl.col("position").alias("Pos"), pl.col("code").alias("Artikelnr"), pl.col("ware").alias("Text"),
        pl.col("unit").alias("ME"), pl.col("quantity").alias("Menge"), pl.col("shipped").alias("GeliefertMenge"),
        pl.col("invoiced").alias("FakturiertMenge"), comma(pl.col("price")).alias("Preis"),
        pl.col("discount").alias("RabattProz"), comma(pl.col("net")).alias("Nettowert"), comma(pl.col("cost")).alias("Kosten"),
        pl.col("currency").alias("Waehrung"), ALIVE,
        OWN,
    )  # fmt: skip


def shipments(rows: pl.DataFrame) -> pl.DataFrame:
    """Lieferungen; rows carry number, order_number, account_key."""
    return rows.select(
        pl.col("ship_number").alias("Liefernr"), pl.col("account_key").alias("Kundennr"), pl.col("number").alias("Auftragsnr"),
        pl.col("ship_status").replace({"planned": "10", "shipped": "30", "delivered": "40"}).alias("Status"),
        german(pl.col("ship_date")).alias("Planversand"), german(pl.col("left")).alias("Versanddatum"),
        german(pl.col("arrived")).alias("Zustelldatum"), pl.col("carrier").alias("Spediteur"),
        pl.col("tracking").alias("Sendungsnr"), pl.col("warehouse").alias("Lager"), pl.col("entity").alias("Buchungskreis"), ALIVE,
        ORDER,
    )  # fmt: skip


def shipment_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Lieferpositionen."""
    return rows.select(
        (pl.col("ship_number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"),
        pl.col("ship_number").alias("Liefernr"),
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("AuftragspositionId"),
        pl.col("code").alias("Artikelnr"), pl.col("quantity").alias("Menge"), ALIVE,
        OWN,
    )  # fmt: skip


def invoices(rows: pl.DataFrame) -> pl.DataFrame:
    """Rechnungen; rows carry invoice_number, number, account_key, bill_key."""
    return rows.select(
        pl.col("invoice_number").alias("Rechnungsnr"), pl.col("account_key").alias("Kundennr"), pl.col("bill_key").alias("ReEmpfaenger"),
        pl.col("number").alias("Auftragsnr"), pl.col("po").alias("BestellnrKunde"), german(pl.col("date")).alias("Rechnungsdatum"),
        german(pl.col("due")).alias("Faelligkeit"),
        pl.when(pl.col("open") == 0).then(german(pl.max_horizontal("pay_date", "date"))).otherwise(None).alias("BezahltAm"),
        pl.col("status").replace({"open": "OFFEN", "paid": "BEZAHLT"}).alias("Status"), comma(pl.col("net")).alias("Netto"),
        comma(pl.col("tax")).alias("Steuer"), comma(pl.col("gross")).alias("Brutto"), comma(pl.col("open")).alias("Offen"),
        pl.col("currency").alias("Waehrung"), YES("disputed").alias("Strittig"),
        pl.when("disputed").then("dispute_reason").otherwise(None).alias("Strittgrund"), pl.col("dunning").alias("Mahnstufe"),
        pl.col("owner").alias("Sachbearbeiter"), pl.col("entity").alias("Buchungskreis"), ALIVE,
        OWN,
    )  # fmt: skip


def invoice_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Rechnungspositionen."""
    return rows.select(
        (pl.col("invoice_number") + "-" + pl.col("position").cast(pl.String)).alias("PositionId"),
        pl.col("invoice_number").alias("Rechnungsnr"),
        (pl.col("number") + "-" + pl.col("position").cast(pl.String)).alias("AuftragspositionId"),
        pl.col("position").alias("Pos"), pl.col("code").alias("Artikelnr"), pl.col("ware").alias("Text"),
        pl.col("quantity").alias("Menge"), comma(pl.col("price")).alias("Preis"), comma(pl.col("net")).alias("Netto"),
        pl.col("currency").alias("Waehrung"), ALIVE,
        OWN,
    )  # fmt: skip


def payments(rows: pl.DataFrame) -> pl.DataFrame:
    """Zahlungen; rows carry payment_number and account_key."""
    return rows.select(
        pl.col("payment_number").alias("Zahlungsnr"), pl.col("account_key").alias("Kundennr"),
        pl.col("kind").replace({"payment": "Z", "deposit": "A", "refund": "E"}).alias("Art"),
        german(pl.col("date")).alias("Eingang"), comma(pl.col("amount")).alias("Betrag"),
        comma(pl.col("unapplied")).alias("NichtZugeordnet"), pl.col("currency").alias("Waehrung"),
        pl.col("method").alias("Zahlweg"), pl.col("entity").alias("Buchungskreis"), ALIVE,
        OWN,
    )  # fmt: skip


def settlements(rows: pl.DataFrame) -> pl.DataFrame:
    """Ausgleiche; rows carry invoice_number, payment_number, credit_number."""
    paid = pl.coalesce("payment_number", "credit_number")
    return rows.select(
        (paid + "/" + pl.col("invoice_number")).alias("AusgleichId"), pl.col("payment_number").alias("Zahlungsnr"),
        pl.col("credit_number").alias("Gutschriftnr"), pl.col("invoice_number").alias("Rechnungsnr"),
        comma(pl.col("amount")).alias("Betrag"), pl.col("currency").alias("Waehrung"), german(pl.col("date")).alias("Datum"), ALIVE,
        (pl.col("invoice") // (2 * ROOM)).alias(WHOSE),
    )  # fmt: skip


def credits(rows: pl.DataFrame) -> pl.DataFrame:
    """Gutschriften."""
    return rows.select(
        pl.col("credit_number").alias("Gutschriftnr"), pl.col("account_key").alias("Kundennr"),
        pl.col("invoice_number").alias("Rechnungsnr"), pl.col("number").alias("Auftragsnr"), german(pl.col("date")).alias("Datum"),
        comma(pl.col("net")).alias("Netto"), comma(pl.col("gross")).alias("Brutto"), comma(pl.col("open")).alias("Offen"),
        pl.col("currency").alias("Waehrung"), pl.col("reason").alias("Grund"), pl.col("entity").alias("Buchungskreis"), ALIVE,
        OWN,
    )  # fmt: skip


def credit_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Gutschriftpositionen."""
    return rows.select(
        (pl.col("credit_number") + "-1").alias("PositionId"), pl.col("credit_number").alias("Gutschriftnr"),
        pl.col("code").alias("Artikelnr"), pl.col("back").alias("Menge"), comma(pl.col("net")).alias("Netto"),
        pl.col("currency").alias("Waehrung"), pl.col("reason").alias("Grund"), ALIVE,
        OWN,
    )  # fmt: skip


def returns(rows: pl.DataFrame) -> pl.DataFrame:
    """Retouren."""
    return rows.filter("returned").select(
        ("RT" + pl.col("credit_number").str.slice(2)).alias("Retourennr"), pl.col("account_key").alias("Kundennr"),
        pl.col("number").alias("Auftragsnr"), german(pl.col("date")).alias("Datum"), pl.lit("closed").alias("Status"),
        pl.col("return_reason").alias("Grund"), ALIVE,
        OWN,
    )  # fmt: skip


def return_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Retourenpositionen."""
    number = "RT" + pl.col("credit_number").str.slice(2)
    return rows.filter("returned").select(
        (number + "-1").alias("PositionId"), number.alias("Retourennr"), pl.col("code").alias("Artikelnr"),
        pl.col("back").alias("Menge"), pl.col("return_reason").alias("Grund"), ALIVE,
        OWN,
    )  # fmt: skip


def promises(rows: pl.DataFrame) -> pl.DataFrame:
    """Zahlungszusagen."""
    return rows.select(
        ("ZZ" + pl.col("invoice_number").str.slice(2)).alias("ZusageId"), pl.col("account_key").alias("Kundennr"),
        pl.col("invoice_number").alias("Rechnungsnr"), comma(pl.col("amount")).alias("Betrag"),
        pl.col("currency").alias("Waehrung"), german(pl.col("date")).alias("ZusageDatum"), pl.col("status").alias("Status"), ALIVE,
        OWN,
    )  # fmt: skip
