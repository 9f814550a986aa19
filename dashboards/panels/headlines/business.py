"""Headlines on what is sold: revenue, margin, deals and orders."""

from __future__ import annotations

from decimal import Decimal

from dashboards.panels.headlines.headline import Headline, counted
from dashboards.panels.section import Reading
from dashboards.templatetags.figures import ago, day, money, number, percent, short_money


def revenue(reading: Reading) -> Headline:
    """Net invoiced of the last twelve months against the twelve before."""
    figures, currency = reading.figures, reading.currency
    value, previous = figures.get("revenue_ttm"), figures.get("revenue_previous")
    delta, tone = "", ""
    if value is not None and previous:
        change = (value - previous) / previous
        delta, tone = f"{'+' if change > 0 else ''}{percent(change)}", "ok" if change >= 0 else "bad"
    note = f"{short_money(previous, currency)} the year before"
    return Headline("Revenue, 12 months", short_money(value, currency), money(value, currency), note,
                    delta=delta, delta_tone=tone, spark=figures.get("revenue_months") or ())  # fmt: skip


def margin(reading: Reading) -> Headline:
    """What remains of the orders whose cost is known."""
    value, base = reading.figures.get("gross_margin"), reading.figures.get("margin_revenue")
    if value is None:
        return Headline("Gross margin", "—", note="No order line has a cost")
    tone = "bad" if value < 0 else ""
    return Headline("Gross margin", f"{number(value, 1)} %", note=f"of {short_money(base, reading.currency)} ordered",
                    tone=tone)  # fmt: skip


def lifetime(reading: Reading) -> Headline:
    """Everything invoiced so far."""
    value, since = reading.figures.get("lifetime_value"), reading.customer.values.get("customer_since_date")
    note = f"Customer since {since.year}" if since and hasattr(since, "year") else "Since the first document"
    return Headline("Lifetime value", short_money(value, reading.currency), money(value, reading.currency), note)


def group_share(reading: Reading) -> Headline:
    """How much of the whole group's revenue this company is."""
    group = reading.group
    if group is None:
        return Headline("Share of group", "—", note="Belongs to no group")
    own, whole = reading.figures.get("revenue_ttm") or Decimal(0), group.sums.get("revenue_ttm")
    told = f"of {short_money(whole, reading.currency)}, {group.seen} of {group.total} companies"
    return Headline("Share of group", percent(own / whole) if whole else "—", note=told)


def pipeline(reading: Reading) -> Headline:
    """Open deals, with the value weighted by their chances where the role sees it."""
    figures, currency = reading.figures, reading.currency
    deals, weighted = figures.get("open_deals") or 0, figures.get("weighted_pipeline")
    note = counted(deals, "open deal")
    note += f" · {short_money(weighted, currency)} weighted" if weighted else ""
    value = figures.get("open_pipeline") if deals else Decimal(0)
    return Headline("Open pipeline", short_money(value, currency), money(value, currency), note)


def last_order(reading: Reading) -> Headline:
    """How long ago the last order came, beside the usual interval."""
    last, usual = reading.figures.get("last_order_date"), reading.figures.get("order_interval")
    if last is None:
        return Headline("Last order", "None yet", note="No order has arrived")
    late = usual is not None and (reading.today - last).days > 2 * usual
    note = f"{day(last)} · usually every {number(usual)} d" if usual else day(last)
    return Headline("Last order", ago(last), note=note, tone="warn" if late else "")


def orders(reading: Reading) -> Headline:
    """Orders not yet shipped or closed."""
    count, amount = reading.figures.get("open_orders") or 0, reading.figures.get("open_order_amount")
    note = f"{short_money(amount, reading.currency)} confirmed" if amount else ""
    return Headline("Open orders", str(count), note=note)


def backlog(reading: Reading) -> Headline:
    """Confirmed and not yet shipped, with what of it is stopped."""
    value, held = reading.figures.get("backlog") or Decimal(0), reading.figures.get("held_orders")
    note = f"{short_money(held, reading.currency)} on hold" if held else "None on hold"
    return Headline("Backlog", short_money(value, reading.currency), money(value, reading.currency), note,
                    tone="bad" if held else "")  # fmt: skip
