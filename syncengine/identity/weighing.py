"""Answers and weights of given pairs, part by part: both records side by side instead of a join of millions of rows.

A join would hold every column of every record once more, which at ten million is more than the machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl

from syncengine.identity.engine import THREADS, connect
from syncengine.identity.model import Model
from syncengine.identity.statement import compared_columns, scores_sql

PART = 250_000  # pairs that are weighed at once
ANY = -1e9  # a weight that every pair has at least

Told = Callable[[pl.DataFrame], pl.DataFrame]


def weigh_pairs(
    prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model, *, least_weight: float = ANY, told: Told | None = None
) -> pl.DataFrame:
    """Pairs that weigh enough with levels (g_…), bits (w_…), shares (f_…) and match_weight, in the order of ids.

    `told` makes of each part what is kept of it, since a part takes ten times the room of what one wants of it.
    """
    placed = _placed(prepared["record_id"], pairs.select("record_l", "record_r").sort("record_l", "record_r"))
    compared = prepared.select(compared_columns(model))
    weigh = partial(_weighed, compared, scores_sql(model, least_weight=least_weight), told)
    if placed.height <= PART:
        return weigh(placed)
    with ThreadPoolExecutor(THREADS) as pool:
        return pl.concat(pool.map(weigh, placed.iter_slices(PART)))


def _placed(record_ids: pl.Series, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the rows in which their records stand."""
    rows = record_ids.alias("record").to_frame().with_row_index("row")
    left = pairs.join(rows, left_on="record_l", right_on="record", maintain_order="left")
    return left.join(rows, left_on="record_r", right_on="record", maintain_order="left", suffix="_r")


def _weighed(compared: pl.DataFrame, sql: str, told: Told | None, part: pl.DataFrame) -> pl.DataFrame:
    left = compared[part["row"]].select(pl.all().name.prefix("l_"))
    right = compared[part["row_r"]].select(pl.all().name.prefix("r_"))
    both = part.select("record_l", "record_r").hstack(left).hstack(right)
    with connect() as con:
        con.register("pairs", both.to_arrow(compat_level=pl.CompatLevel.newest()))  # as it lies in memory
        found: pl.DataFrame = con.sql(sql).pl()
    found = found.sort("record_l", "record_r")
    return told(found) if told else found
