"""Account statements on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.receivables import Statement
from accounts.receivables.statement import HEADS, Part
from dashboards.pdf.sheet import Sheet

SHOWN = (0, 1, 2, 3, 4, 5, 6)  # the currency stands in the heading
NUMERIC = (4, 5, 6)


def statement_pdf(statement: Statement, *, printed_by: str) -> bytes:
    """The statement as a document, one table a currency."""
    account = statement.account
    subtitle = f"Statement of account as of {statement.as_of:%d %B %Y}"
    sheet = Sheet(title=account.legal_name or str(account), subtitle=subtitle, foot=f"Printed by {printed_by}")
    known = (("Customer number", account.customer_number), ("Terms", account.payment_terms))
    sheet.facts("Account", [(label, str(value)) for label, value in known if value])
    for part in statement.parts:
        _part(sheet, part)
    if not statement.parts:
        sheet.lines("Open items", ["Nothing is open."])
    return sheet.render()


def _part(sheet: Sheet, part: Part) -> None:
    rows = [[_text(item.cells[place]) for place in SHOWN] for item in part.items]
    rows.append(["Balance", "", "", "", "", "", _text(part.balance)])
    sheet.table(f"Open items in {part.currency}", [HEADS[place] for place in SHOWN], rows, NUMERIC)
    aged = " · ".join(f"{label}: {_text(amount)}" for label, amount in part.buckets.items())
    sheet.note(f"Overdue {_text(part.overdue)} {part.currency}. {aged}")


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
