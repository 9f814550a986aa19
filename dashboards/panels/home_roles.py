"""The parts of home that belong to a role: what its people look at each morning, from all their customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import may_list, restrict, treatment, visible_accounts
from accounts.health.portfolio import list_movers
from accounts.models import Ticket, User, columns
from accounts.models.exception import OPEN_STATES
from accounts.products.reads import list_products, views_of
from accounts.quote_to_cash import reading
from accounts.receivables.portfolio import get_portfolio, list_promises
from accounts.receivables.worklist import list_worklist
from accounts.selectors.company import sum_revenue_months
from accounts.selectors.groups import Group, group_customers, groupings_of
from accounts.selectors.leaders import list_leaders
from dashboards.charts.ageing import ageing_finding, ageing_parts
from dashboards.charts.revenue import revenue_chart
from dashboards.panels.home_parts import Part, Row
from dashboards.templatetags.figures import day, money, number, percent, short_money, signed

LATE = ("E6", "E8", "E15")  # late to ship, backlog aged, a hold before a promised order
STUCK = ("E1", "E3", "E7", "E10", "E13")
SHOWN = 6
BUCKETS = ("not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90")


@dataclass(frozen=True)
class Morning:
    """Who reads, when, in which currency."""

    user: User
    now: datetime
    currency: str

    @property
    def today(self) -> date:
        """The day of the reader."""
        return timezone.localdate(self.now)


@dataclass(frozen=True)
class Picture:
    """A chart of home: its template and what it shows."""

    template: str
    content: Mapping[str, Any] = field(default_factory=dict)


def pictures(morning: Morning) -> list[Picture]:
    """Charts the role starts with."""
    makers = {"finance": _ageing, "executive": _revenue}
    made = makers[morning.user.role](morning) if morning.user.role in makers else None
    return [made] if made else []


def role_parts(morning: Morning) -> list[Part]:
    """The lists of the role, in its order; what it may not see is not there."""
    made = (make(morning) for make in PARTS.get(morning.user.role, ()))
    return [part for part in made if part is not None]


def _ageing(morning: Morning) -> Picture | None:
    found = get_portfolio(morning.user)
    if found is None:
        return None
    parts = ageing_parts([found[name] for name in BUCKETS])
    content = {"parts": parts, "finding": ageing_finding(parts), "currency": morning.currency}
    return Picture("dashboards/home/_ageing.html", content)


def _revenue(morning: Morning) -> Picture | None:
    found = sum_revenue_months(morning.user)
    chart = revenue_chart(*found, morning.currency) if found else None
    content = {"chart": chart, "currency": morning.currency}
    return Picture("dashboards/customer/_revenue.html", content) if chart else None


def _exceptions(name: str, title: str, rules: Sequence[str], nothing: str) -> Callable[[Morning], Part | None]:
    def make(morning: Morning) -> Part | None:
        if treatment(morning.user, "order") != "full":
            return None
        rows = reading.visible_exceptions(morning.user).filter(rule__in=rules, state__in=OPEN_STATES)
        rows = rows.select_related("account", "assignee").order_by(columns.or_zero("at_stake").desc(), "-id")
        lines = [
            Row(str(row.exception.account), f"{row.rule.label} since {day(row.exception.since_date)}",
                short_money(row.at_stake, morning.currency) if row.at_stake is not None else "",
                reverse("exception", args=[row.id]))
            for row in reading.told(morning.user, rows[:SHOWN])
        ]  # fmt: skip
        return Part(name, title, lines, reverse("exceptions"), "All exceptions", nothing)

    return make


def _movers(morning: Morning) -> Part | None:
    movers = list_movers(morning.user, limit=SHOWN)
    if movers is None:
        return None
    lines = [
        Row(str(mover.account), f"now {number(mover.score)}", signed(mover.moved),
            reverse("tab", args=[mover.account.pk, "health"]), figure_tone="bad" if mover.moved < 0 else "ok")
        for mover in movers
    ]  # fmt: skip
    return Part("movers", "Health on the move", lines, reverse("health"), "All of health",
                "Nobody moved by five points or more in 30 days.")  # fmt: skip


def _calls(morning: Morning) -> Part | None:
    if treatment(morning.user, "receivable") != "full":
        return None
    lines = [
        Row(item.name, f"{item.next_action} · oldest {item.oldest_days or 0} d",
            short_money(item.overdue, morning.currency), reverse("tab", args=[item.account_id, "finance"]))
        for item in list_worklist(morning.user, today=morning.today, limit=SHOWN)
    ]  # fmt: skip
    return Part("calls", "Whom to call first", lines, reverse("receivables"), "Receivables", "Nothing is overdue.")


def _promises(morning: Morning) -> Part | None:
    if treatment(morning.user, "receivable") != "full":
        return None
    lines = [
        Row(row.name, "due today" if when == morning.today else f"was due {day(when)}" if when < morning.today
            else f"due {day(when)}", money(row.amount, row.currency),
            reverse("tab", args=[row.account_id, "finance"]), tone="bad" if when < morning.today else "")
        for when, rows in list_promises(morning.user, today=morning.today, days=7, limit=SHOWN)
        for row in rows
    ]  # fmt: skip
    return Part("promises", "Promises due", lines[:SHOWN], reverse("receivables") + "#promises-title", "Calendar",
                "No payment is promised for these days.")  # fmt: skip


def _slas(morning: Morning) -> Part | None:
    if not may_list(morning.user, "ticket"):
        return None
    open_ones = Ticket.objects.filter(status__in=["new", "open", "waiting"], sla_due_at__isnull=False)
    rows = restrict(open_ones, morning.user, "ticket").select_related("account").order_by("sla_due_at", "id")
    lines = [
        Row(ticket.subject or ticket.number or ticket.key, f"{ticket.account or 'No customer'} · {ticket.priority}",
            "missed" if ticket.sla_due_at < morning.now else _left(ticket.sla_due_at - morning.now),
            reverse("tab", args=[ticket.account_id, "service"]) if ticket.account_id else reverse("customers"),
            figure_tone="bad" if ticket.sla_due_at < morning.now else "")
        for ticket in rows[:SHOWN]
    ]  # fmt: skip
    return Part("slas", "Answers promised", lines, reverse("customers") + "?has_open_tickets=true",
                "Customers with open tickets", "No open ticket has a promised time.")  # fmt: skip


def _left(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    return f"{hours // 24} d left" if hours >= 48 else f"{hours} h left"


def _leaders(morning: Morning) -> Part | None:
    rows = []
    for leader in list_leaders(morning.user):
        change = (leader.revenue - leader.previous) / leader.previous if leader.previous else None
        moved = f"{'+' if change > 0 else ''}{percent(change)} against the year before" if change is not None else "New"
        tone = "bad" if change is not None and change < 0 else ""
        url = reverse("customer", args=[leader.account_id])
        rows.append(Row(leader.name, moved, short_money(leader.revenue, morning.currency), url, tone))
    return Part("leaders", "Largest customers", rows, reverse("customers") + "?sort=-revenue", "All by revenue",
                "Nobody has been invoiced yet.")  # fmt: skip


def _segments(morning: Morning) -> Part | None:
    if "segment" not in groupings_of(morning.user):
        return None
    groups = group_customers(morning.user, visible_accounts(morning.user), "segment")[:8]
    rows = [
        Row(group.label or "No segment", "", f"{number(group.count)} customers", _address(group)) for group in groups
    ]
    return Part("segments", "Segments", rows, reverse("customers") + "?group=segment", "All segments")


def _address(group: Group) -> str:
    wanted = f"segment={group.value}" if group.value else "missing=segment"
    return f"{reverse('customers')}?{wanted}"


def _products(view: str, title: str, figure: str, nothing: str) -> Callable[[Morning], Part | None]:
    def make(morning: Morning) -> Part | None:
        if not may_list(morning.user, "product") or view not in views_of(morning.user):
            return None
        sort = {"backorders": "backordered", "short": "to_promise", "slow": "days_of_stock"}[view]
        found, _ = list_products(morning.user, view=view, sort=sort)
        rows = [
            Row(row.product.name or row.product.product_code or "", row.product.family or "",
                number(row.figures.get(figure)), reverse("product", args=[row.product.pk]))
            for row in found[:SHOWN]
        ]  # fmt: skip
        return Part(view, title, rows, f"{reverse('products')}?view={view}", "Products", nothing)

    return make


_late = _exceptions("late", "Orders at risk", LATE, "Every promised order is on its way.")
_stuck = _exceptions("stuck", "Stuck on the way to payment", STUCK, "Nothing is stuck.")
PARTS: Mapping[str, Sequence[Callable[[Morning], Part | None]]] = {
    "sales": (_late, _movers),
    "finance": (_calls, _stuck, _promises),
    "support": (_slas, _movers),
    "executive": (_leaders, _stuck, _movers),
    "marketing": (_segments,),
    "operations": (
        _late,
        _products("backorders", "Backorders", "backordered", "Nothing is on backorder."),
        _products("slow", "Slow movers", "on_hand", "Nothing lies longer than a year."),
    ),
}
