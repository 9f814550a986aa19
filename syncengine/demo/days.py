"""The company's calendar: when it was made, and how far it has been moved on since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from syncengine.demo.dice import Dice

AHEAD = 180  # days for which the future of calls, tickets and leads is thrown


@dataclass(frozen=True)
class Days:
    """All chance is thrown relative to `origin`; what has happened by `today` is visible.

    So the company of the next day is the same function with another `today`, and a tick is the difference.
    """

    origin: date
    today: date

    def back(self, days: pl.Series) -> pl.Series:
        """The days that many days before the origin; after it for negative numbers."""
        return pl.select(pl.lit(self.origin) - pl.duration(days=pl.lit(days))).to_series()


def turns(dice: Dice, customers: pl.Series) -> pl.Series:
    """When in a day each customer's news comes, as a share of the day."""
    return dice.unit(customers, "turn")


def moments(dice: Dice, days: Days, rows: pl.Series, customers: pl.Series, day: pl.Series, tag: str) -> pl.Series:
    """A moment on each day: within office hours in the past, at the customer's turn since the origin.

    So what a tick tells has happened just then, never later on the same day.
    """
    office = dice.between(rows, tag, 330, 960)
    turn = (turns(dice, customers) * 1440).cast(pl.Int64)
    minutes = pl.when(pl.lit(day) >= days.origin).then(pl.lit(turn)).otherwise(pl.lit(office))
    return pl.select(pl.lit(day).cast(pl.Datetime("us")) + pl.duration(minutes=minutes)).to_series()
