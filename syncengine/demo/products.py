"""What we sell: products in families, price books by currency and tier, negotiated prices, stock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from syncengine.demo.dice import Dice
from syncengine.demo.words import company, texts

PER_FAMILY = 15
RATES = {"EUR": 1.0, "CHF": 0.95, "GBP": 0.86, "USD": 1.09, "PLN": 4.31}  # units of the currency for one euro
TIERS = {"A": 0.90, "B": 0.95, "C": 1.0}


@dataclass(frozen=True)
class Range:
    """Products, their prices by currency and tier, and stock; all small tables."""

    products: pl.DataFrame
    books: pl.DataFrame
    prices: pl.DataFrame
    stock: pl.DataFrame


def make_range(seed: int | str, today: date) -> Range:
    """The whole product range."""
    rng = random.Random(f"{seed}/products")
    products = pl.DataFrame(_products(rng))
    books = pl.DataFrame(_books(today))
    return Range(products, books, _prices(products, books), _stock(rng, products, today))


def _products(rng: random.Random) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, (family, words) in enumerate(texts()["families"].items()):
        count = len(words["names"]) if words["unit"] == "h" else PER_FAMILY
        for place in range(count):
            name = words["names"][place % len(words["names"])]
            size = "" if words["unit"] == "h" else f" {rng.choice(texts()['sizes'])}-{rng.randrange(10, 99)}"
            spread = (place * 7919 % 97) / 97
            price = round((words["low"] + (words["high"] - words["low"]) * spread**1.6) * 20) * 5
            rows.append(
                {
                    "product": len(rows),
                    "code": f"{family[0]}{number + 1}{place + 1:03d}",
                    "name": name + size,
                    "family": family,
                    "unit": words["unit"],
                    "price": price,
                    "cost": int(price * rng.uniform(0.46, 0.71)),
                    "lead_time": rng.choice([2, 3, 5, 7, 10, 14, 21, 28]),
                    "status": rng.choices(["active", "phase_out", "inactive"], [92, 6, 2])[0],
                }
            )
    return rows


def _books(today: date) -> list[dict[str, object]]:
    start = date(today.year - 2, 1, 1)
    return [
        {
            "book": f"PL-{currency}-{tier}",
            "currency": currency,
            "tier": tier,
            "factor": rate * TIERS[tier],
            "from": start,
            "to": date(today.year + 1, 12, 31),
        }
        for currency, rate in RATES.items()
        for tier in TIERS
    ]


def _prices(products: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    both = books.join(products.select("product", "code", "price", "cost"), how="cross")
    return both.with_columns(
        _to_five(pl.col("price") * pl.col("factor")).alias("price"),
        _to_five(pl.col("price") * pl.col("factor") * 0.78).alias("floor"),
    )


def _to_five(cents: pl.Expr) -> pl.Expr:
    return (cents / 5).round().cast(pl.Int64) * 5


def _stock(rng: random.Random, products: pl.DataFrame, today: date) -> pl.DataFrame:
    rows = []
    for code, unit in products.select("code", "unit").rows():
        for warehouse in [] if unit == "h" else company()["warehouses"]:
            on_hand = max(0, int(rng.gauss(60, 55)))
            reserved = min(on_hand, rng.randrange(0, 40))
            coming = today + timedelta(days=rng.randrange(3, 40)) if on_hand < 25 else None
            rows.append((f"{code}/{warehouse[:3].upper()}", code, warehouse, on_hand, reserved, coming))
    names = ["key", "code", "warehouse", "on_hand", "reserved", "expected"]
    return pl.DataFrame(rows, schema=names, orient="row")


def make_agreements(dice: Dice, customers: pl.DataFrame, wares: Range, today: date) -> pl.DataFrame:
    """Prices agreed with single customers: one row a customer and product."""
    ids = customers["id"]
    share = customers["segment"].replace_strict({"A": 0.35, "B": 0.10, "C": 0.0}, return_dtype=pl.Float64)
    chosen = customers.filter(dice.chance(ids, "agreement", share)).select("id", "currency", "segment")
    chosen = chosen.with_columns(pl.int_ranges(0, 4).alias("slot")).explode("slot")
    chosen = chosen.with_columns(favourite(dice, chosen["id"], chosen["slot"], wares).alias("product"))
    chosen = chosen.unique(["id", "product"], keep="first", maintain_order=True)
    key = chosen["id"] * 16 + chosen["slot"]
    off = dice.between(key, "agreement/off", 8, 22)
    old = dice.chance(key, "agreement/old", 0.15)  # agreements that have run out but are still in people's heads
    chosen = chosen.with_columns(
        off.alias("discount"),
        pl.select(pl.when(old).then(pl.lit(today - timedelta(days=40))).otherwise(date(today.year + 1, 6, 30)))
        .to_series()
        .alias("to"),
    )
    priced = chosen.join(
        wares.prices.select("currency", pl.col("tier").alias("segment"), "product", "code", "price", "floor"),
        on=["currency", "segment", "product"],
        how="left",
        maintain_order="left",
    )
    return priced.with_columns(((pl.col("price") * (100 - pl.col("discount")) + 50) // 100).alias("agreed"))


def favourite(dice: Dice, customer: pl.Series, slot: pl.Series, wares: Range) -> pl.Series:
    """The product in a customer's nth place of liking: customers buy the same few things again."""
    return dice.below(customer * 16 + slot, "favourite", wares.products.height)
