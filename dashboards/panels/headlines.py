"""Up to six figures of a customer, chosen by what the reader's role asks first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.access import figure_access
from accounts.models import User
from dashboards.templatetags.figures import MINUS, ago, day, money, number, percent, short_money

Figures = Mapping[str, Any]
HEALTH = {"healthy": ("Healthy", "ok"), "watch": ("Watch", "warn"), "risk": ("At risk", "bad")}
LIGHTS = {
    "hold": ("On hold", "bad"),
    "near": ("Near the limit", "warn"),
    "free": ("Free", "ok"),
    "unlimited": ("No limit set", ""),
}


@dataclass(frozen=True)
class Headline:
    """One figure: its short form, the full one, what it means, and how it moves."""

    label: str
    value: str
    full: str = ""
    note: str = ""
    tone: str = ""
    delta: str = ""
    delta_tone: str = ""
    spark: Sequence[Decimal] = ()
    figure: str = ""


def revenue(figures: Figures, today: date, currency: str) -> Headline:
    """Net invoiced of the last twelve months against the twelve before."""
    value, previous = figures.get("revenue_ttm"), figures.get("revenue_previous")
    delta, tone = "", ""
    if value is not None and previous:
        change = (value - previous) / previous
        delta, tone = f"{'+' if change > 0 else ''}{percent(change)}", "ok" if change >= 0 else "bad"
    return Headline(
        "Revenue, 12 months",
        short_money(value, currency),
        money(value, currency),
        f"{short_money(previous, currency)} the year before",
        "",
        delta,
        tone,
        figures.get("revenue_months") or (),
    )


def pipeline(figures: Figures, today: date, currency: str) -> Headline:
    """Open deals, with the value weighted by their chances where the role sees it."""
    deals, weighted = figures.get("open_deals") or 0, figures.get("weighted_pipeline")
    note = f"{deals} open deal{'' if deals == 1 else 's'}"
    note += f" · {short_money(weighted, currency)} weighted" if weighted else ""
    value = figures.get("open_pipeline") if deals else Decimal(0)
    return Headline("Open pipeline", short_money(value, currency), money(value, currency), note)


def last_order(figures: Figures, today: date, currency: str) -> Headline:
    """How long ago the last order came, beside the usual interval."""
    last, first, count = (
        figures.get("last_order_date"),
        figures.get("first_order_date"),
        figures.get("order_count") or 0,
    )
    if last is None:
        return Headline("Last order", "None yet", note="No order has arrived")
    usual = (last - first).days // (count - 1) if first and count > 2 else 0
    late = usual > 0 and (today - last).days > 2 * usual
    note = f"{day(last)} · usually every {usual} d" if usual else day(last)
    return Headline("Last order", ago(last), note=note, tone="warn" if late else "")


def orders(figures: Figures, today: date, currency: str) -> Headline:
    """Orders not yet shipped or closed."""
    count, amount = figures.get("open_orders") or 0, figures.get("open_order_amount")
    return Headline("Open orders", str(count), note=f"{short_money(amount, currency)} confirmed" if amount else "")


def credit(figures: Figures, today: date, currency: str) -> Headline:
    """Whether we can sell on credit."""
    word, tone = LIGHTS.get(figures.get("credit_light") or "", ("—", ""))
    return Headline("Credit", word, tone=tone, note="Orders wait for release" if tone == "bad" else "")


def net_receivable(figures: Figures, today: date, currency: str) -> Headline:
    """Open invoices less money received but not yet applied."""
    open_, unapplied = (
        figures.get("open_receivable") or Decimal(0),
        figures.get("unapplied_cash") or Decimal(0),
    )
    note = f"{short_money(open_, currency)} open · {short_money(unapplied, currency)} unapplied"
    return Headline(
        "Net receivable", short_money(open_ - unapplied, currency), money(open_ - unapplied, currency), note
    )


def overdue(figures: Figures, today: date, currency: str) -> Headline:
    """What is past its due date, and its share of what is open."""
    late, open_ = (
        figures.get("overdue_receivable") or Decimal(0),
        figures.get("open_receivable") or Decimal(0),
    )
    share = percent(late / open_) if open_ and late / open_ >= Decimal("0.01") else "Under 1 %" if late else "0 %"
    note = f"{share} of {short_money(open_, currency)} open" if open_ else "Nothing open"
    return Headline("Overdue", short_money(late, currency), money(late, currency), note, "bad" if late else "")


def oldest(figures: Figures, today: date, currency: str) -> Headline:
    """Age of the oldest open invoice past its due date."""
    due = figures.get("oldest_due_date")
    days = (today - due).days if due else 0
    if days <= 0:
        return Headline("Oldest overdue", "None", note="Every open invoice is within terms")
    return Headline("Oldest overdue", f"{days} d", note=f"Due {day(due)}", tone="bad" if days > 60 else "warn")


def overdue_yes_no(figures: Figures, today: date, currency: str) -> Headline:
    """Whether anything is overdue, for roles that see no amounts."""
    late = figures.get("has_overdue")
    return Headline(
        "Overdue invoices",
        "Yes" if late else "No",
        tone="warn" if late else "",
        note="Amounts are hidden for your role" if late else "",
    )


def tickets(figures: Figures, today: date, currency: str) -> Headline:
    """Tickets nobody has solved yet."""
    count, severe = figures.get("open_tickets") or 0, figures.get("severe_tickets")
    note = f"{severe} severe" if severe else "None severe" if severe == 0 and count else ""
    return Headline("Open tickets", str(count), note=note, tone="bad" if severe else "")


def last_contact(figures: Figures, today: date, currency: str) -> Headline:
    """When we last spoke."""
    at = figures.get("last_contact_at")
    return Headline("Last contact", ago(at) if at else "None yet", note=day(at) if at else "No call, meeting or mail")


def contacts(figures: Figures, today: date, currency: str) -> Headline:
    """How many people we know there."""
    return Headline("Contacts", str(figures.get("contact_count") or 0))


def tasks(figures: Figures, today: date, currency: str) -> Headline:
    """Questions about this customer that wait for a steward."""
    count = figures.get("open_tasks") or 0
    return Headline(
        "Open tasks", str(count), tone="warn" if count else "", note="In the steward’s queue" if count else ""
    )


def disputed(figures: Figures, today: date, currency: str) -> Headline:
    """Fields on which trusted sources differ."""
    count = len(figures.get("disputed") or ())
    return Headline("Disputed values", str(count), tone="warn" if count else "", note="Sources differ" if count else "")


def health(figures: Figures, today: date, currency: str) -> Headline:
    """The score with its band and its move, or the band alone."""
    score, band, moved = figures.get("health_score"), figures.get("health_band"), figures.get("health_moved")
    unsure = "Provisional" if figures.get("health_state") == "provisional" else ""
    word, tone = HEALTH.get(band or "", (unsure, ""))
    if score is None:
        return Headline("Health", word or "No score", note="" if word else "Too little is known", tone=tone)
    delta = f"{'+' if moved > 0 else MINUS}{abs(moved):.0f}" if moved else ""
    return Headline("Health", number(score), f"{score:.1f}", word, tone, delta, "bad" if moved and moved < 0 else "ok")


Maker = Callable[[Figures, date, str], Headline]
MAKERS: dict[str, tuple[str, Maker]] = {
    "revenue": ("revenue_ttm", revenue),
    "pipeline": ("open_pipeline", pipeline),
    "last_order": ("last_order_date", last_order),
    "orders": ("open_orders", orders),
    "credit": ("credit_light", credit),
    "net_receivable": ("open_receivable", net_receivable),
    "overdue": ("overdue_receivable", overdue),
    "oldest": ("oldest_due_date", oldest),
    "late": ("has_overdue", overdue_yes_no),
    "tickets": ("open_tickets", tickets),
    "last_contact": ("last_contact_at", last_contact),
    "contacts": ("contact_count", contacts),
    "tasks": ("open_tasks", tasks),
    "disputed": ("disputed", disputed),
    "health": ("health_band", health),
}
BY_ROLE: dict[str, tuple[str, ...]] = {
    "sales": ("revenue", "pipeline", "last_order", "credit", "health", "tickets"),
    "finance": ("net_receivable", "overdue", "oldest", "credit", "revenue", "orders"),
    "support": ("tickets", "orders", "last_order", "late", "credit", "health"),
    "marketing": ("health", "contacts"),
    "operations": ("orders", "last_order", "credit", "pipeline", "tickets", "revenue"),
    "executive": ("revenue", "pipeline", "overdue", "health", "last_order", "tickets"),
    "steward": ("disputed", "tasks", "late", "credit", "contacts"),
}


def headlines(user: User, figures: Figures, today: date, currency: str) -> list[Headline]:
    """The role's figures, without those it may not see."""
    chosen = (MAKERS[name] for name in BY_ROLE.get(user.role, ()))
    return [
        replace(make(figures, today, currency), figure=figure) for figure, make in chosen if figure_access(user, figure)
    ]
