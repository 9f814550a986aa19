"""How one customer buys and pays: the days it ordered, what it bought by month, how late it paid each invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.access import may_list, treatment
from accounts.access.fields import Reader
from accounts.frames import rows
from accounts.models import Account

LOOKED_AT = 730  # days back
MOST = 400  # invoices of the chart
FAMILIES = 12
ORDERED = """SELECT order_date, string_agg(coalesce(number, key), ', ' ORDER BY id) FROM accounts_order
    WHERE account_id = %(account)s AND deleted_at IS NULL AND coalesce(status, '') NOT IN ('cancelled', 'draft')
        AND order_date > %(since)s AND order_date <= %(today)s GROUP BY 1 ORDER BY 1"""
# Grain: one row a paid invoice.
PAID = """SELECT coalesce(number, key), paid_date, paid_date - due_date, base_net_amount FROM accounts_invoice
    WHERE account_id = %(account)s AND deleted_at IS NULL AND status = 'paid' AND due_date IS NOT NULL
        AND paid_date > %(since)s AND paid_date <= %(today)s ORDER BY paid_date DESC, id DESC LIMIT %(most)s"""
# Grain: one row a product family and month; amounts in the base currency.
BOUGHT = """SELECT coalesce(p.family, p.name, 'Other'), date_trunc('month', o.order_date)::date,
        sum(l.net_amount * coalesce(o.rate, 1))
    FROM accounts_order o JOIN accounts_orderline l ON l.order_id = o.id AND l.deleted_at IS NULL
    LEFT JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id LEFT JOIN accounts_product p ON p.id = x.product_id
    WHERE o.account_id = %(account)s AND o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('cancelled', 'draft')
        AND o.order_date >= %(first)s AND o.order_date <= %(today)s AND l.net_amount IS NOT NULL
    GROUP BY 1, 2"""


@dataclass(frozen=True)
class PaidInvoice:
    """One invoice: when it was paid and how many days past its due date."""

    number: str
    paid: date
    late: int
    amount: Decimal | None


@dataclass(frozen=True)
class Bought:
    """A product family with its amount of each month, the latest last."""

    family: str
    amounts: Sequence[Decimal]


def order_days(user: Reader, account: Account, *, today: date) -> list[tuple[date, str]] | None:
    """The days of two years on which the customer ordered, with the numbers; None where orders are hidden."""
    if not may_list(user, "order"):
        return None
    since = today - timedelta(days=LOOKED_AT)
    return [(day, numbers) for day, numbers in rows(ORDERED, {"account": account.pk, "since": since, "today": today})]


def paid_invoices(user: Reader, account: Account, *, today: date) -> list[PaidInvoice] | None:
    """The invoices paid within two years, the earliest first; None where invoices are hidden."""
    if not may_list(user, "invoice"):
        return None
    since = today - timedelta(days=LOOKED_AT)
    found = rows(PAID, {"account": account.pk, "since": since, "today": today, "most": MOST})
    return [PaidInvoice(*row) for row in reversed(found)]


def bought_by_month(user: Reader, account: Account, *, today: date) -> tuple[list[date], list[Bought]] | None:
    """Twelve months and what was bought in each, by family, the largest first; None where orders are hidden."""
    if treatment(user, "order") != "full":
        return None
    months = _months(today)
    sums: dict[str, dict[date, Decimal]] = {}
    for family, month, amount in rows(BOUGHT, {"account": account.pk, "first": months[0], "today": today}):
        sums.setdefault(family, {})[month] = amount
    ordered = sorted(sums.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:FAMILIES]
    return months, [Bought(family, [by.get(month, Decimal(0)) for month in months]) for family, by in ordered]


def _months(today: date) -> list[date]:
    place = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(place - 11, place + 1)]
