"""Rules tried on our own history: how often they would have fired, for whom, and how early of those who went.

Documents are asked as of each past day, health by its rows of those days. Looked at once a week, so what came and went
between two looks is missed; revenue floors are those of today, since no past day's summary is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.db import transaction

from accounts.alerts.conditions import CONDITIONS, statement
from accounts.alerts.rules import AlertRules
from accounts.frames import execute, read, rows
from accounts.golden import touched
from accounts.golden.touched import TABLE
from accounts.health.outcomes import read_outcomes

EVERY, AHEAD, SAMPLE = 7, 180, 2_000
FOUND = {"account_id": pl.Int64(), "subject": pl.String()}
SEEN = {"rule": pl.String(), "look": pl.Int64(), **FOUND}
LIVE = "FROM accounts_account WHERE merged_into_id IS NULL AND record_count > 0"
HEALTH = "alert_health_then"
HEALTH_THEN = f"""
    CREATE TEMP TABLE {HEALTH} ON COMMIT DROP AS
    SELECT d.*, (SELECT p.band FROM accounts_healthday p WHERE p.account_id = d.account_id
        AND p.day <= %(day)s::date - {EVERY} ORDER BY p.day DESC LIMIT 1) AS prior_band
    FROM {TABLE} t CROSS JOIN LATERAL (SELECT * FROM accounts_healthday h WHERE h.account_id = t.account_id
        AND h.day <= %(day)s ORDER BY h.day DESC LIMIT 1) d"""


@dataclass(frozen=True)
class Tried:
    """One rule on history; `lead` is the median of days before what happened."""

    rule: str
    label: str
    alerts: int
    customers: int
    most_in_a_week: int
    flagged: int
    lead: float | None


@dataclass(frozen=True)
class Trial:
    """Rules on history: `gone` customers lapsed or defaulted in these days, `flagged` of them by any rule."""

    since: date
    until: date
    looked_at: int
    customers: int
    gone: int
    flagged: int
    lead: float | None
    alerts: int
    weeks_over_budget: int
    rows: tuple[Tried, ...]

    @property
    def sampled(self) -> bool:
        """Whether only some of the customers were looked at."""
        return self.looked_at < self.customers


def try_rules(rules: AlertRules, *, today: date, days: int = 90, sample: int = SAMPLE) -> Trial:
    """What these rules would have sent in the last days; changes nothing."""
    looks = [today - timedelta(back) for back in range(days // EVERY * EVERY, -1, -EVERY)]
    with transaction.atomic():
        customers = rows(f"SELECT count(*) {LIVE}")[0][0]
        looked_at = _touch(customers, sample)
        found = pl.concat([pl.DataFrame(schema=SEEN), *_looks(rules, looks)])
        chosen = read(f"SELECT account_id FROM {TABLE}", {"account_id": pl.Int64()})
        gone = read_outcomes(looks[0] + timedelta(1), today).join(chosen, on="account_id", how="semi")
        execute(f"DROP TABLE IF EXISTS {HEALTH}")
    begun = begin(found, rules).with_columns(day=pl.lit(looks[0]) + pl.duration(days=pl.col("look") * EVERY))
    told = [_tried(name, rules, begun.filter(pl.col("rule") == name), gone) for name in CONDITIONS]
    by_week = begun.group_by("look").agg(pl.col("account_id").n_unique())["account_id"]
    budget = looked_at * rules.budget_percent / 100
    met = _flagged(begun, gone)
    return Trial(
        looks[0], today, looked_at, customers, gone["account_id"].n_unique(),
        met["account_id"].n_unique(), _median(met), begun.height, int((by_week > budget).sum()), tuple(told),
    )  # fmt: skip


def _touch(customers: int, sample: int) -> int:
    """Name all customers or an even sample of them; how many."""
    touched.begin()
    step = max(-(-customers // sample), 1)
    touched.touch(f"SELECT id {LIVE} AND id %% %s = 0", [step])
    touched.settle()
    return int(rows(f"SELECT count(*) FROM {TABLE}")[0][0])


def _looks(rules: AlertRules, looks: list[date]) -> Iterator[pl.DataFrame]:
    for place, day in enumerate(looks):
        execute(f"DROP TABLE IF EXISTS {HEALTH}")
        execute(HEALTH_THEN, {"day": day})
        for name in CONDITIONS:
            if rules.rules[name].on:
                query = f"SELECT f.account_id, f.subject FROM ({statement(rules.rules[name], health=HEALTH)}) f"
                yield read(query, FOUND, {"today": day}).select(  # type: ignore[arg-type]
                    pl.lit(name).alias("rule"), pl.lit(place, dtype=pl.Int64).alias("look"), *FOUND
                )


def begin(found: pl.DataFrame, rules: AlertRules) -> pl.DataFrame:
    """Where an alert would have opened: found now and not at the look before, past the cool-down; the first look is
    the ground the others are told from."""
    subject = ["rule", "account_id", "subject"]
    gap = pl.col("look") - pl.col("look").shift(1).over(subject)
    cool = pl.col("gap").is_null() | ((pl.col("gap") > 1) & ((pl.col("gap") - 1) * EVERY >= rules.cool_down_days))
    begun = found.unique().sort(*subject, "look").with_columns(gap=gap).filter(cool & (pl.col("look") > 0))
    fast = begun.filter(pl.col("rule") == "fast_drop").select("account_id", fast="look")
    weeks = rules.rules["slow_bleed"].settings["days"] // EVERY
    told_fast = begun.filter(pl.col("rule") == "slow_bleed").join(fast, on="account_id").filter(
        (pl.col("fast") <= pl.col("look")) & (pl.col("fast") > pl.col("look") - weeks)
    )  # fmt: skip
    return begun.join(told_fast.select("rule", "account_id", "look"), on=["rule", "account_id", "look"], how="anti")


def _tried(name: str, rules: AlertRules, begun: pl.DataFrame, gone: pl.DataFrame) -> Tried:
    flagged = _flagged(begun, gone)
    weekly = begun.group_by("look").len()["len"]
    return Tried(
        name, rules.rules[name].label, begun.height, begun["account_id"].n_unique(),
        int(weekly.max() or 0), flagged["account_id"].n_unique(), _median(flagged),  # type: ignore[arg-type]
    )  # fmt: skip


def _median(flagged: pl.DataFrame) -> float | None:
    return float(flagged["lead"].median()) if flagged.height else None  # type: ignore[arg-type]


def _flagged(begun: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Those of the gone whom an alert told of in the days before, with the earliest."""
    met = gone.join(begun.select("account_id", "day"), on="account_id").filter(
        (pl.col("day") < pl.col("event")) & (pl.col("day") >= pl.col("event") - pl.duration(days=AHEAD))
    )
    return met.group_by("account_id", "kind").agg(lead=(pl.col("event") - pl.col("day")).max().dt.total_days())
