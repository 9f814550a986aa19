"""What other profiles would change, before they are applied: everybody scored by both, in sets, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import transaction

from accounts.health.definition import Definition, parse
from accounts.health.inputs import measure
from accounts.health.past import rounds
from accounts.health.renewal import name_subjects, read_measured
from accounts.health.scoring import POINT, score
from accounts.health.staleness import stale_sources
from accounts.health.versions import current_definition
from accounts.models import Account

KEPT = "SELECT account_id, %s::date AS day FROM accounts_accounthealth WHERE account_id > %s AND account_id <= %s"
NO_BAND = "no band"
COMPARED = {
    "account_id": pl.Int64(), "band_before": pl.String(), "score_before": pl.Float64(), "band_after": pl.String(),
    "score_after": pl.Float64(),
}  # fmt: skip
SHOWN = 10


@dataclass(frozen=True)
class Turn:
    """A customer whose band would change."""

    account_id: int
    name: str
    before: str
    after: str
    score_before: float | None
    score_after: float | None


@dataclass(frozen=True)
class Plan:
    """Customers by band now and then; the largest falls first."""

    customers: int
    changed: int
    bands: dict[tuple[str, str], int]
    mean_move: float
    turns: tuple[Turn, ...]


def plan_definition(*, document: Mapping[str, Any], today: date, at: datetime) -> Plan:
    """What applying a document would do to the bands of today; raises BadDefinition where it cannot be used."""
    wanted, current = parse(document, 0), current_definition()
    found = [pl.DataFrame(schema=COMPARED)]
    for after, upto in rounds():
        with transaction.atomic():
            if name_subjects(KEPT, [today, after, upto]):
                found.append(_scored(current, at, "before").join(_scored(wanted, at, "after"), on="account_id"))
    return _plan(pl.concat(found))


def _scored(definition: Definition, at: datetime, side: str) -> pl.DataFrame:
    measure(definition, stale_sources(at, definition.stale_after))
    frame = score(read_measured({}), definition)
    return frame.select(
        "account_id", pl.col("raw_band").fill_null(NO_BAND).alias(f"band_{side}"),
        (pl.col("score") / POINT).alias(f"score_{side}"),
    )  # fmt: skip


def _plan(compared: pl.DataFrame) -> Plan:
    turned = compared.filter(pl.col("band_before") != pl.col("band_after"))
    counts = compared.group_by("band_before", "band_after").len().sort("band_before", "band_after")
    moved = (compared["score_after"] - compared["score_before"]).mean()
    falls = turned.with_columns(fall=pl.col("score_after") - pl.col("score_before"))
    first = falls.sort("fall", "account_id", nulls_last=True).head(SHOWN)
    names = dict(Account.objects.filter(pk__in=first["account_id"].to_list()).values_list("pk", "name"))
    turns = tuple(
        Turn(row["account_id"], names.get(row["account_id"], ""), row["band_before"], row["band_after"],
             row["score_before"], row["score_after"])
        for row in first.iter_rows(named=True)
    )  # fmt: skip
    bands = {(before, after): count for before, after, count in counts.iter_rows()}
    return Plan(compared.height, turned.height, bands, float(moved or 0), turns)  # type: ignore[arg-type]
