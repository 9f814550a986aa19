"""Charts of how a customer buys and pays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from dashboards.charts.heat import heat_finding, heat_rows
from dashboards.charts.payments import payment_chart
from dashboards.charts.rhythm import rhythm_chart

TODAY = date(2026, 11, 21)


def _days(*back: int) -> list[tuple[date, str]]:
    return [(TODAY - timedelta(days=days), f"SO-{days}") for days in back]


def test_rhythm_expects_the_next_order_after_the_usual_days() -> None:
    chart = rhythm_chart(_days(100, 70, 40, 10), TODAY)

    assert chart is not None
    assert (chart.usual, chart.due, chart.finding) == (30, date(2026, 12, 11), "Orders every 30 days and is on rhythm")


def test_rhythm_says_that_a_customer_is_late() -> None:
    chart = rhythm_chart(_days(190, 160, 130, 100), TODAY)

    assert chart is not None
    assert chart.finding == "Usually orders every 30 days; the last was 100 days ago"


def test_rhythm_needs_four_orders() -> None:
    chart = rhythm_chart(_days(70, 40, 10), TODAY)

    assert chart is not None
    assert (chart.usual, chart.band, rhythm_chart([], TODAY)) == (None, None, None)


def test_payments_tell_whether_they_come_later_than_before() -> None:
    points = [(TODAY + timedelta(days=n), late, f"I{n}") for n, late in enumerate([0, 2, 1, 20, 22, 24])]

    chart = payment_chart(points)

    assert chart is not None
    assert chart.finding == "Pays 22 days late, 21 days later than before"
    assert [number for *_, number in chart.rows] == ["I5", "I4", "I3", "I2", "I1", "I0"]
    assert payment_chart(points[:2]) is None


def test_heat_names_the_line_that_stopped_and_keeps_every_amount() -> None:
    steady, gone = [Decimal(10)] * 12, [Decimal(40)] * 5 + [Decimal(0)] * 7

    rows = heat_rows([("Pumps", steady), ("Seals", gone)])

    assert [(row.total, row.stopped) for row in rows] == [(120, False), (200, True)]
    assert [depth for _, depth in rows[1].cells] == [4] * 5 + [0] * 7
    assert heat_finding(rows) == "Seals not bought for 4 months"
    assert heat_finding([]) == "Nothing was bought in twelve months"
