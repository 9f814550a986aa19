"""Health as it would have been on past days, from what documents say had happened until then.

What sources tell only as it is now (status, credit hold) and what people add (pulses) is left out, so that no
past day knows what came later. A partly paid invoice counts with what is open of it today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import polars as pl
from django.db import transaction

from accounts.frames import execute, rows, stage
from accounts.health.definition import Definition
from accounts.health.inputs import measure
from accounts.health.renewal import STAGED, TELLING, VALUES, name_subjects, read_measured, staged
from accounts.health.scoring import score
from accounts.health.versions import current_definition

ROUND_CUSTOMERS = 20_000
LIVE = "SELECT id FROM accounts_account WHERE merged_into_id IS NULL AND record_count > 0"


def rounds(size: int = ROUND_CUSTOMERS) -> Iterator[tuple[int, int]]:
    """Ranges of customers' ids that hold about so many each."""
    last = 0
    while True:
        found = rows(f"SELECT max(id) FROM ({LIVE} AND id > %s ORDER BY id LIMIT {size}) a", [last])[0][0]
        if found is None:
            return
        yield last, found
        last = found


def score_past(days: Sequence[date], definition: Definition, *, after: int, upto: int) -> pl.DataFrame:
    """The scored frame of the customers in a range of ids on each of the days; call it in a transaction."""
    name_subjects(
        f"SELECT a.id AS account_id, d.day FROM ({LIVE} AND id > %s AND id <= %s) a "
        "CROSS JOIN unnest(%s::date[]) d(day)",
        [after, upto, list(days)],
    )
    measure(definition, {})
    execute("UPDATE health_inputs SET hold = false, closed = false, pulse = 0")
    return score(read_measured({"last_order": pl.Date()}, "i.last_order"), definition)


def reconstruct(*, today: date, weeks: int) -> int:
    """Give customers a history by week for the time before theirs began; rows written."""
    definition = current_definition()
    days = [today - timedelta(weeks=back) for back in range(weeks, 0, -1)]
    written = 0
    for after, upto in rounds():
        with transaction.atomic():
            scored = score_past(days, definition, after=after, upto=upto).with_columns(band=pl.col("raw_band"))
            stage("health_past", STAGED, staged(scored, definition))
            written += _write_past()
    return written


def _write_past() -> int:
    """Weeks that differ from the one before, of customers on days before their own history."""
    before = ", ".join(f"lag(p.{name}) OVER w" for name in TELLING)
    now = ", ".join(f"p.{name}" for name in TELLING)
    columns = ", ".join(("account_id", "day", *VALUES))
    return execute(
        f"INSERT INTO accounts_healthday ({columns}, reconstructed) SELECT {columns}, true FROM ("
        f"SELECT p.*, ROW({before}) IS DISTINCT FROM ROW({now}) AS is_new FROM health_past p "
        "WHERE p.day < coalesce((SELECT min(d.day) FROM accounts_healthday d "
        "WHERE d.account_id = p.account_id), 'infinity') WINDOW w AS (PARTITION BY p.account_id ORDER BY p.day)) p "
        "WHERE is_new ON CONFLICT (account_id, day) DO NOTHING"
    )
