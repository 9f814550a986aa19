"""Orders with their lines and how they were shipped, each customer in a rhythm of its own."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.names import choose
from syncengine.demo.products import RATES, Range, favourite
from syncengine.demo.words import company, texts

HORIZON = 730
COMING = 110  # days of coming orders: their deals are open now
ROOM = 4096  # numbers for one customer's orders; the last before the origin is in the middle
SILENT = ["quiet", "unhappy"]
SEASON = [0.90, 0.95, 1.10, 1.05, 1.00, 1.05, 0.85, 0.75, 1.15, 1.15, 1.10, 0.70]
INTERVALS = {"A": (35, 70), "B": (80, 150), "C": (150, 380)}
TARGETS = {"A": 900_000, "B": 320_000, "C": 120_000}  # cents a line


def when_story(story: pl.Series, values: dict[str, float], otherwise: float) -> pl.Series:
    """A number a row by the customer's story."""
    return story.replace_strict(values, default=otherwise, return_dtype=pl.Float64)


def after(days: pl.Series, count: pl.Series) -> pl.Series:
    """The days that many days later."""
    return pl.select(pl.lit(days) + pl.duration(days=pl.lit(count))).to_series()


def make_orders(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Order headers, also of weeks to come: order (unique number), date and what the customer brings."""
    ids, segment, story = customers["id"], customers["segment"], customers["story"]
    low = segment.replace_strict({s: v[0] for s, v in INTERVALS.items()}, return_dtype=pl.Int64)
    high = segment.replace_strict({s: v[1] for s, v in INTERVALS.items()}, return_dtype=pl.Int64)
    interval = dice.between(ids, "order/interval", low, high)
    silence = when_story(story, {"quiet": 2.3, "unhappy": 1.9, "shrinking": 0.6}, 0.0)
    spread = when_story(story, {"quiet": 1.6, "unhappy": 1.0}, 0.85)
    last = (interval * (silence + dice.unit(ids, "order/last") * spread)).cast(pl.Int64)
    bend = when_story(story, {"growing": 0.06, "shrinking": -0.02}, 0.0)
    frame = customers.with_columns(interval.alias("interval"), last.alias("last"), bend.alias("bend"))
    ahead = (days.today - days.origin).days + COMING
    first = pl.when(pl.col("story").is_in(SILENT)).then(0).otherwise(-(ahead // pl.col("interval")) - 1)
    frame = frame.with_columns(pl.int_ranges(first, HORIZON // pl.col("interval") + 2).alias("k")).explode("k")
    order = frame["id"] * ROOM + frame["k"] + ROOM // 2
    steps = frame["k"] * (1 + frame["bend"] * frame["k"].clip(0, None)) + dice.bell(order, "order/jitter") * 0.11
    age = (frame["last"] + steps * frame["interval"]).cast(pl.Int64)
    age = pl.select(pl.when(frame["k"] < 0).then(age.clip(None, -1)).otherwise(age.clip(0, None))).to_series()
    frame = frame.with_columns(order.alias("order"), days.back(age).alias("raw"))
    weekend = (pl.col("raw").dt.weekday().cast(pl.Int64) - 5).clip(0, 2)
    frame = frame.with_columns((pl.col("raw") - pl.duration(days=weekend)).alias("date"))
    soon = pl.col("date") <= days.today + timedelta(days=COMING)
    frame = frame.filter(
        soon & (pl.col("date") > days.origin - timedelta(days=HORIZON)) & (pl.col("date") >= pl.col("since"))
    )
    return _dated(dice, frame.drop("raw", "bend", "interval", "last"), days)


def _dated(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Add deal, type, promised and actual dates, hold and cancellation."""
    order = frame["order"]
    lead, fresh = dice.between(order, "order/lead", 3, 24), frame["date"] > days.origin - timedelta(days=45)
    return frame.with_columns(
        *_kinds(dice, frame),
        after(frame["date"], lead).alias("promised"),
        after(frame["date"], lead - dice.below(order, "order/wish", 4)).alias("requested"),
        after(frame["date"], (lead + _slip(dice, frame)).clip(1, 160)).alias("ship_1"),
        after(frame["date"], lead + dice.between(order, "order/second", 6, 22)).alias("ship_2"),
        dice.chance(order, "order/split", 0.13).alias("split"),
        dice.chance(order, "order/cancelled", 0.015).alias("cancelled"),
        (fresh & (frame["story"] == "trouble")).alias("hold"),
        dice.pick(order, "order/reason", texts()["hold_reasons"]).alias("hold_reason"),
        dice.pick(order, "order/carrier", company()["carriers"]).alias("carrier"),
        dice.pick(order, "order/warehouse", company()["warehouses"]).alias("warehouse"),
        ("PO-" + dice.between(order, "order/po", 10_000, 99_999).cast(pl.String)).alias("po"),
    )


def _slip(dice: Dice, frame: pl.DataFrame) -> pl.Series:
    """Days between what was promised and what leaves."""
    order, story = frame["order"], frame["story"]
    late = dice.chance(order, "order/late", when_story(story, {"unhappy": 0.55}, 0.12))
    slip = choose(
        late.cast(pl.Float64),
        [(0.5, -dice.below(order, "order/early", 3))],
        dice.between(order, "order/slip", 3, 16),
    )
    stuck = dice.chance(order, "order/stuck", 0.016).cast(pl.Int64)  # nobody knows why it does not leave
    return slip + stuck * dice.between(order, "order/stuck/days", 45, 120)


def _kinds(dice: Dice, frame: pl.DataFrame) -> tuple[pl.Series | pl.Expr, ...]:
    """Whether a deal stands behind the order, and what type it is."""
    order = frame["order"]
    deal = dice.chance(order, "order/deal", 0.28)
    first = frame["date"] < frame["since"] + timedelta(days=90)
    brought = dice.chance(order, "order/brought", 0.2)  # new business that no deal stands behind
    return (
        deal.alias("has_deal"),
        pl.when(first & (deal | brought))
        .then(pl.lit("new"))
        .when(deal & dice.chance(order, "order/project", 0.6))
        .then(pl.lit("project"))
        .when(deal)
        .then(pl.lit("new"))
        .otherwise(pl.lit("repeat"))
        .alias("type"),
    )


def make_lines(dice: Dice, papers: pl.DataFrame, wares: Range, agreements: pl.DataFrame, tag: str) -> pl.DataFrame:
    """Lines of any paper with order, id, segment, currency, story and date: product, quantity, price, net."""
    base = papers.select("order", "id", "segment", "currency", "story", "date")
    count = dice.weigh(base["order"], tag + "/lines", {1: 30, 2: 30, 3: 20, 4: 12, 5: 8})
    base = base.with_columns(count.alias("n")).with_columns(pl.int_ranges(0, pl.col("n")).alias("pos")).explode("pos")
    line = base["order"] * 8 + base["pos"]
    slot = (dice.unit(line, tag + "/slot") ** 1.7 * 12).cast(pl.Int64)
    base = base.with_columns(
        line.alias("line"),
        (pl.col("pos") + 1).alias("position"),
        favourite(dice, base["id"], slot, wares).alias("product"),
    )
    return _priced(dice, _with_prices(base, wares, agreements), tag)


def _with_prices(base: pl.DataFrame, wares: Range, agreements: pl.DataFrame) -> pl.DataFrame:
    """The list's price, the customer's own, and what the product is called."""
    listed = wares.prices.select("currency", pl.col("tier").alias("segment"), "product", "price")
    own = agreements.select("id", "product", "agreed", pl.col("to").alias("agreed_to"))
    named = wares.products.select("product", "code", pl.col("name").alias("ware"), "unit", "cost")
    base = base.join(listed, on=["currency", "segment", "product"], how="left", maintain_order="left")
    base = base.join(own, on=["id", "product"], how="left", maintain_order="left")
    return base.join(named, on="product", how="left", maintain_order="left")


def _priced(dice: Dice, base: pl.DataFrame, tag: str) -> pl.DataFrame:
    line = base["line"]
    top = base["segment"].replace_strict({"A": 13, "B": 8, "C": 3}, return_dtype=pl.Int64)
    discount = dice.below(line, tag + "/discount", top) * dice.chance(base["order"], tag + "/off", 0.6).cast(pl.Int64)
    target = base["segment"].replace_strict(TARGETS, return_dtype=pl.Int64)
    season = base["date"].dt.month().cast(pl.Int64).replace_strict(dict(enumerate(SEASON, 1)), return_dtype=pl.Float64)
    wish = target * season * (dice.bell(line, tag + "/size") * 0.55).exp()
    frame = base.with_columns(
        pl.coalesce("agreed", "price").alias("price"),
        pl.when(pl.col("agreed").is_null()).then(discount).otherwise(0).alias("discount"),
        (wish / base["price"]).clip(1, 500).round().cast(pl.Int64).alias("quantity"),
        (pl.col("cost") * pl.col("currency").replace_strict(RATES, return_dtype=pl.Float64))
        .round()
        .cast(pl.Int64)
        .alias("cost"),
    )
    return frame.with_columns(net_of(pl.col("quantity"), pl.col("price"), pl.col("discount")).alias("net"))


def net_of(quantity: pl.Expr, price: pl.Expr, discount: pl.Expr) -> pl.Expr:
    """Line value in cents, rounded once."""
    return (quantity * price * (100 - discount) + 50) // 100


def ship(orders: pl.DataFrame, lines: pl.DataFrame, days: Days) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders with value and status, and lines with their shipment's part and date and what has gone out."""
    facts = orders.select("order", "split", "cancelled", "hold", "ship_1", "ship_2")
    lines = lines.join(facts, on="order", how="left", maintain_order="left")
    second = pl.col("split") & (pl.col("position") % 2 == 0)
    lines = lines.with_columns(
        pl.when(second).then(2).otherwise(1).alias("part"),
        pl.when(second).then(pl.max_horizontal("ship_1", "ship_2")).otherwise("ship_1").alias("ship_date"),
    )
    gone = (pl.col("ship_date") <= days.today) & ~pl.col("cancelled") & ~pl.col("hold")
    lines = lines.with_columns(pl.when(gone).then("quantity").otherwise(0).alias("shipped"))
    sums = lines.group_by("order", maintain_order=True).agg(
        pl.col("net").sum(), pl.len().alias("lines"), (pl.col("shipped") > 0).sum().alias("gone")
    )
    orders = orders.join(sums, on="order", how="left", maintain_order="left").with_columns(_status(days))
    return orders, lines.drop("split", "cancelled", "hold", "ship_1", "ship_2")


def _status(days: Days) -> pl.Expr:
    """How far an order has come."""
    done = pl.col("ship_1") < days.today - timedelta(days=60)
    return (
        pl.when("cancelled")
        .then(pl.lit("cancelled"))
        .when((pl.col("gone") == pl.col("lines")) & done)
        .then(pl.lit("closed"))
        .when(pl.col("gone") == pl.col("lines"))
        .then(pl.lit("shipped"))
        .when(pl.col("gone") > 0)
        .then(pl.lit("partly_shipped"))
        .otherwise(pl.lit("confirmed"))
        .alias("status")
    )
