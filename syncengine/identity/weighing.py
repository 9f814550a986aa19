"""Answers and weights of given pairs, part by part: both records side by side instead of a join of millions of rows.

A join would hold every column of every record once more, which at ten million is more than the machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl

from syncengine.identity.engine import THREADS, connect
from syncengine.identity.frequencies import VALUES
from syncengine.identity.model import Model
from syncengine.identity.statement import Statement, cheap_statement, dear_statement

PART = 250_000  # pairs that are weighed at once
BEGINNING = 8  # characters of a name or town by which records are put in order
HALF = 2**32  # the higher half of a hash and the lower
ANY = -1e9  # a weight that every pair has at least
GIVEN = ("record_id", "tokens", "street_key", "postcode", "city")  # what rarities and words are looked up by

Told = Callable[[pl.DataFrame], pl.DataFrame]


def side_by_side(records: pl.DataFrame) -> pl.DataFrame:
    """Records in an order in which those lie together whose names begin alike, of these those of one town.

    Putting a million records in order once costs a fifth of fetching ten million pairs from all over the memory. The
    order is that of a number made of both: which beginning comes first is all the same.
    """
    told = [name for name in ("name", "city") if name in records.columns]
    if not told:
        return records
    begun = [pl.col(name).cast(pl.String).str.slice(0, BEGINNING).str.to_lowercase() for name in told]
    name, town = (beginning.hash(seed=1) // HALF for beginning in (begun[0], begun[-1]))
    return records[records.select(name * HALF + town).to_series().arg_sort()]


def comparable(standardised: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Only what comparing reads: of ten million records, what the caller lets go of is gigabytes."""
    wanted = {*GIVEN, *VALUES.values(), *cheap_statement(model, least_weight=ANY).columns}
    wanted |= {*dear_statement(model, least_weight=ANY).columns}
    return standardised.select(name for name in standardised.columns if name in wanted)


def weigh_pairs(
    prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model, *, least_weight: float = ANY, told: Told | None = None
) -> pl.DataFrame:
    """Pairs that weigh enough with levels (g_…), bits (w_…), shares (f_…) and match_weight, in the order of ids.

    Pairs that come with the rows their records stand in (row, row_r) are spared looking them up. `told` makes of each
    part what is kept of it, since a part takes ten times the room of what one wants of it.
    """
    cheap = cheap_statement(model, least_weight=least_weight)
    dear = dear_statement(model, least_weight=least_weight)
    weigh = partial(_weighed, prepared, cheap, dear, told)
    placed = pairs if "row" in pairs.columns else _placed(prepared["record_id"], pairs.select("record_l", "record_r"))
    if pairs.height <= PART:
        return weigh(placed).sort("record_l", "record_r")
    with ThreadPoolExecutor(THREADS) as pool:
        return pl.concat(pool.map(weigh, placed.iter_slices(PART))).sort("record_l", "record_r")


def _placed(record_ids: pl.Series, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the rows in which their records stand, in the order of one side."""
    rows = record_ids.alias("record").to_frame().with_row_index("row")
    left = pairs.join(rows, left_on="record_l", right_on="record")
    return left.join(rows, left_on="record_r", right_on="record", suffix="_r").sort("row")


def _weighed(
    prepared: pl.DataFrame, cheap: Statement, dear: Statement, told: Told | None, part: pl.DataFrame
) -> pl.DataFrame:
    hopeful = _asked(prepared, cheap, part)
    found = _asked(prepared, dear, hopeful)
    return told(found) if told else found


def _asked(prepared: pl.DataFrame, statement: Statement, pairs: pl.DataFrame) -> pl.DataFrame:
    """The statement's answer about pairs, with what it reads of both records beside them."""
    compared = prepared.select(statement.columns)
    left = compared[pairs["row"]].select(pl.all().name.prefix("l_"))
    right = compared[pairs["row_r"]].select(pl.all().name.prefix("r_"))
    both = pairs.hstack(left).hstack(right)
    with connect() as con:
        con.register("pairs", both.to_arrow(compat_level=pl.CompatLevel.newest()))  # as it lies in memory
        found: pl.DataFrame = con.sql(statement.sql).pl()
    return found
