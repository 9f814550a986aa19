"""Amounts are worth what the rate of their day says, for any rates and any days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.policies.company import Rate, Reference
from syncengine.publish.rates import with_base_amounts

TODAY = date(2026, 3, 1)
DAYS = st.dates(date(2025, 1, 1), date(2026, 3, 1))
RATES = st.lists(
    st.tuples(st.sampled_from(["USD", "CHF"]), DAYS, st.decimals("0.0001", "99", places=4)), max_size=8,
    unique_by=lambda rate: rate[:2],
)  # fmt: skip
PAPERS = st.lists(
    st.tuples(st.sampled_from(["EUR", "USD", "CHF", "XXX"]), st.none() | DAYS, st.decimals(-9999, 9999, places=2)),
    min_size=1, max_size=8,
)  # fmt: skip


def _plain_rate(currency: str, on: date, rates: list[tuple[str, date, Decimal]]) -> Decimal | None:
    """One for our own currency, else the last rate by the day, else the first there is."""
    if currency == "EUR":
        return Decimal(1)
    known = sorted((day, rate) for of, day, rate in rates if of == currency)
    before = [rate for day, rate in known if day <= on]
    return before[-1] if before else known[0][1] if known else None


@settings(max_examples=60)
@given(rates=RATES, papers=PAPERS)
def test_amounts_are_converted_at_the_rate_of_their_day(rates, papers):
    reference = Reference(base_currency="EUR", rates=tuple(Rate(*rate) for rate in rates))
    frame = pl.DataFrame(
        {"currency": [paper[0] for paper in papers], "order_date": [paper[1] for paper in papers],
         "net_amount": [paper[2] for paper in papers]},
        schema={"currency": pl.String, "order_date": pl.Date, "net_amount": pl.Decimal(38, 6)},
    )  # fmt: skip
    found = with_base_amounts("order", frame, reference, today=TODAY)
    for row, (currency, day, amount) in zip(found.iter_rows(named=True), papers, strict=True):
        rate = _plain_rate(currency, day or TODAY, rates)
        assert row["rate"] == rate
        assert row["base_net_amount"] == (None if rate is None else amount * rate)


def test_a_rate_from_tomorrow_changes_nothing_today():
    rates = (Rate("USD", TODAY, Decimal("0.5")), Rate("USD", TODAY + timedelta(days=1), Decimal("0.9")))
    frame = pl.DataFrame({"currency": ["USD"], "order_date": [TODAY], "net_amount": [Decimal(10)]})
    found = with_base_amounts("order", frame, Reference(base_currency="EUR", rates=rates), today=TODAY)
    assert found["base_net_amount"].to_list() == [Decimal(5)]
