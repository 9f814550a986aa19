"""A range of customers with their source records: what all papers are made from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncengine.demo.customers import make_customers
from syncengine.demo.days import Days, turns
from syncengine.demo.dice import Dice
from syncengine.demo.products import Range, make_range
from syncengine.demo.tellings import crm_rows, erp_rows, light_rows, make_rows

SYSTEMS = ("crm", "erp", "helpdesk", "ai")


@dataclass(frozen=True)
class Part:
    """A range of customers with their source records; what all papers are made from."""

    dice: Dice
    days: Days
    number: int
    wares: Range
    customers: pl.DataFrame
    rows: dict[str, pl.DataFrame]

    def numbers(self, frame: pl.DataFrame, prefix: str, *by: str) -> pl.Series:
        """Running numbers in the order of these columns; later rows never change earlier numbers."""
        turn = turns(self.dice, frame["id"])
        order = frame.select(*by).with_row_index("at").with_columns(turn.alias("turn")).sort(by[0], "turn", *by[1:])
        rank = order.with_row_index("rank", offset=1).sort("at")["rank"].cast(pl.Int64)
        return prefix + (rank + 10_000_000 * (self.number + 1)).cast(pl.String)


def make_part(seed: int, number: int, first: int, count: int, days: Days) -> Part:
    """The customers of a range and their source records in each system."""
    dice = Dice(seed)
    customers = make_customers(dice, first, count, days)
    rows = {system: make_rows(dice, customers, system, days) for system in SYSTEMS}
    rows["crm"], rows["erp"] = crm_rows(dice, rows["crm"]), erp_rows(dice, rows["erp"])
    rows |= {system: light_rows(dice, rows[system]) for system in ("helpdesk", "ai")}
    return Part(dice, days, number, make_range(seed, days.origin), customers, rows)
