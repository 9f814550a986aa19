"""Holds: two customers that a round would merge and that stay apart until somebody has looked."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.frames import execute, stage

TYPES = {
    "account_id": "bigint", "other_account_id": "bigint", "records_l": "bigint[]", "records_r": "bigint[]",
    "reasons": "text[]",
}  # fmt: skip


def write_holds(fresh: pl.DataFrame, *, now: datetime, stop: int | None = None) -> pl.DataFrame:
    """Hold each two customers of `fresh` (party, party_r, their records, reasons); the pairs kept apart by it.

    A hold that is open between the same customers takes the records in.
    """
    told = fresh.select(
        "reasons", account_id="party", other_account_id="party_r", records_l="record_id", records_r="record_id_r"
    )
    stage("fresh_holds", TYPES, told)
    names = ", ".join(TYPES)
    execute(
        f"INSERT INTO syncengine_hold AS h ({names}, state, opened_at, stop_id) SELECT {names}, 'open', %s, %s "
        "FROM fresh_holds ORDER BY account_id, other_account_id "
        "ON CONFLICT (account_id, other_account_id) WHERE state = 'open' "
        "DO UPDATE SET records_l = ARRAY(SELECT DISTINCT unnest(h.records_l || excluded.records_l) ORDER BY 1), "
        "records_r = ARRAY(SELECT DISTINCT unnest(h.records_r || excluded.records_r) ORDER BY 1)",
        [now, stop],
    )
    return _pairs(fresh)


def _pairs(fresh: pl.DataFrame) -> pl.DataFrame:
    crossed = fresh.select("record_id", "record_id_r").explode("record_id").explode("record_id_r")
    return crossed.select(
        record_l=pl.min_horizontal("record_id", "record_id_r"),
        record_r=pl.max_horizontal("record_id", "record_id_r"),
        kind=pl.lit("held"),
    )


def close_idle_holds(*, now: datetime) -> int:
    """Holds whose sides nothing ties together any more: the question is gone.

    A dead record is tied to whom it follows. Were it not, it would take its customer along, unasked.
    """
    return execute(
        "UPDATE syncengine_hold h SET state = 'obsolete', closed_at = %s WHERE h.state = 'open' AND NOT EXISTS ("
        "SELECT FROM syncengine_matchrecord l JOIN syncengine_matchrecord r USING (component_id) "
        "WHERE l.crosswalk_id = ANY(h.records_l) AND r.crosswalk_id = ANY(h.records_r))",
        [now],
    )
