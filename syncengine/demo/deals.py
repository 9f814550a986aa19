"""Deals and quotes: those behind orders, those won without one, lost and open."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.orders import ROOM, after, make_lines, net_of, when_story
from syncengine.demo.products import Range
from syncengine.demo.words import texts

STAGES = {"Prospecting": 10, "Qualification": 25, "Proposal": 50, "Negotiation": 75}
WON, LOST = "Closed Won", "Closed Lost"
# What a line tells whatever paper it stands on.
TOLD = ["position", "code", "ware", "unit", "quantity", "price", "discount"]
KEPT = ["deal", "order", "id", "segment", "currency", "story", "owner", "state", "opened", "closed"]


def make_deals(dice: Dice, customers: pl.DataFrame, orders: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Deals with their dates and stage; `order` names the order that came of it."""
    frame = pl.concat([_behind_orders(dice, orders), _others(dice, customers, days)]).filter(
        pl.col("opened") <= days.today
    )
    frame = _so_far(frame, days)
    deal = frame["deal"]
    stage = dice.weigh(deal, "deal/stage", {"Prospecting": 25, "Qualification": 25, "Proposal": 30, "Negotiation": 20})
    moved = (dice.unit(deal, "deal/moved") * (frame["closed"] - frame["opened"]).dt.total_days()).cast(pl.Int64)
    moved = after(frame["opened"], moved)
    moved = pl.select(pl.when(moved > days.today).then(frame["opened"]).otherwise(moved)).to_series()
    word = dice.pick(deal, "deal/name", texts()["deal_names"])
    frame = frame.with_columns(
        pl.when(pl.col("state") == "won")
        .then(pl.lit(WON))
        .when(pl.col("state") == "lost")
        .then(pl.lit(LOST))
        .otherwise(stage)
        .alias("stage"),
        word.alias("word"),
        pl.when(pl.col("state") == "open").then(moved).otherwise("closed").alias("moved"),
        dice.pick(deal, "deal/next", texts()["next_steps"]).alias("next_step"),
    )
    chance = pl.col("stage").replace_strict({**STAGES, WON: 100, LOST: 0}, return_dtype=pl.Int64)
    frame = frame.with_columns(chance.alias("probability"))
    return _quoted(dice, frame, days)


