"""Invoices, payments with what they settle, credit notes, returns and promises: to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.names import choose
from syncengine.demo.orders import after, net_of, when_story
from syncengine.demo.words import texts

TAX = {
    "DE01DE": 190,
    "CH01CH": 81,
    "FR01FR": 200,
    "GB01GB": 200,
    "PL01PL": 230,
}  # per mille, at home; abroad none
DAYS = {"30 days net": 30, "14 days 2 %, 30 days net": 30, "14 days net": 14, "60 days net": 60, "prepaid": 0}


@dataclass(frozen=True)
class Billing:
    """Everything money: one frame an object, amounts in cents."""

    invoices: pl.DataFrame
    invoice_lines: pl.DataFrame
    payments: pl.DataFrame
    settlements: pl.DataFrame
    credits: pl.DataFrame
    promises: pl.DataFrame


def make_billing(dice: Dice, orders: pl.DataFrame, lines: pl.DataFrame, days: Days) -> Billing:
    """Bill what was shipped and let customers pay as their story tells."""
    invoice_lines = _invoice_lines(dice, lines)
    invoices = _invoices(dice, orders, invoice_lines, days)
    invoice_lines = invoice_lines.join(invoices.select("invoice"), on="invoice", how="semi", maintain_order="left")
    credits = _credits(dice, invoices, invoice_lines, days)
    credited = credits.select("invoice", pl.col("gross").alias("credit"), pl.col("date").alias("credit_date"))
    invoices = _paid(dice, invoices.join(credited, on="invoice", how="left", maintain_order="left"), days)
    payments, promises = _payments(dice, invoices), _promises(dice, invoices, days)
    return Billing(invoices, invoice_lines, payments, _settlements(invoices), _left(credits, invoices), promises)


def _left(credits: pl.DataFrame, invoices: pl.DataFrame) -> pl.DataFrame:
    """Credit notes with what of them was used, and what is left."""
    used = invoices.filter(pl.col("credit_used") > 0).select("invoice", "credit_used")
    return (
        credits.join(used, on="invoice", how="left", maintain_order="left")
        .with_columns(pl.col("credit_used").fill_null(0))
        .with_columns((pl.col("gross") - pl.col("credit_used")).alias("open"))
    )


def _settlements(invoices: pl.DataFrame) -> pl.DataFrame:
    """What settles what: payments first, then credit notes."""
    settled = invoices.filter(pl.col("paid") > 0).select(
        "invoice",
        pl.col("payment"),
        pl.lit(None, pl.Int64).alias("credit_of"),
        pl.col("paid").alias("amount"),
        pl.col("pay_date").alias("date"),
        "currency",
    )
    credited = invoices.filter(pl.col("credit_used") > 0).select(
        "invoice",
        pl.lit(None, pl.Int64).alias("payment"),
        pl.col("invoice").alias("credit_of"),
        pl.col("credit_used").alias("amount"),
        pl.col("credit_date").alias("date"),
        "currency",
    )
    return pl.concat([settled, credited])


def _invoice_lines(dice: Dice, lines: pl.DataFrame) -> pl.DataFrame:
    """Shipped lines as billed; a few at another price or quantity than ordered."""
    out = lines.filter(pl.col("shipped") > 0)
    line = out["line"]
    dearer = dice.chance(line, "invoice/price", 0.012)
    more = dice.chance(line, "invoice/quantity", 0.006)
    return out.with_columns(
        (out["order"] * 2 + out["part"] - 1).alias("invoice"),
        pl.when(dearer).then((pl.col("price") * 104 + 50) // 100).otherwise("price").alias("price"),
        pl.when(more).then(pl.col("shipped") + 1).otherwise("shipped").alias("quantity"),
    ).with_columns(net_of(pl.col("quantity"), pl.col("price"), pl.col("discount")).alias("net"))


def _invoices(dice: Dice, orders: pl.DataFrame, lines: pl.DataFrame, days: Days) -> pl.DataFrame:
    sums = lines.group_by("invoice", maintain_order=True).agg(
        pl.col("order").first(), pl.col("ship_date").first(), pl.col("net").sum(), pl.col("part").first()
    )
    head = orders.select("order", "id", "country", "currency", "entity", "terms", "story", "owner", "po", "segment")
    frame = sums.join(head, on="order", how="left", maintain_order="left")
    invoice = frame["invoice"]
    frame = frame.with_columns(after(frame["ship_date"], dice.below(invoice, "invoice/wait", 3)).alias("date"))
    forgotten = dice.chance(invoice, "invoice/forgotten", 0.012)
    tax = (pl.col("entity") + pl.col("country")).replace_strict(TAX, default=0, return_dtype=pl.Int64)
    terms = frame["terms"].replace_strict(DAYS, return_dtype=pl.Int64)
    frame = frame.with_columns(
        ((pl.col("net") * tax + 500) // 1000).alias("tax"), after(frame["date"], terms).alias("due")
    )
    frame = frame.with_columns((pl.col("net") + pl.col("tax")).alias("gross"))
    return frame.filter(~forgotten & (pl.col("date") <= days.today))


def _credits(dice: Dice, invoices: pl.DataFrame, lines: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Credit notes on a part of an invoice's first line; two in three with goods sent back."""
    share = when_story(invoices["story"], {"unhappy": 0.16}, 0.028)
    some = invoices.filter(dice.chance(invoices["invoice"], "credit", share))
    first = (
        lines.group_by("invoice", maintain_order=True)
        .first()
        .select("invoice", "line", "code", "quantity", "product", pl.col("net").alias("line_net"))
    )
    some = some.join(first, on="invoice", how="left", maintain_order="left")
    invoice = some["invoice"]
    back = (some["quantity"] * (0.1 + 0.5 * dice.unit(invoice, "credit/part"))).cast(pl.Int64).clip(1, 10_000)
    some = some.with_columns(
        back.alias("back"),
        after(some["date"], dice.between(invoice, "credit/wait", 4, 24)).alias("date"),
        dice.pick(invoice, "credit/reason", texts()["credit_reasons"]).alias("reason"),
        dice.pick(invoice, "return/reason", texts()["return_reasons"]).alias("return_reason"),
        dice.chance(invoice, "return", 0.66).alias("returned"),
        ((pl.col("tax") * 1000 + pl.col("net") // 2) // pl.col("net").clip(1, None)).alias("rate"),
    ).with_columns((pl.col("line_net") * pl.col("back") // pl.col("quantity")).alias("net"))
    some = some.with_columns((pl.col("net") + (pl.col("net") * pl.col("rate") + 500) // 1000).alias("gross"))
    some = some.with_columns(pl.min_horizontal("gross", pl.col("net") + pl.col("tax")).alias("gross"))
    return some.filter((pl.col("date") <= days.today) & (pl.col("net") > 0))


def _paid(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Add what was credited and paid, when, and what is open."""
    invoice, story = frame["invoice"], frame["story"]
    recent = 1 - ((pl.lit(days.origin) - pl.col("date")).dt.total_days() / 730).clip(0, 1)
    recency = frame.select(recent.alias("r")).to_series()
    slow = when_story(story, {"late": 38, "trouble": 80, "unhappy": 16, "quiet": 9}, 0.0) * (0.3 + recency)
    delay = slow + dice.bell(invoice, "pay/delay") * when_story(story, {"late": 9, "trouble": 20}, 3.0)
    delay = delay + dice.chance(invoice, "pay/forgot", 0.05).cast(pl.Float64) * 24
    paid_on = after(frame["due"], delay.round().cast(pl.Int64).clip(-12, 400))
    monthly = dice.chance(frame["id"], "pay/monthly", 0.3)
    frame = frame.with_columns(pl.max_horizontal(paid_on, "date").alias("pay_date")).with_columns(
        pl.when(monthly).then(pl.col("pay_date").dt.month_end()).otherwise("pay_date").alias("pay_date")
    )
    never = (story == "trouble") & dice.chance(invoice, "pay/never", 0.35)
    comes = (pl.col("pay_date") <= days.today) & ~never
    in_time = (pl.col("credit").is_not_null()) & (~comes | (pl.col("credit_date") <= pl.col("pay_date")))
    short = choose(dice.unit(invoice, "pay/short"), [(0.015, frame["gross"] // 50)], frame["gross"] * 0)
    frame = frame.with_columns(
        pl.when(in_time).then(pl.min_horizontal("credit", "gross")).otherwise(0).alias("credit_used"),
        comes.alias("comes"),
        short.alias("short"),
        monthly.alias("monthly"),
    )
    rest = (pl.col("gross") - pl.col("credit_used") - pl.col("short")).clip(0, None)
    frame = frame.with_columns(pl.when("comes").then(rest).otherwise(0).alias("paid"))
    frame = frame.with_columns((pl.col("gross") - pl.col("credit_used") - pl.col("paid")).alias("open"))
    return _chased(dice, frame, days)


def _chased(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    invoice, story = frame["invoice"], frame["story"]
    over = pl.when(pl.col("open") > 0).then((pl.lit(days.today) - pl.col("due")).dt.total_days()).otherwise(0)
    disputed = dice.chance(invoice, "dispute", when_story(story, {"unhappy": 0.6}, 0.12))
    group = frame["id"] * 100_000 + (frame["pay_date"] - date(2000, 1, 1)).dt.total_days()
    single = frame["invoice"] * 2 + 1
    return frame.with_columns(over.clip(0, None).alias("overdue")).with_columns(
        pl.when(pl.col("overdue") > 60)
        .then(3)
        .when(pl.col("overdue") > 30)
        .then(2)
        .when(pl.col("overdue") > 10)
        .then(1)
        .otherwise(0)
        .alias("dunning"),
        (disputed & (pl.col("overdue") > 5)).alias("disputed"),
        dice.pick(invoice, "dispute/reason", texts()["dispute_reasons"]).alias("dispute_reason"),
        pl.when(pl.col("open") == 0).then(pl.lit("paid")).otherwise(pl.lit("open")).alias("status"),
        pl.when("monthly").then(group * 2).otherwise(single).alias("payment"),
    )


def _payments(dice: Dice, invoices: pl.DataFrame) -> pl.DataFrame:
    """Money that came in, monthly payers several invoices at once; a few pay too much."""
    sums = (
        invoices.filter(pl.col("paid") > 0)
        .group_by("payment", maintain_order=True)
        .agg(
            pl.col("id").first(),
            pl.col("pay_date").first().alias("date"),
            pl.col("paid").sum().alias("applied"),
            pl.col("currency").first(),
            pl.col("entity").first(),
        )
    )
    extra = dice.chance(sums["payment"], "pay/extra", 0.012).cast(pl.Int64)
    extra = extra * dice.between(sums["payment"], "pay/extra/amount", 2_000, 250_000)
    deposit = dice.chance(sums["payment"], "pay/deposit", 0.006)
    return sums.with_columns(
        extra.alias("unapplied"),
        (pl.col("applied") + extra).alias("amount"),
        pl.when(deposit).then(pl.lit("deposit")).otherwise(pl.lit("payment")).alias("kind"),
        dice.weigh(sums["id"], "pay/method", {"bank transfer": 70, "direct debit": 22, "card": 8}).alias("method"),
    )


def _promises(dice: Dice, invoices: pl.DataFrame, days: Days) -> pl.DataFrame:
    """What late customers said they would pay, and when; kept as told once said."""
    said = after(invoices["due"], dice.between(invoices["invoice"], "promise/said", 31, 50))
    late = invoices.with_columns(said.alias("said")).filter(
        dice.chance(invoices["invoice"], "promise", 0.45)
        & (pl.col("said") <= days.today)
        & ((pl.col("pay_date") > pl.col("said")) | (pl.col("open") > pl.col("short")))
    )
    day = after(late["said"], dice.between(late["invoice"], "promise/day", 7, 35))
    promised = (pl.col("gross") - pl.col("credit_used")).alias("amount")
    return (
        late.select("invoice", "id", promised, "currency", "open", "pay_date")
        .with_columns(day.alias("date"))
        .with_columns(
            pl.when((pl.col("open") == 0) & (pl.col("pay_date") <= pl.col("date")))
            .then(pl.lit("kept"))
            .when(pl.col("date") < days.today)
            .then(pl.lit("broken"))
            .otherwise(pl.lit("open"))
            .alias("status")
        )
    )
