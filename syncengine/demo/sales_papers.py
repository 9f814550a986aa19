"""From deal to payment: what was sold to a part of the customers, and the credit that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from syncengine.demo import crm_deals, erp_masters, erp_money, erp_orders
from syncengine.demo.billing import Billing, make_billing
from syncengine.demo.deals import make_deal_lines, make_deals
from syncengine.demo.dirt import where
from syncengine.demo.orders import after, make_lines, make_orders, ship
from syncengine.demo.part import Part
from syncengine.demo.products import make_agreements
from syncengine.demo.slips import billed_twice, mistyped_terms, strays, unnamed_orders
from syncengine.demo.tellings import keys_of
from syncengine.demo.words import company, texts


@dataclass(frozen=True)
class Papers:
    """Orders and deals for those who refer to them, and the finished tables."""

    orders: pl.DataFrame
    deals: pl.DataFrame
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def make(part: Part) -> tuple[Papers, pl.DataFrame]:
    """All papers of a part, and each customer's credit terms."""
    buyers = part.customers.filter("in_erp")
    agreed = make_agreements(part.dice, buyers, part.wares, part.days.origin)
    orders = make_orders(part.dice, buyers, part.days)
    lines = make_lines(part.dice, orders, part.wares, agreed, "order")
    orders, lines = ship(orders, lines, part.days)
    deals = _deals(part, orders)
    deal_lines = make_deal_lines(part.dice, deals, lines, part.wares, agreed)
    deals = _valued(deals, deal_lines)
    orders = _numbered(part, orders.filter(pl.col("date") <= part.days.today), deals)
    lines = lines.join(orders.select("order", "number"), on="order", how="inner", maintain_order="left")
    billing = make_billing(part.dice, orders, lines, part.days)
    tables = _deal_tables(part, deals, deal_lines) | _order_tables(part, orders, lines, billing)
    tables |= _money_tables(part, orders, billing) | {"erp/prices.csv": _price_table(part, agreed)}
    return Papers(orders, deals, tables), _credit(part, billing)


def _deals(part: Part, orders: pl.DataFrame) -> pl.DataFrame:
    deals = make_deals(part.dice, part.customers.filter(pl.col("since") <= part.days.today), orders, part.days)
    number = part.numbers(deals, "", "opened", "deal")
    return deals.with_columns(
        ("OP" + number).alias("number"),
        ("Q" + number).alias("quote_number"),
        ("AN" + number).alias("erp_quote"),
        keys_of(part.dice, deals["deal"], deals["id"], part.rows["crm"], "deal").alias("account_key"),
    ).filter(pl.col("account_key").is_not_null())


