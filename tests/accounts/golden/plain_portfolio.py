"""What the receivables of several customers say together, told again from their documents as finance defines it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from accounts.models import Account
from tests.accounts.golden.plain_documents import ZERO
from tests.accounts.golden.plain_money import money


def portfolio(accounts: Iterable[Account], today: date) -> dict[str, Decimal | None]:
    """Each headline by its name; None where nothing was billed in the window, or nothing could be collected."""
    each = [money(account, today) for account in accounts]

    def total(name: str) -> Decimal:
        return sum((told[name] or ZERO for told in each), ZERO)

    owed, current, late = (total(name) for name in ("open_receivable", "not_due", "overdue_receivable"))
    billed = total("credit_sales_90d")
    at_hand = total("opening_receivable") + billed
    return {
        "portfolio_receivable": owed,
        "portfolio_overdue_share": late / owed * 100 if owed else None,
        "portfolio_dso": owed / billed * 90 if billed > 0 else None,
        "portfolio_bpdso": current / billed * 90 if billed > 0 else None,
        "portfolio_add": late / billed * 90 if billed > 0 else None,
        "portfolio_cei": (at_hand - owed) / (at_hand - current) * 100 if at_hand > current else None,
        "portfolio_backlog": total("backlog"),
        "portfolio_unbilled": total("shipped_not_invoiced"),
        "net": owed - total("open_credits") - total("unapplied_cash"),
    }
