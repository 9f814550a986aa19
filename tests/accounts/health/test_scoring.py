"""The worked examples of the specification, and what must hold of any customer."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.health.definition import BadDefinition, parse, shipped_document
from accounts.health.measures import NAMES
from accounts.health.scoring import hold_bands, score
from tests.accounts.health.frames import DEFINITION, PERFECT, frame, scored

BEFORE = {
    "beyond_terms": 6, "overdue_share": 8, "cadence": "1.1", "revenue_change": 3, "faulty_orders": 3,
    "severe_tickets": 0, "satisfaction": "4.08", "contact_age": "119.34", "active_people": 3, "outlook": 3,
}  # fmt: skip
AFTER = BEFORE | {
    "beyond_terms": 17, "overdue_share": 31, "cadence": "2.1", "revenue_change": -13, "faulty_orders": "4.7375",
    "severe_tickets": 1, "contact_age": "173.34", "active_people": 2, "outlook": 2,
}  # fmt: skip


def test_worked_example_falls_from_92_to_62() -> None:
    before, after = scored(**BEFORE), scored(**AFTER)
    moves = {name: after["parts"][name] - before["parts"][name] for name in PERFECT}

    assert (round(before["score"], 1), before["band"]) == (Decimal("92.2"), "healthy")
    assert (round(after["score"], 1), after["band"]) == (Decimal("62.4"), "watch")
    assert sum(moves.values()) == after["score"] - before["score"]
    assert round(sum(moves.values()), 2) == Decimal("-29.84")
    assert {name: round(move, 1) for name, move in moves.items()} == {
        "cadence": Decimal("-6.3"), "outlook": Decimal("-5.0"), "severe_tickets": Decimal("-4.0"),
        "overdue_share": Decimal("-3.1"), "revenue_change": Decimal("-3.1"), "beyond_terms": Decimal("-3.1"),
        "contact_age": Decimal("-3.0"), "active_people": Decimal("-1.5"), "faulty_orders": Decimal("-0.7"),
        "satisfaction": Decimal(0),
    }  # fmt: skip


def test_help_desk_down_is_coverage_85() -> None:
    found = scored(**AFTER | {"severe_tickets": None, "satisfaction": None})

    assert (round(found["score"], 1), found["coverage"], found["state"]) == (Decimal("61.5"), 85, "scored")


def test_new_customer_without_orders_gets_no_band() -> None:
    known = {"beyond_terms": 6, "overdue_share": 0, "faulty_orders": 0, "contact_age": 30, "active_people": 2,
             "outlook": 3}  # fmt: skip
    found = scored(**known)

    assert (found["score"], found["coverage"], found["state"], found["band"]) == (
        Decimal("94.5"), 60, "provisional", None,
    )  # fmt: skip


def test_little_known_is_no_number() -> None:
    found = scored(beyond_terms=0, overdue_share=0)

    assert (found["state"], found["coverage"], found["score"], found["uncapped"]) == ("none", 25, None, None)


STOPPED_PAYING = {"beyond_terms": 90, "overdue_share": 75}
STOPPED_ORDERING = {"cadence": 4, "revenue_change": -75}


@pytest.mark.parametrize(
    ("change", "uncapped", "cap", "reason"),
    [
        ({}, 100, None, None),
        (STOPPED_PAYING, 75, 49, "payment"),
        (STOPPED_ORDERING, 75, 49, "rhythm"),
        (STOPPED_PAYING | STOPPED_ORDERING, 50, 49, "payment"),
        ({"severe_tickets": 3}, 90, 64, "tickets"),
        ({"severe_tickets": 3, "satisfaction": 1}, 85, 64, "support"),
        ({"faulty_orders": 30}, 90, 64, "quality"),
        ({"faulty_orders": 30, "severe_tickets": 3, "satisfaction": 1}, 75, 49, "weak"),
        ({"hold": True}, 100, 49, "hold"),
        ({"hold": True, "closed": True}, 100, 20, "closed"),
        ({"outlook": 0, "contact_age": 900, "active_people": 0}, 76, None, None),
    ],
)
def test_caps(change: dict[str, Any], uncapped: int, cap: int | None, reason: str | None) -> None:
    found = scored(**PERFECT | change)

    assert (found["uncapped"], found["cap"], found["cap_reason"]) == (uncapped, cap, reason)
    assert found["score"] == (uncapped if cap is None else cap)


def test_profile_without_rhythm_is_scored_without_orders() -> None:
    known = {name: value for name, value in PERFECT.items() if name not in ("cadence", "revenue_change")}

    assert scored(profile="project", **known)["state"] == "scored"
    assert scored(profile="default", **known)["state"] == "provisional"


def test_pulse_is_a_bar_of_its_own_and_lifts_no_cap() -> None:
    assert scored(**AFTER | {"pulse": -10})["score"] == scored(**AFTER)["score"] - 10
    assert scored(**PERFECT | STOPPED_PAYING | {"pulse": 10})["score"] == 49
    assert scored(**PERFECT | {"pulse": 10})["score"] == 100


@pytest.mark.parametrize(
    ("prior", "score_now", "band"),
    [
        ((None, None, None), "watch", "watch"),
        ((760_000, "healthy", "healthy"), "watch", "healthy"),  # first day below, a small move
        ((740_000, "healthy", "watch"), "watch", "watch"),  # second day in a row
        ((900_000, "healthy", "healthy"), "watch", "watch"),  # a large move
        ((740_000, "watch", "watch"), "watch", "watch"),
    ],
)
def test_bands_change_on_the_second_day_or_on_a_large_move(prior: tuple[Any, ...], score_now: str, band: str) -> None:
    names = ("prior_score", "prior_band", "prior_raw_band")
    found = scored(**PERFECT | {"revenue_change": -75, "outlook": 1, "severe_tickets": 1, "overdue_share": 11}
                   | dict(zip(names, prior, strict=True)))  # fmt: skip

    assert (found["score"], found["raw_band"], found["band"]) == (Decimal("74.867"), score_now, band)


WHOLE = 10_000
INPUT = {
    "beyond_terms": st.integers(-300_000, 2_000_000), "overdue_share": st.integers(0, 1_000_000),
    "cadence": st.integers(0, 60_000), "revenue_change": st.integers(-1_000_000, 3_000_000),
    "faulty_orders": st.integers(0, 1_000_000), "severe_tickets": st.integers(0, 5).map(WHOLE.__mul__),
    "satisfaction": st.integers(10_000, 50_000), "contact_age": st.integers(0, 730).map(WHOLE.__mul__),
    "active_people": st.integers(0, 6).map(WHOLE.__mul__), "outlook": st.integers(0, 3).map(WHOLE.__mul__),
    "tool_score": st.integers(0, 1_000_000), "oldest_overdue": st.integers(0, 120).map(WHOLE.__mul__),
}  # fmt: skip
CUSTOMER = st.fixed_dictionaries(
    {f"input_{name}": st.none() | values for name, values in INPUT.items()}
    | {
        "profile": st.sampled_from(list(DEFINITION.profiles)), "hold": st.booleans(), "closed": st.booleans(),
        "pulse": st.integers(-10, 10),
    }
)  # fmt: skip


SILENT = {"beyond_terms": None, "overdue_share": None, "faulty_orders": None, "satisfaction": None}


def test_what_cannot_apply_leaves_the_band_to_who_fell_silent() -> None:
    idle = {f"idle_{name}": True for name in ("beyond_terms", "overdue_share", "faulty_orders")}
    silent = PERFECT | SILENT | {"cadence": 5, "revenue_change": -100}

    assert (scored(**silent)["state"], scored(**silent)["raw_band"]) == ("provisional", None)
    assert (scored(**silent | idle)["coverage"], scored(**silent | idle)["raw_band"]) == (60, "risk")


@pytest.mark.parametrize(("days", "expected"), [(30, None), (31, 64), (60, 64), (61, 49)])
def test_an_invoice_overdue_for_long_caps(days: int, expected: int | None) -> None:
    assert scored(**PERFECT | {"oldest_overdue": days})["cap"] == expected


def plain_score(curve: tuple[tuple[int, int], ...], value: int) -> int:
    """A curve read with a ruler: exact fractions, half a hundredth up."""
    if value <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if value <= x1:
            exact = y0 + Fraction((y1 - y0) * (value - x0), x1 - x0)
            return int((exact + Fraction(1, 2)).__floor__())
    return curve[-1][1]


@settings(max_examples=40)
@given(st.lists(CUSTOMER, min_size=1, max_size=30))
def test_any_customer_scores_as_a_plain_reckoning_says(customers: list[dict[str, Any]]) -> None:
    columns = {name: pl.Series([row[name] for row in customers]) for name in customers[0]}
    given = frame(*({} for _ in customers)).with_columns(**columns).cast(frame().schema)  # type: ignore[arg-type]
    found = hold_bands(score(given, DEFINITION), DEFINITION)

    assert found.equals(hold_bands(score(given, DEFINITION), DEFINITION))
    for row, customer in zip(found.iter_rows(named=True), customers, strict=True):
        profile = DEFINITION.profiles[customer["profile"]]
        known = {
            name: (profile.weights[place], plain_score(profile.curves[place], customer[f"input_{name}"]))
            for place, name in enumerate(NAMES) if customer[f"input_{name}"] is not None
        }  # fmt: skip
        coverage = sum(weight for weight, _ in known.values())
        parts = [row[f"part_{name}"] for name in NAMES if row[f"part_{name}"] is not None]
        exact = Fraction(sum(weight * points for weight, points in known.values()) * 100, max(coverage, 1))
        assert {name: row[f"score_{name}"] for name in known} == {name: points for name, (_, points) in known.items()}
        assert row["coverage"] == coverage
        assert row["base"] == sum(parts) == (exact + Fraction(1, 2)).__floor__()
        if row["score"] is not None:
            lifted = min(max(row["base"] + customer["pulse"] * 10_000, 0), 1_000_000)
            assert row["uncapped"] == lifted
            assert row["score"] == min([lifted, *([row["cap"] * 10_000] if row["cap"] else [])])
        assert (row["state"] == "none") == (coverage < 40) == (row["score"] is None)
        assert (row["band"] is not None) == (row["state"] == "scored")


def test_definition_names_every_mistake() -> None:
    document = deepcopy(shipped_document())
    document["profiles"][2]["weights"] = {"cadence": 50, "cadense": 40}
    document["profiles"][3]["when"] = {"colour": "red"}
    document["curves"]["outlook"] = {"1": 130}
    document["caps"].append({"at": 50, "component": "outlook", "upto": 10})
    document["extra"] = 1

    with pytest.raises(BadDefinition) as refused:
        parse(document, 0)

    assert str(refused.value).splitlines() == [
        "nobody reads `extra`",
        "profile key: there is no measure `cadense`",
        "profile key: weights sum to 90, not 100",
        "profile default: no condition `colour`; there are newer_than_days, project_orders_from, segments, tags",
        "the last profile must hold for everybody: `when: {}`",
        "curve outlook: at least two points `input: score`, scores between 0 and 100",
        "cap 13: `outlook` never caps; payment, rhythm, quality, support may",
    ]
