"""The back-test on a company small enough to judge by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from accounts.health.backtest import compare

TODAY = date(2026, 11, 1)
DAYS = [TODAY - timedelta(30 * back) for back in range(18, 0, -1)]


def told(account: int, *rings: int, silent_since: int = 0) -> list[dict[str, object]]:
    """Eighteen looks at a customer: at risk on those numbered, and its last order so many looks ago from then on."""
    return [
        {
            "account_id": account, "day": day, "raw_band": "risk" if place in rings else "healthy",
            "last_order": DAYS[min(place, silent_since or place)], "input_cadence": 10_000, "input_oldest_overdue": 0,
        }
        for place, day in enumerate(DAYS)
    ]  # fmt: skip


def event(account: int, kind: str, place: int, days: int = 10) -> dict[str, object]:
    return {"account_id": account, "kind": kind, "event": DAYS[place] + timedelta(days)}


@pytest.fixture
def table() -> dict[str, object]:
    """One lapse told two looks before, one default not told, a false alarm, and one after all was over."""
    scored = told(1, 5, 6, silent_since=3) + told(2) + told(3, 4, 5, 8) + told(4, 7)
    history = [event(1, "lapsed", 6), event(2, "defaulted", 9), event(4, "lapsed", 2), event(4, "defaulted", 0, -90)]
    return compare(pl.DataFrame(scored), pl.DataFrame(history), DAYS[0], TODAY)


def test_flags_leads_and_false_alarms_are_counted(table: dict[str, object]) -> None:
    row = table["rows"][0]  # type: ignore[index]

    assert (table["lapsed"], table["defaulted"], table["customers"]) == (2, 1, 4)
    assert (row["lapsed_flagged"], row["lapsed_lead"], row["defaulted_flagged"]) == (1, 40.0, 0)
    assert (row["false_alarms"], row["precision"]) == (2, 1 / 3)


def test_baselines_ring_no_more_falsely(table: dict[str, object]) -> None:
    mine, *others = table["rows"][:4]  # type: ignore[index]

    assert all(row["false_alarms"] <= mine["false_alarms"] for row in others)
    assert others[0]["lapsed_flagged"] == 1  # days since the last order alone sees the same lapse
