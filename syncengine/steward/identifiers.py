"""Identifiers a company has once: where two sets of records contradict each other in one."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from syncengine.canonical import read_canonical
from syncengine.identity import standardise, veto_values
from syncengine.resolution.living import MATCHED

WORDS = {"tax": "tax numbers", "duns": "D-U-N-S numbers", "register": "register numbers"}


def clashing_identifiers(left: Sequence[int], right: Sequence[int]) -> list[str]:
    """Which identifiers the two sides tell differently, none of one side being told by the other."""
    sides = pl.DataFrame({"record_id": [*left, *right], "side": [0] * len(left) + [1] * len(right)})
    told = _told(sides["record_id"])
    sets = told.join(sides, on="record_id").group_by("kind", "side").agg(pl.col("value").unique())
    both = sets.filter(pl.col("side") == 0).join(sets.filter(pl.col("side") == 1), on="kind")
    apart = both.filter(pl.col("value").list.set_intersection("value_right").list.len() == 0)
    return [WORDS[str(kind).split()[0]] for kind in apart["kind"].sort()]


def _told(records: pl.Series) -> pl.DataFrame:
    """Identifiers of living records; nothing is staged, since pages ask in a read-only transaction."""
    if not records.len():
        return veto_values(standardise(read_canonical("account", "false", columns=MATCHED)))
    among = ", ".join(str(int(record)) for record in records)
    where = f"c.live AND c.crosswalk_id IN ({among})"
    return veto_values(standardise(read_canonical("account", where, columns=MATCHED)))


def clashing_pairs(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of many pairs of records that tell an identifier differently, in one read."""
    if not pairs:
        return set()
    sides = pl.DataFrame(pairs, schema={"record_l": pl.Int64, "record_r": pl.Int64}, orient="row")
    both = pl.concat([sides["record_l"], sides["record_r"]]).unique()
    told = _told(both)
    left = sides.join(told, left_on="record_l", right_on="record_id")
    compared = left.join(told, left_on=["record_r", "kind"], right_on=["record_id", "kind"], suffix="_r")
    apart = compared.filter(pl.col("value") != pl.col("value_r")).select("record_l", "record_r").unique()
    return set(apart.iter_rows())
