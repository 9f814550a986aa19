"""Scores and usage, in keeping with each customer's story."""

from __future__ import annotations

import polars as pl

from syncengine.demo.days import Days
from syncengine.demo.dice import Dice
from syncengine.demo.orders import when_story
from syncengine.demo.words import texts

RISKS = {"quiet": 0.74, "unhappy": 0.82, "trouble": 0.6, "shrinking": 0.55, "growing": 0.12}
MODELS = {"churn_risk": "churn-gbm", "engagement": "engage", "next_best_offer": "nbo"}


def _valued(dice: Dice, frame: pl.DataFrame, score: pl.Series, kinds: pl.Series) -> pl.Expr:
    """Risk as the story has it, engagement against it, and how well the offer fits."""
    risk = when_story(frame["story"], RISKS, 0.22)
    risk = (risk + dice.bell(frame["id"], "score") * 0.08).clip(0.01, 0.99)
    engagement = ((1 - risk) * 100 + dice.bell(score, "score/engagement") * 6).clip(1, 99)
    fit = 0.4 + 0.5 * dice.unit(frame["id"], "score/fit")
    return (
        pl.when(kinds == "churn_risk").then(risk.round(3))
        .when(kinds == "engagement").then(engagement.round(0))
        .otherwise(fit.round(2))
    )  # fmt: skip


def make_scores(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Three scores a customer, in keeping with its story."""
    frame = customers.with_columns(pl.int_ranges(0, 3).alias("k")).explode("k")
    score = frame["id"] * 4 + frame["k"]
    offer = dice.pick(frame["id"], "score/offer", texts()["offers"])
    kinds = pl.Series(["churn_risk", "engagement", "next_best_offer"]).gather(frame["k"])
    return frame.with_columns(
        score.alias("score_id"),
        kinds.alias("kind"),
        _valued(dice, frame, score, kinds).alias("score"),
        pl.when(kinds == "next_best_offer").then(offer).otherwise(None).alias("text"),
        kinds.replace_strict(MODELS).alias("model"),
        pl.lit("2.3").alias("version"),
        _last_week(dice, frame["id"], days).alias("scored"),
    )


def _last_week(dice: Dice, ids: pl.Series, days: Days) -> pl.Series:
    """When each customer was scored last: once a week, each on its own weekday."""
    age = (days.today.toordinal() + dice.below(ids, "score/weekday", 7)) % 7
    at = pl.lit(pl.Series([days.today]).new_from_index(0, len(ids))).cast(pl.Datetime("us"))
    return pl.select(at - pl.duration(hours=pl.lit(age * 24 - 3))).to_series()


def make_usage(dice: Dice, customers: pl.DataFrame, codes: list[str], days: Days) -> pl.DataFrame:
    """Connected machines' running hours by month, from six months before the company was made."""
    some = customers.filter(dice.chance(customers["id"], "usage", 0.2))
    start, end = (day.year * 12 + day.month - 1 for day in (days.origin, days.today))
    frame = some.with_columns(pl.int_ranges(0, 6 + end - start).alias("k")).explode("k")
    key, at = frame["id"] * 512 + frame["k"], frame["k"] + start - 5
    trend = when_story(frame["story"], {"quiet": -0.13, "unhappy": -0.16, "growing": 0.08}, 0.0)
    hours = dice.between(frame["id"], "usage/hours", 80, 4000) * (1 + trend * frame["k"]).clip(0.05, 3)
    return frame.with_columns(
        key.alias("usage"),
        pl.date(pl.lit(at // 12), pl.lit(at % 12 + 1), 1).alias("month"),
        dice.pick(frame["id"], "usage/product", codes).alias("code"),
        pl.lit("running hours").alias("measure"),
        (hours * (0.9 + 0.2 * dice.unit(key, "usage/noise"))).round().cast(pl.Int64).alias("quantity"),
        (dice.between(frame["id"], "usage/people", 1, 14)).alias("people"),
    )
