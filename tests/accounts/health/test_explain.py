"""Parts of a change add up exactly, and tell data from business; what would move a score."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.health.explain import change_between, lines_of
from accounts.health.measures import NAMES
from accounts.health.moves import list_moves
from accounts.health.reckoning import Facts, total_of
from accounts.health.scoring import score
from accounts.models import Account, HealthDay
from tests.accounts.health.frames import DEFINITION, PERFECT, frame, scored
from tests.accounts.health.test_scoring import AFTER, BEFORE, CUSTOMER

START, END = date(2026, 2, 1), date(2026, 3, 1)


def row_of(**customer: Any) -> HealthDay:
    """A row of history as a renewal writes it."""
    return row_from(scored(**customer))


def row_from(found: dict[str, Any]) -> HealthDay:
    return HealthDay(
        profile=found["profile"], version=1, state=found["state"], score=found["score"], uncapped=found["uncapped"],
        coverage=found["coverage"], cap=found["cap"], cap_reason=found["cap_reason"], pulse=found["pulse"],
        inputs=[found[f"input_{name}"] for name in NAMES], scores=[found[f"score_{name}"] for name in NAMES],
        parts=[found[f"part_{name}"] for name in NAMES],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 1 is what is shipped, without a database."""
    monkeypatch.setattr("accounts.health.explain.definition_of", lambda number: DEFINITION)


def test_worked_example_is_told_bar_by_bar() -> None:
    change = change_between(row_of(**BEFORE), row_of(**AFTER), START, END)

    assert change is not None
    assert sum(part.points for part in change.parts) == change.moved
    assert [(part.name, round(part.points, 1)) for part in change.drivers[:3]] == [
        ("cadence", Decimal("-6.3")), ("outlook", Decimal("-5.0")), ("severe_tickets", Decimal("-4.0")),
    ]  # fmt: skip
    assert change.by_data == 0


def test_help_desk_down_is_a_change_of_data_alone() -> None:
    down = row_of(**AFTER | {"severe_tickets": None, "satisfaction": None})
    change = change_between(row_of(**AFTER), down, START, END)

    assert change is not None
    assert change.by_data == change.moved != 0
    assert [part.note for part in change.parts if part.kind == "data"] == [
        "no longer measured: Severe or late tickets, Satisfaction"
    ]


def test_cap_is_a_bar_of_its_own() -> None:
    stopped = {"beyond_terms": 90, "overdue_share": 75}
    change = change_between(row_of(**PERFECT), row_of(**PERFECT | stopped), START, END)

    assert change is not None
    assert {part.name: part.points for part in change.parts if part.points} == {
        "beyond_terms": -15, "overdue_share": -10, "cap": -26,
    }  # fmt: skip


@settings(max_examples=30)
@given(st.lists(CUSTOMER, min_size=2, max_size=8))
def test_any_change_adds_up_and_one_scores_as_many(customers: list[dict[str, Any]]) -> None:
    given = frame(*({} for _ in customers))
    for name in customers[0]:
        given = given.with_columns(pl.Series(name, [row[name] for row in customers], dtype=given.schema[name]))
    found = list(score(given, DEFINITION).iter_rows(named=True))
    rows = []
    for raw in found:
        facts = Facts([raw[f"input_{name}"] for name in NAMES], raw["hold"], raw["closed"], raw["pulse"])
        assert total_of(facts, DEFINITION.profiles[raw["profile"]], DEFINITION) == raw["score"]
        points = {name: None if raw[name] is None else Decimal(raw[name]) / 10_000 for name in ("score", "uncapped")}
        rows.append(row_from(raw | points))
    for before, after in pairwise(rows):
        change = change_between(before, after, START, END)
        if change is not None:
            assert sum(part.points for part in change.parts) == change.moved
        told = lines_of(after)
        assert sum((line.points or Decimal(0)) for line in told) == Decimal(sum(p or 0 for p in after.parts)) / 10_000


@pytest.mark.django_db
def test_moves_are_the_cheapest_that_help() -> None:
    row = row_of(**AFTER | {"overdue_share": None})
    facts = Facts(row.inputs)
    moves = list_moves(Account(pk=1), facts, DEFINITION.profiles["default"], DEFINITION, END)

    assert [move.action for move in moves] == ["Move the open deal on", "Talk to them"]
