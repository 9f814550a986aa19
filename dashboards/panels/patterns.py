"""Sections about how a customer buys and pays: its rhythm, what it bought by month, how late it pays."""

from __future__ import annotations

from typing import Any

from accounts.selectors import patterns
from dashboards.charts.heat import heat_finding, heat_rows
from dashboards.charts.payments import payment_chart
from dashboards.charts.rhythm import rhythm_chart
from dashboards.panels.section import Panel, Reading, class_of, rows_of


def _rhythm(reading: Reading) -> Any:
    days = patterns.order_days(reading.user, reading.customer.account, today=reading.today)
    return None if days is None else {"chart": rhythm_chart(days, reading.today)}


def _bought(reading: Reading) -> Any:
    found = patterns.bought_by_month(reading.user, reading.customer.account, today=reading.today)
    if found is None:
        return None
    months, families = found
    rows = heat_rows([(row.family, row.amounts) for row in families])
    return {"months": months, "rows": rows, "finding": heat_finding(rows)}


def _pays(reading: Reading) -> Any:
    paid = patterns.paid_invoices(reading.user, reading.customer.account, today=reading.today)
    if paid is None:
        return None
    return {"chart": payment_chart([(row.paid, row.late, row.number) for row in paid]), "count": len(paid)}


PANELS = (
    Panel("rhythm", "Order rhythm", "dashboards/customer/_rhythm.html", _rhythm, rows_of("order")),
    Panel("bought", "What they buy", "dashboards/customer/_bought.html", _bought, class_of("order")),
    Panel("pays", "When they pay", "dashboards/customer/_pays.html", _pays, rows_of("invoice")),
)