def _valued(deals: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Amounts: the quote is the sum of its lines, the deal what sales believes, at times something else."""
    sums = lines.group_by("deal", maintain_order=True).agg(pl.col("net").sum().alias("quote_net"))
    deals = deals.join(sums, on="deal", how="left", maintain_order="left")
    hopeful = (pl.col("deal") // 4) % 29 == 0
    return deals.with_columns(
        pl.when(hopeful).then(pl.col("quote_net") * 108 // 100).otherwise("quote_net").alias("amount"),
        pl.when(pl.col("order").is_not_null()).then("erp_quote").otherwise(None).alias("erp_quote"),
    )


def _numbered(part: Part, orders: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    """Orders with number, customer's key (a few wrong: orphans), who is billed, and the quote they name."""
    dice, order = part.dice, orders["order"]
    key = keys_of(dice, order, orders["id"], part.rows["erp"], "order")
    orphan = dice.chance(order, "order/orphan", 0.003)
    key = where(orphan, "99" + (order % 100_000).cast(pl.String).str.zfill(5), key)
    parent = keys_of(dice, order, orders["parent"], part.rows["erp"], "bill")
    central = dice.chance(orders["id"], "bill/central", 0.5) & parent.is_not_null() & ~orphan
    gone = pl.min_horizontal(pl.col("ship_1"), pl.lit(part.days.today))
    orders = orders.with_columns(
        part.numbers(orders, "AB", "date", "order").alias("number"),
        key.alias("account_key"),
        where(central, parent, key).alias("bill_key"),
        pl.when(pl.col("gone") > 0).then(gone).otherwise("date").alias("touched"),
    )
    quoted = deals.filter(pl.col("quoted") & pl.col("order").is_not_null()).select("order", "quote_number")
    return orders.join(quoted, on="order", how="left", maintain_order="left")


def _deal_tables(part: Part, deals: pl.DataFrame, lines: pl.DataFrame) -> dict[str, pl.DataFrame]:
    lines = lines.join(deals.select("deal", "quoted", "quote_date"), on="deal", how="inner", maintain_order="left")
    return {
        "crm/opportunities.csv": crm_deals.opportunities(part.dice, part.days, deals),
        "crm/opportunity_lines.csv": crm_deals.opportunity_lines(lines),
        "crm/quotes.csv": crm_deals.quotes(deals),
        "crm/quote_lines.csv": crm_deals.quote_lines(part.dice, lines.filter("quoted"), texts()["remarks"]),
    }


def _order_tables(part: Part, orders: pl.DataFrame, lines: pl.DataFrame, billing: Billing) -> dict[str, pl.DataFrame]:
    billed = billing.invoice_lines.select("line", pl.col("quantity").alias("invoiced"))
    lines = lines.join(billed, on="line", how="left", maintain_order="left").with_columns(
        pl.col("invoiced").fill_null(0)
    )
    shipments = _shipments(part, orders, lines)
    moved = lines.with_columns(
        ("LS" + pl.col("number").str.slice(2) + pl.col("part").cast(pl.String)).alias("ship_number")
    )
    return {
        "erp/orders.csv": erp_orders.orders(mistyped_terms(part.dice, orders)),
        "erp/order_lines.csv": erp_orders.order_lines(lines),
        "erp/shipments.csv": erp_orders.shipments(shipments),
        "erp/shipment_lines.csv": erp_orders.shipment_lines(
            moved.join(shipments.select("ship_number"), on="ship_number", how="semi", maintain_order="left")
        ),
    }


def _shipments(part: Part, orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """One row a part of an order that is not cancelled; held orders have none until they are let go."""
    parts = lines.group_by("order", "part", maintain_order=True).agg(
        pl.col("ship_date").first(), pl.col("shipped").max()
    )
    going = orders.filter(~pl.col("cancelled") & ~pl.col("hold"))
    head = going.select("order", "number", "account_key", "carrier", "warehouse", "entity")
    frame = parts.join(head, on="order", how="inner", maintain_order="left")
    key = frame["order"] * 2 + frame["part"]
    arrived = after(frame["ship_date"], part.dice.between(key, "ship/days", 1, 5))
    left, there = pl.col("shipped") > 0, (pl.col("shipped") > 0) & (pl.lit(arrived) <= part.days.today)
    return frame.with_columns(
        ("LS" + pl.col("number").str.slice(2) + pl.col("part").cast(pl.String)).alias("ship_number"),
        pl.when(there)
        .then(pl.lit("delivered"))
        .when(left)
        .then(pl.lit("shipped"))
        .otherwise(pl.lit("planned"))
        .alias("ship_status"),
        pl.when(left).then("ship_date").otherwise(None).alias("left"),
        pl.when(there).then(arrived).otherwise(None).alias("arrived"),
        pl.when(left)
        .then("NF" + part.dice.between(key, "ship/track", 10**9, 10**10 - 1).cast(pl.String))
        .otherwise(None)
        .alias("tracking"),
    )


def _money_tables(part: Part, orders: pl.DataFrame, billing: Billing) -> dict[str, pl.DataFrame]:
    head = orders.select("order", "number", "account_key", "bill_key")
    invoices = billing.invoices.join(head, on="order", how="left", maintain_order="left")
    invoices = invoices.with_columns(part.numbers(invoices, "RE", "date", "invoice").alias("invoice_number"))
    numbers = invoices.select("invoice", "invoice_number", "number", "account_key")
    payments = _numbered_payments(part, invoices, billing)
    own = billing.credits.drop("number", strict=False).join(numbers, on="invoice", how="left", maintain_order="left")
    credits = own.with_columns(part.numbers(own, "GS", "date", "invoice").alias("credit_number"))
    settled = billing.settlements.join(numbers, on="invoice", how="left", maintain_order="left")
    paid_by = payments.select("payment", "payment_number")
    credited_by = credits.select(pl.col("invoice").alias("credit_of"), "credit_number")
    settled = settled.join(paid_by, on="payment", how="left", maintain_order="left")
    settled = settled.join(credited_by, on="credit_of", how="left", maintain_order="left")
    promised = billing.promises.join(numbers, on="invoice", how="left", maintain_order="left")
    return {
        **_invoice_tables(part, invoices, billing),
        "erp/payments.csv": erp_money.payments(payments),
        "erp/settlements.csv": erp_money.settlements(settled),
        "erp/credit_notes.csv": erp_money.credits(credits),
        "erp/credit_note_lines.csv": erp_money.credit_lines(credits),
        "erp/returns.csv": erp_orders.returns(credits),
        "erp/return_lines.csv": erp_orders.return_lines(credits),
        "erp/promises.csv": erp_money.promises(promised),
    }


def _numbered_payments(part: Part, invoices: pl.DataFrame, billing: Billing) -> pl.DataFrame:
    """Payments with their numbers and who paid."""
    paid = invoices.filter(pl.col("paid") > 0)
    payers = paid.group_by("payment", maintain_order=True).agg(pl.col("bill_key").first().alias("account_key"))
    numbers = part.numbers(billing.payments, "ZE", "date", "payment").alias("payment_number")
    return billing.payments.with_columns(numbers).join(payers, on="payment", how="left", maintain_order="left")


def _invoice_tables(part: Part, invoices: pl.DataFrame, billing: Billing) -> dict[str, pl.DataFrame]:
    """Invoices and lines as booked, with the slips that happen then."""
    booked = strays(part, unnamed_orders(part.dice, invoices))
    named = booked.select("invoice", "invoice_number", "number", "account_key")
    lines = billing.invoice_lines.drop("number").join(named, on="invoice", how="left", maintain_order="left")
    booked, lines = billed_twice(part.dice, booked, lines)
    return {"erp/invoices.csv": erp_money.invoices(booked), "erp/invoice_lines.csv": erp_money.invoice_lines(lines)}


def _price_table(part: Part, agreed: pl.DataFrame) -> pl.DataFrame:
    keys = keys_of(part.dice, agreed["id"], agreed["id"], part.rows["erp"], "price")
    own = erp_masters.agreements(agreed, keys, part.days.origin)
    return own if part.number else pl.concat([erp_masters.prices(part.wares), own])


def _credit(part: Part, billing: Billing) -> pl.DataFrame:
    """Credit terms from turnover up to the day the company was made, and holds from what is overdue."""
    origin, past = part.days.origin, billing.invoices.filter(pl.col("date") <= part.days.origin)
    sums = past.group_by("id", maintain_order=True).agg(
        pl.col("gross").filter(pl.col("date") > origin - timedelta(days=365)).sum().alias("yearly"),
        pl.col("gross").filter(pl.col("date") > origin - timedelta(days=180)).sum().alias("half"),
    )
    late = billing.invoices.filter((pl.col("overdue") > 60) & (pl.col("open") > pl.col("short")))
    due = late.group_by("id", maintain_order=True).agg(pl.col("due").min().alias("overdue_since"))
    return credit_terms(part, sums, due)


def credit_terms(part: Part, sums: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    """Limit, insurer, risk class and hold of each customer."""
    buyers = part.customers.filter("in_erp")
    frame = buyers.join(sums, on="id", how="left", maintain_order="left").join(
        due, on="id", how="left", maintain_order="left"
    )
    ids, dice, words = frame["id"], part.dice, company()
    strict = pl.col("story").is_in(["trouble", "late"])
    wish = (
        pl.when(strict).then(pl.col("half").fill_null(0) // 3).otherwise(pl.col("yearly").fill_null(0) // 3 + 1_000_000)
    )
    held = strict & pl.col("overdue_since").is_not_null()
    expiry = pl.lit(part.days.origin) + pl.duration(days=pl.lit(dice.between(ids, "credit/until", -20, 700)))
    return frame.select(
        "id",
        ((wish // 500_000 + 1) * 500_000).alias("limit"),
        expiry.alias("limit_until"),
        dice.pick(ids, "credit/by", words["collectors"]).alias("set_by"),
        dice.pick(ids, "credit/insurer", words["insurers"]).alias("insurer"),
        pl.when(strict).then(pl.lit("D")).otherwise(dice.pick(ids, "credit/risk", list("AABBBC"))).alias("risk"),
        held.alias("held"),
        dice.pick(ids, "credit/reason", texts()["hold_reasons"]).alias("held_reason"),
        (pl.col("overdue_since") + pl.duration(days=61)).alias("held_since"),
    )
