"""The score held against what happened: who was flagged before, how early, at how many false alarms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction

from accounts.health.outcomes import read_outcomes
from accounts.health.past import rounds, score_past
from accounts.health.scoring import POINT
from accounts.health.versions import ensure_version
from accounts.models import HealthBacktest

CUTOFFS, EVERY, AHEAD = 18, 30, 180
LONG_AGO = date(1900, 1, 1)
LOOKED_AT = ["account_id", "day", "raw_band", "last_order", "input_cadence", "input_oldest_overdue"]
BASELINES = {
    "Days since last order alone": "silence", "Multiple of the usual interval alone": "cadence",
    "Oldest overdue invoice alone": "overdue",
}  # fmt: skip
MEANING = (
    f"Looked at every {EVERY} days. Lapsed: silent for five of its usual order intervals, 120 days at least, and "
    f"never back. Defaulted: an invoice 90 days past due. Flagged: an alarm in the {AHEAD} days before. False: an "
    f"alarm begins, nothing happens within {AHEAD} days, and nothing has happened before. The lines below each use "
    "the one threshold that gives no more false alarms."
)


@dataclass(frozen=True)
class Row:
    """One way of raising alarms, and how it did."""

    alarm: str
    lapsed_flagged: int
    defaulted_flagged: int
    lapsed_lead: float | None  # half were flagged so many days before, or earlier
    defaulted_lead: float | None
    false_alarms: int
    precision: float | None


def backtest(*, today: date, at: datetime, progress: Callable[[str], None] | None = None) -> HealthBacktest:
    """Reckon the past, compare, and keep the result."""
    definition = ensure_version(at=at)
    days = [today - timedelta(EVERY * back) for back in range(CUTOFFS, 0, -1)]
    found = []
    for after, upto in rounds():
        with transaction.atomic():
            frame = score_past(days, definition, after=after, upto=upto)
        found.append(frame.select(LOOKED_AT))
        if progress:
            progress(f"customers up to {upto}")
    scored = pl.concat(found) if found else pl.DataFrame(schema={"account_id": pl.Int64()})
    result = compare(scored, read_outcomes(LONG_AGO, today), days[0], today) if scored.height else {}
    return HealthBacktest.objects.create(
        run_at=at, version=definition.number, since=days[0], until=today, result=result
    )


def compare(scored: pl.DataFrame, history: pl.DataFrame, since: date, today: date) -> dict[str, Any]:
    """The table of alarms against outcomes after a day; scored has a row a customer and day."""
    outcomes = history.filter(pl.col("event") > since)
    scored = scored.join(
        history.group_by("account_id").agg(first_event=pl.col("event").min()), on="account_id", how="left"
    )
    silence = (pl.col("day") - pl.col("last_order")).dt.total_days().cast(pl.Float64)
    frame = scored.with_columns(
        silence.alias("silence"),
        cadence=pl.col("input_cadence") / POINT,
        overdue=pl.col("input_oldest_overdue") / POINT,
    )
    risk = frame.with_columns(alarm=(pl.col("raw_band") == "risk").fill_null(False))
    watch = frame.with_columns(alarm=pl.col("raw_band").is_in(["risk", "watch"]).fill_null(False))
    rows = []
    for name, flagged in (("Health at risk", risk), ("Health at risk or watch", watch)):
        mine = judge(name, flagged, outcomes, today)
        rows.append(mine)
        rows += [matched(label, column, mine, frame, outcomes, today) for label, column in BASELINES.items()]
    lapsed, defaulted = (outcomes.filter(pl.col("kind") == kind).height for kind in ("lapsed", "defaulted"))
    return {
        "rows": [asdict(row) for row in rows], "lapsed": lapsed, "defaulted": defaulted, "meaning": MEANING,
        "customers": scored["account_id"].n_unique(), "finding": _finding(rows[0], lapsed, defaulted),
    }  # fmt: skip


def judge(name: str, frame: pl.DataFrame, outcomes: pl.DataFrame, today: date) -> Row:
    """One alarm against the outcomes; frame says for each customer and day whether it rang.

    An alarm that begins after something happened to the customer warns of nothing, and is neither right nor false.
    """
    rang = frame.filter("alarm").select("account_id", "day")
    met = outcomes.join(rang, on="account_id").filter(
        (pl.col("day") < pl.col("event")) & (pl.col("day") >= pl.col("event") - pl.duration(days=AHEAD))
    )
    flagged = met.group_by("account_id", "kind").agg(lead=(pl.col("event") - pl.col("day")).max().dt.total_days())
    begun = _begun(frame, today)
    right = _right(begun, outcomes)
    return Row(
        alarm=name,
        lapsed_flagged=flagged.filter(pl.col("kind") == "lapsed").height,
        defaulted_flagged=flagged.filter(pl.col("kind") == "defaulted").height,
        lapsed_lead=_lead(flagged, "lapsed"),
        defaulted_lead=_lead(flagged, "defaulted"),
        false_alarms=begun.height - right,
        precision=right / begun.height if begun.height else None,
    )


def _begun(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Alarms on the day they begin, of customers whom nothing had happened to, early enough to be judged."""
    before = pl.col("alarm").shift(1).over("account_id").fill_null(False)
    return (
        frame.sort("account_id", "day").with_columns(before=before)
        .filter(pl.col("alarm") & ~pl.col("before") & (pl.col("day") <= today - timedelta(AHEAD)))
        .filter((pl.col("day") < pl.col("first_event")).fill_null(True))
        .select("account_id", "day").with_row_index("place")
    )  # fmt: skip


def _right(begun: pl.DataFrame, outcomes: pl.DataFrame) -> int:
    """How many of the alarms were followed by an outcome in time."""
    day, event = pl.col("day"), pl.col("event")
    followed = begun.join(outcomes, on="account_id").filter(
        (event > day) & (event <= day + pl.duration(days=AHEAD))
    )  # fmt: skip
    return int(followed["place"].n_unique())


def _lead(flagged: pl.DataFrame, kind: str) -> float | None:
    days = flagged.filter(pl.col("kind") == kind)["lead"]
    return float(days.median()) if days.len() else None  # type: ignore[arg-type]


def matched(name: str, column: str, like: Row, frame: pl.DataFrame, outcomes: pl.DataFrame, today: date) -> Row:
    """The same of a single measure, with the lowest threshold that gives no more false alarms."""
    known = frame[column].drop_nulls()
    if not known.len():
        return Row(name, 0, 0, None, None, 0, None)
    best: Row | None = None
    for threshold in sorted({known.quantile(step / 40) or 0.0 for step in range(1, 40)}, reverse=True):
        row = judge(name, frame.with_columns(alarm=(pl.col(column) > threshold).fill_null(False)), outcomes, today)
        if row.false_alarms > like.false_alarms:
            break
        best = row
    return best or Row(name, 0, 0, None, None, 0, None)


def _finding(row: Row, lapsed: int, defaulted: int) -> str:
    leads = [lead for lead in (row.lapsed_lead, row.defaulted_lead) if lead is not None]
    early = f", half of them {' and '.join(f'{lead:.0f}' for lead in leads)} days before or earlier" if leads else ""
    return (
        f"At risk was said of {row.lapsed_flagged} of {lapsed} that lapsed and {row.defaulted_flagged} of "
        f"{defaulted} that defaulted{early}; {row.false_alarms} alarms were false."
    )
