"""The company's calendar: when it was made, and how far it has been moved on since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

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
        return pl.select(pl.lit(self.origin) - pl.duration(days=days)).to_series()

    def ago(self, days: pl.Series) -> pl.Series:
        """The same as moments at midnight."""
        return self.back(days).cast(pl.Datetime("us"))
