"""Charts: data in, figure and words out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.charts.ageing import ageing_finding, ageing_parts
from dashboards.charts.revenue import revenue_chart
from dashboards.charts.sankey import flow_chart
from dashboards.charts.sparkline import HEIGHT, sparkline_paths

AMOUNTS = st.lists(st.decimals(0, 10**9, places=2), min_size=5, max_size=5)


@given(AMOUNTS)
def test_ageing_parts_sum_to_what_is_open(amounts: list[Decimal]) -> None:
    parts = ageing_parts(amounts)

    assert sum(part.amount for part in parts) == sum(amounts)
    assert sum(part.share for part in parts) == pytest.approx(100 if sum(amounts) else 0)


@pytest.mark.parametrize(
    ("amounts", "finding"),
    [
        ([0, 0, 0, 0, 0], "Nothing is open"),
        ([9, 0, 0, 0, 0], "Everything open is within terms"),
        ([5, 0, 5, 0, 0], "50 % of what is open is overdue, most of it 31–60 d"),
    ],
)
def test_ageing_finding_says_what_the_bar_shows(amounts: list[int], finding: str) -> None:
    assert ageing_finding(ageing_parts([Decimal(amount) for amount in amounts])) == finding


def test_revenue_chart_sets_this_year_beside_the_last() -> None:
    chart = revenue_chart([Decimal(100)] * 12 + [Decimal(120)] * 11 + [Decimal(150)], date(2026, 11, 1), "EUR")

    assert chart is not None
    assert chart.finding == "November was the strongest month"
    assert chart.rows[0] == (date(2025, 12, 1), Decimal(120), Decimal(100))
    assert chart.rows[-1][0] == date(2026, 11, 1)


def test_revenue_chart_of_a_new_customer_has_no_year_before() -> None:
    chart = revenue_chart([Decimal(5)] * 3, date(2026, 2, 1), "EUR")

    assert chart is not None
    assert [row[2] for row in chart.rows] == [None, None, None]


def test_revenue_chart_of_nothing_is_none() -> None:
    assert revenue_chart([Decimal(0)] * 24, date(2026, 2, 1), "EUR") is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_sparkline_stays_within_its_box(values: list[float]) -> None:
    paths = sparkline_paths(values)

    if paths is not None:
        assert 0 <= float(paths.end[1]) <= HEIGHT


@pytest.mark.parametrize(
    ("seen", "places"), [(("Won", "Ordered", "Paid"), [0.001, 0.249, 0.999]), (("Ordered", "Paid"), [0.001, 0.999])]
)
def test_money_flows_from_the_left_edge_whatever_the_reader_may_see(seen: tuple[str, ...], places: list[float]) -> None:
    stages = [(name, Decimal(10), Decimal(10)) for name in seen]
    parts = [(start, end, Decimal(10)) for start, end in pairwise(seen)]

    chart = flow_chart(stages, parts, "EUR")

    assert chart is not None
    assert chart.sankey["data"][0]["node"]["x"] == places