def _so_far(frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Deals that close later are open now; those nobody closes are given up after a while."""
    coming = pl.col("closed") > days.today
    given_up = pl.col("closed") < days.today - timedelta(days=25)
    state = pl.when(coming).then(pl.lit("open")).when((pl.col("state") == "open") & given_up).then(pl.lit("lost"))
    return frame.with_columns(state.otherwise("state").alias("state"))


def _behind_orders(dice: Dice, orders: pl.DataFrame) -> pl.DataFrame:
    some = orders.filter(pl.col("has_deal") & pl.col("in_crm"))
    order = some["order"]
    closed = after(some["date"], -dice.below(order, "deal/before", 7))
    return some.with_columns(
        (order * 4).alias("deal"),
        pl.lit("won").alias("state"),
        closed.alias("closed"),
        after(closed, -dice.between(order, "deal/age", 14, 95)).alias("opened"),
    ).select(KEPT)


def _others(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Up to two open deals, two lost ones, and now and then one won that nobody has ordered yet."""
    frame = customers.filter("in_crm").with_columns(pl.int_ranges(0, 5).alias("k")).explode("k")
    deal = (frame["id"] * ROOM + frame["k"]) * 4 + 1
    share = frame["segment"].replace_strict({"A": 0.75, "B": 0.40, "C": 0.16}, return_dtype=pl.Float64)
    share = share * when_story(frame["story"], {"quiet": 0.25, "unhappy": 0.3, "growing": 1.25, "new": 2.0}, 1.0)
    share = pl.select(pl.when(frame["k"] == 4).then(share * 0.08).otherwise(share)).to_series()
    state = pl.Series(["open", "open", "lost", "lost", "won"]).gather(frame["k"])
    ahead, back = dice.between(deal, "deal/ahead", -12, 120), -dice.between(deal, "deal/back", 2, 690)
    wait = pl.select(
        pl.when(state == "open")
        .then(ahead)
        .when(state == "lost")
        .then(back)
        .otherwise(-dice.between(deal, "deal/unordered", 6, 45))
    ).to_series()
    closed = days.back(-wait)
    opened = after(closed, -dice.between(deal, "deal/age", 20, 110)).clip(None, days.origin - timedelta(days=1))
    frame = frame.with_columns(
        deal.alias("deal"),
        pl.lit(None, pl.Int64).alias("order"),
        state.alias("state"),
        closed.alias("closed"),
        opened.alias("opened"),
    )
    return frame.filter(dice.chance(deal, "deal/there", share)).select(KEPT)


def _quoted(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    deal = frame["deal"]
    share = frame["stage"].replace_strict(
        {WON: 0.95, LOST: 0.75, "Proposal": 0.85, "Negotiation": 1.0}, default=0.0, return_dtype=pl.Float64
    )
    span = (frame["closed"] - frame["opened"]).dt.total_days()
    day = after(frame["opened"], (span * (0.2 + 0.5 * dice.unit(deal, "quote/day"))).cast(pl.Int64))
    return frame.with_columns(
        (pl.lit(dice.chance(deal, "quote", share)) & (pl.lit(day) <= days.today)).alias("quoted"),
        day.alias("quote_date"),
        after(day, pl.Series([30, 45, 60]).gather(dice.below(deal, "quote/valid", 3))).alias("valid_until"),
        dice.chance(deal, "quote/cheaper", 0.04).alias("cheaper"),
    ).with_columns(
        pl.when(pl.col("state") == "won")
        .then(pl.lit("accepted"))
        .when(pl.col("state") == "lost")
        .then(pl.lit("declined"))
        .when(pl.col("valid_until") < days.today)
        .then(pl.lit("expired"))
        .otherwise(pl.lit("sent"))
        .alias("quote_status")
    )


def make_deal_lines(
    dice: Dice, deals: pl.DataFrame, order_lines: pl.DataFrame, wares: Range, agreements: pl.DataFrame
) -> pl.DataFrame:
    """Lines of deals and quotes: the order's own, or invented; a few quoted cheaper than then ordered."""
    shared = ["deal", "cheaper", *TOLD, "currency"]
    known = _ordered_lines(deals, order_lines).select(shared)
    lines = pl.concat([known, _invented_lines(dice, deals, wares, agreements).select(shared)])
    lower = pl.col("cheaper") & (pl.col("position") == 1)
    lines = lines.with_columns(
        pl.when(lower).then(pl.col("price") * 97 // 100).otherwise("price").alias("price"),
        (pl.col("deal") * 8 + pl.col("position") - 1).alias("deal_line"),
    )
    net = net_of(pl.col("quantity"), pl.col("price"), pl.col("discount")).alias("net")
    return lines.with_columns(net).select("deal", "deal_line", *TOLD, "net", "currency")


def _ordered_lines(deals: pl.DataFrame, order_lines: pl.DataFrame) -> pl.DataFrame:
    ordered = deals.filter(pl.col("order").is_not_null()).select("deal", "order", "cheaper")
    return ordered.join(order_lines, on="order", how="inner", maintain_order="left")


def _invented_lines(dice: Dice, deals: pl.DataFrame, wares: Range, agreements: pl.DataFrame) -> pl.DataFrame:
    free = deals.filter(pl.col("order").is_null()).with_columns(
        pl.col("deal").alias("order"), pl.col("opened").alias("date")
    )
    made = make_lines(dice, free, wares, agreements, "deal")
    return made.with_columns(pl.col("order").alias("deal"), pl.lit(False).alias("cheaper"))
