"""Measured inputs as people write them, for scoring without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from accounts.health.definition import Definition, parse, shipped_document
from accounts.health.measures import NAMES
from accounts.health.scoring import FACTS, INPUTS, hold_bands, score

DEFINITION = parse(shipped_document(), 1)
PERFECT: dict[str, Any] = {
    "beyond_terms": 0, "overdue_share": 0, "cadence": 1, "revenue_change": 5, "faulty_orders": 0,
    "severe_tickets": 0, "satisfaction": 5, "contact_age": 10, "active_people": 3, "outlook": 3,
}  # fmt: skip


def frame(*customers: dict[str, Any]) -> pl.DataFrame:
    """A frame to be scored; a measure that isn't named has no data."""
    rows = [_row(customer) for customer in customers]
    schema = dict.fromkeys(INPUTS, pl.Int64()) | FACTS
    schema |= {"prior_score": pl.Int64(), "prior_band": pl.String(), "prior_raw_band": pl.String()}
    return pl.DataFrame(rows, schema=schema)


def _row(customer: dict[str, Any]) -> dict[str, Any]:
    known = {f"input_{name}": customer.get(name) for name in NAMES}
    inputs = {name: None if value is None else int(Decimal(str(value)) * 10_000) for name, value in known.items()}
    facts = dict.fromkeys(FACTS, False) | {"profile": "default", "pulse": 0}
    prior = {"prior_score": None, "prior_band": None, "prior_raw_band": None}
    return inputs | {name: customer.get(name, value) for name, value in (facts | prior).items()}


def scored(definition: Definition = DEFINITION, **customer: Any) -> dict[str, Any]:
    """One customer scored; points as decimals."""
    found = hold_bands(score(frame(customer), definition), definition).row(0, named=True)
    for name in ("score", "uncapped"):
        found[name] = None if found[name] is None else Decimal(found[name]) / 10_000
    found["base"] = Decimal(found["base"]) / 10_000
    found["parts"] = {name: _points(found[f"part_{name}"]) for name in NAMES}
    return found


def _points(part: int | None) -> Decimal | None:
    return None if part is None else Decimal(part) / 10_000
