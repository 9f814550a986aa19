"""Slips of people that nobody's own system notices: terms mistyped, orders not named, things billed twice or astray."""

from __future__ import annotations

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.part import Part
from syncengine.demo.tellings import keys_of


def mistyped_terms(dice: Dice, orders: pl.DataFrame) -> pl.DataFrame:
    """A few orders with other terms than agreed; they are billed as agreed nevertheless."""
    wrong = dice.chance(orders["order"], "slip/terms", 0.03)
    other = pl.when(pl.col("terms") == "60 days net").then(pl.lit("30 days net")).otherwise(pl.lit("60 days net"))
    return orders.with_columns(pl.when(pl.lit(wrong)).then(other).otherwise("terms").alias("terms"))


def unnamed_orders(dice: Dice, invoices: pl.DataFrame) -> pl.DataFrame:
    """A few invoices typed by hand name no order; half of them not even the customer's own number."""
    invoice = invoices["invoice"]
    rest = (invoices["part"] == 2) & dice.chance(invoice, "slip/rest", 0.06)  # the rest of an order, billed apart
    by_hand = dice.chance(invoice, "slip/by hand", 0.012) | rest
    bare = by_hand & (rest | dice.chance(invoice, "slip/bare", 0.5))
    return invoices.with_columns(
        pl.when(pl.lit(by_hand)).then(None).otherwise("number").alias("number"),
        pl.when(pl.lit(bare)).then(None).otherwise("po").alias("po"),
    )


def strays(part: Part, invoices: pl.DataFrame) -> pl.DataFrame:
    """Now and then an invoice is booked to another customer than its order."""
    invoice = invoices["invoice"]
    others = part.customers.filter(pl.col("in_erp") & (pl.col("since") <= part.days.origin))["id"].sort()
    if not others.len():
        return invoices
    other = others.gather(part.dice.below(invoice, "slip/astray/to", others.len()))
    key = keys_of(part.dice, invoice, other, part.rows["erp"], "slip")
    astray = part.dice.chance(invoice, "slip/astray", 0.006) & key.is_not_null()
    return invoices.with_columns(pl.when(pl.lit(astray)).then(key).otherwise("account_key").alias("account_key"))


def billed_twice(dice: Dice, invoices: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A few invoices once more a week later under a number of their own, unpaid and disputed; with their lines."""
    twice = invoices.filter(dice.chance(invoices["invoice"], "slip/twice", 0.002))
    second = ("RD" + pl.col("invoice_number").str.slice(2)).alias("invoice_number")
    copies = twice.with_columns(
        second,
        pl.col("gross").alias("open"),
        pl.lit("open").alias("status"),
        pl.lit(True).alias("disputed"),
        pl.lit("Invoice received twice").alias("dispute_reason"),
    )
    again = lines.join(twice.select("invoice"), on="invoice", how="semi", maintain_order="left").with_columns(second)
    return pl.concat([invoices, copies]), pl.concat([lines, again])
