"""The circuit breaker of a run: more merges than a run may make unasked are stopped, and one question asks."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.frames import execute, read
from syncengine.identity import Policy
from syncengine.models import Stop
from syncengine.resolution.decided import NOTHING
from syncengine.resolution.holds import write_holds
from syncengine.resolution.parties import meetings, unsettled

REASON = "more merges at once than one run may make by itself"


def stop_many(sides: pl.DataFrame, bound: pl.DataFrame, *, known: int, policy: Policy, now: datetime) -> pl.DataFrame:
    """Hold every unasked merge of a round that would make too many of them; the pairs kept apart."""
    limit = max(policy.breaker_least, int(policy.breaker_share * known))
    if _moved(sides) <= limit:
        return NOTHING
    met = unsettled(meetings(sides), sides, bound).join(_allowed(), on=["party", "party_r"], how="anti")
    moved = _moved(sides.filter(pl.col("cluster").is_in(met["cluster"].unique().implode())))
    if moved <= limit:
        return NOTHING
    sentence = (
        f"{moved:,} of {known:,} records would change their customer in one run; above {limit:,} a person decides."
    )
    stop = Stop.objects.create(at=now, sentence=sentence, merges=met.height, records=moved)
    return write_holds(met.with_columns(reasons=pl.lit([REASON], pl.List(pl.String))), now=now, stop=stop.pk)


def _moved(sides: pl.DataFrame) -> int:
    """Records whose customer of yesterday is not the largest part of their customer of today."""
    sizes = sides.group_by("cluster", "party").len().group_by("cluster").agg(pl.col("len").sum() - pl.col("len").max())
    return int(sizes["len"].sum() or 0)


def _allowed() -> pl.DataFrame:
    """(party, party_r) of stopped merges that a person has let through since."""
    return read(
        "SELECT DISTINCT account_id, other_account_id FROM syncengine_hold WHERE stop_id IS NOT NULL "
        "AND state = 'merged'",
        {"party": pl.Int64(), "party_r": pl.Int64()},
    )


def close_idle_stops(*, now: datetime) -> int:
    """Stops none of whose merges is asked for any more."""
    return execute(
        "UPDATE syncengine_stop s SET state = 'obsolete', closed_at = %s WHERE s.state IN ('open', 'apart') "
        "AND NOT EXISTS (SELECT FROM syncengine_hold h WHERE h.stop_id = s.id AND h.state = 'open')",
        [now],
    )
