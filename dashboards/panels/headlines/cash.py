"""Headlines on what is owed and what may be sold on credit."""

from __future__ import annotations

from decimal import Decimal

from dashboards.panels.headlines.headline import Headline
from dashboards.panels.section import Reading
from dashboards.templatetags.figures import day, money, number, percent, short_money

LIGHTS = {
    "hold": ("On hold", "bad"),
    "near": ("Near the limit", "warn"),
    "free": ("Free", "ok"),
    "unlimited": ("No limit set", ""),
}
CHIPS = {"hold": ("Credit hold", "bad"), "near": ("Near credit limit", "warn"), "free": ("Credit available", "ok")}
NEAR, FULL = 80, 100
ZERO = Decimal(0)


def credit_chip(reading: Reading) -> tuple[str, str] | None:
    """Whether we can sell on credit, in two words and a tone; None where no limit says."""
    if (reading.figures.get("limit_used") or ZERO) > FULL and reading.figures.get("credit_light") == "near":
        return "Over credit limit", "bad"
    return CHIPS.get(reading.figures.get("credit_light") or "")


def credit(reading: Reading) -> Headline:
    """Whether we can sell on credit, and how much where the role sees it."""
    figures = reading.figures
    word, tone = LIGHTS.get(figures.get("credit_light") or "", ("—", ""))
    free = figures.get("available_credit")
    note = f"{short_money(free, reading.currency)} available" if free else ""
    return Headline("Credit", word, tone=tone, note="Orders wait for release" if tone == "bad" else note)


def exposure(reading: Reading) -> Headline:
    """What the customer may cost us, as a share of its limit."""
    figures, currency = reading.figures, reading.currency
    value, used = figures.get("exposure") or ZERO, figures.get("limit_used")
    if used is None:
        return Headline("Exposure", short_money(value, currency), money(value, currency), "No limit set")
    free = figures.get("available_credit")
    note = f"{number(used)} % of the limit"
    note += f" · {short_money(abs(free), currency)} {'free' if free >= 0 else 'over'}" if free is not None else ""
    tone = "bad" if used > FULL or figures.get("credit_light") == "hold" else "warn" if used >= NEAR else ""
    return Headline("Exposure", short_money(value, currency), money(value, currency), note, tone, used=min(used, FULL))


def net_receivable(reading: Reading) -> Headline:
    """Open invoices less money received but not yet applied."""
    figures, currency = reading.figures, reading.currency
    open_, unapplied = figures.get("open_receivable") or ZERO, figures.get("unapplied_cash") or ZERO
    note = f"{short_money(open_, currency)} open · {short_money(unapplied, currency)} unapplied"
    net = open_ - unapplied
    return Headline("Net receivable", short_money(net, currency), money(net, currency), note)


def overdue(reading: Reading) -> Headline:
    """What is past its due date, and its share of what is open."""
    figures, currency = reading.figures, reading.currency
    late, open_ = figures.get("overdue_receivable") or ZERO, figures.get("open_receivable") or ZERO
    note = f"{_share(late, open_)} of {short_money(open_, currency)} open" if open_ else "Nothing open"
    return Headline("Overdue", short_money(late, currency), money(late, currency), note, "bad" if late else "")


def overdue_share(reading: Reading) -> Headline:
    """The share first, for who asks how sound the money is rather than whom to call."""
    figures, currency = reading.figures, reading.currency
    late, open_ = figures.get("overdue_receivable") or ZERO, figures.get("open_receivable") or ZERO
    if not open_:
        return Headline("Overdue", "0 %", note="Nothing open")
    note = f"{short_money(late, currency)} of {short_money(open_, currency)} open"
    tone = "bad" if late * 4 > open_ else "warn" if late else ""
    return Headline("Overdue", _share(late, open_), note=note, tone=tone)


def _share(late: Decimal, whole: Decimal) -> str:
    """Never nothing where something is late."""
    return "Under 1 %" if 0 < late < whole / 100 else percent(late / whole)


def oldest(reading: Reading) -> Headline:
    """Age of the oldest open invoice past its due date."""
    due = reading.figures.get("oldest_due_date")
    days = (reading.today - due).days if due else 0
    if days <= 0:
        return Headline("Oldest overdue", "None", note="Every open invoice is within terms")
    return Headline("Oldest overdue", f"{days} d", note=f"Due {day(due)}", tone="bad" if days > 60 else "warn")


def dso(reading: Reading) -> Headline:
    """Days of sales still owed, beside what was agreed."""
    value, terms = reading.figures.get("days_sales_outstanding"), reading.customer.values.get("payment_terms")
    if value is None:
        return Headline("DSO, 90 days", "—", note="Nothing billed in 90 days")
    return Headline("DSO, 90 days", f"{number(value)} d", note=f"Terms: {terms}" if terms else "No terms on record")


def beyond_terms(reading: Reading) -> Headline:
    """How many days past its due dates the customer pays."""
    value = reading.figures.get("days_beyond_terms")
    if value is None:
        return Headline("Days beyond terms", "—", note="Needs three invoices")
    tone = "bad" if value > 30 else "warn" if value > 15 else ""
    return Headline("Days beyond terms", f"{number(value)} d", note="Weighted, with what is overdue today", tone=tone)


def overdue_yes_no(reading: Reading) -> Headline:
    """Whether anything is overdue, for roles that see no amounts."""
    late = reading.figures.get("has_overdue")
    note = "Amounts are hidden for your role" if late else ""
    return Headline("Overdue invoices", "Yes" if late else "No", tone="warn" if late else "", note=note)
