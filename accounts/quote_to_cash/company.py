"""The figures of all customers together, each told as the registry defines it, over the customers of a reach.

A statement a figure; medians are exact. What nobody delivers the inputs of has no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum

from accounts.access import listed_accounts
from accounts.access.scope import Scope
from accounts.models import Account, CampaignMember, Chain, Invoice, Opportunity, Quote, Ticket
from accounts.quote_to_cash.kpis import COLUMNS, LEAD_TO_CASH, STEPS, followed, step_times, sum_up
from accounts.quote_to_cash.links import INVOICE, ORDER, QUOTE
from accounts.quote_to_cash.slices import Slice
from accounts.quote_to_cash.way import NAMES as WAY
from accounts.quote_to_cash.way import tell_way
from accounts.receivables.portfolio import Portfolio, sum_portfolio

YEAR, QUARTER, HALF = timedelta(365), timedelta(90), timedelta(180)
DIFFERS = "('E3', 'E4', 'E5')"  # the order is not what was quoted: value, price, terms


@dataclass(frozen=True)
class Told:
    """A value with what it was made of; None where there is nothing to tell it from."""

    value: Decimal | None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach(Slice):
    """The customers a figure is told over: those of a reader, or all; every class counts, as the definition says."""

    everybody: bool = False

    def sees(self, *classes: str) -> bool:
        """Who may see the figure was asked before."""
        return True

    def scope(self) -> Scope:
        """The rows of the reader, or every row."""
        return Scope(everything=True) if self.everybody else super().scope()

    def customers(self) -> QuerySet[Account]:
        """Live customers within."""
        return Account.objects.filter(merged_into__isnull=True) if self.everybody else listed_accounts(self.user)


def measure(name: str, part: Reach, today: date) -> Told | None:
    """One figure; None if it is none of the company's."""
    if name in PORTFOLIO:
        return of_portfolio(name, sum_portfolio(part.customers()))
    if name in WAY:
        return of_way(part, today)[name]
    return MEASURES[name](part, today) if name in MEASURES else None


def of_way(part: Reach, today: date) -> dict[str, Told]:
    """The figures of the way from quote to payment, which share their statements."""
    return {name: Told(value, facts) for name, (value, facts) in tell_way(part, today).items()}


def of_portfolio(name: str, sums: Portfolio) -> Told:
    """A figure of receivables, from sums that several of them share."""
    return Told(PORTFOLIO[name](sums), {name: str(value) for name, value in sums.sums.items()})


def _share(top: Any, bottom: Any) -> Told:
    """A percentage with both its parts."""
    above, below = Decimal(top or 0), Decimal(bottom or 0)
    return Told(above * 100 / below if below else None, {"top": str(above), "bottom": str(below)})


def _less(part: Reach, today: date) -> Told:
    told = _order_accuracy(part, today)
    return Told(None if told.value is None else 100 - told.value, told.facts)


def _days(chains: QuerySet[Chain], step: tuple[str, str, str, tuple[str, ...]], part: Reach) -> Told:
    found = step_times(part, chains, {"step": step})[0]
    facts = {"p90": None if found.p90 is None else str(found.p90), "count": found.count, "excluded": found.excluded}
    return Told(found.median, facts)


def _lead_to_cash(part: Reach, today: date) -> Told:
    return _days(part.chains().filter(paid_date__gt=today - YEAR, paid_date__lte=today), LEAD_TO_CASH, part)


def _fulfilment(part: Reach, today: date) -> Told:
    shipped = part.chains().filter(shipped_date__gt=today - QUARTER, shipped_date__lte=today)
    return _days(shipped, STEPS["ordered_shipped"], part)


def _order_accuracy(part: Reach, today: date) -> Told:
    linked = part.chains().filter(ordered_date__gt=today - YEAR).exclude(how="")
    right, count = sum_up(
        "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM accounts_processexception e WHERE e.chain_id = c.id "
        f"AND e.rule IN {DIFFERS} AND e.state <> 'dismissed')), count(*) FROM c", linked, COLUMNS,
    )  # fmt: skip
    return _share(right, count)


def _quote_accuracy(part: Reach, today: date) -> Told:
    quotes = part.within(Quote.objects.filter(deleted_at__isnull=True, quote_date__gt=today - YEAR), "quote_date")
    near, count = sum_up(
        "SELECT count(*) FILTER (WHERE abs(o.base - c.amount) <= abs(c.amount) * 0.01), count(*) FROM c "
        "JOIN LATERAL (SELECT sum(o.base_net_amount) AS base FROM accounts_link l JOIN accounts_order o "
        f"ON o.id = l.right_id WHERE l.left_object = {QUOTE} AND l.left_id = c.id AND l.right_object = {ORDER} "
        "AND o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('cancelled', 'draft')) o ON o.base IS NOT NULL",
        quotes.annotate(amount=F("base_net_amount")), ("id", "amount"),
    )  # fmt: skip
    return _share(near, count)


def _on_time(part: Reach, today: date) -> Told:
    found = part.chains().filter(ordered_date__gt=today - YEAR)
    sums = found.aggregate(top=Sum("lines_on_time"), bottom=Sum("lines_due"))
    return _share(sums["top"], sums["bottom"])


def _matching(part: Reach, today: date) -> Told:
    live = Invoice.objects.filter(deleted_at__isnull=True, invoice_date__gt=today - YEAR)
    rows = part.within(live.exclude(status__in=["draft", "cancelled"]), "invoice_date")
    explicit, inferred, none = followed(rows, INVOICE, "base_net_amount")
    return _share(explicit + inferred, explicit + inferred + none)


def _velocity(part: Reach, today: date) -> Told:
    won = Opportunity.objects.filter(state="won", deleted_at__isnull=True, closed_at__date__gt=today - YEAR)
    rows = part.within(won.filter(closed_at__gte=F("opened_at")), "closed_at__date")
    median, count = sum_up(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 86400), "
        "count(*) FROM c", rows, ("closed_at", "opened_at"),
    )  # fmt: skip
    return Told(None if median is None else Decimal(str(median)), {"count": count})


def _at_risk(part: Reach, today: date) -> Told:
    risky = part.customers().order_by().filter(health__band="risk")
    found = risky.aggregate(sum=Sum("summary__revenue_ttm"), count=Count("pk"))
    return Told(found["sum"] or Decimal(0), {"count": found["count"]})


def _customers(condition: Callable[[date], Q]) -> Callable[[Reach, date], Told]:
    return lambda part, today: Told(Decimal(part.customers().order_by().filter(condition(today)).count()))


def _responded(part: Reach, today: date) -> Told:
    found = CampaignMember.objects.filter(responded_at__date__gt=today - YEAR, deleted_at__isnull=True)
    rows = part.within(found, "responded_at__date")
    return Told(Decimal(rows.order_by().values("account").distinct().count()))


def _tickets(part: Reach, day: str, today: date) -> QuerySet[Ticket]:
    recent = {f"{day}__date__gt": today - HALF, f"{day}__date__lte": today}
    return part.within(Ticket.objects.filter(deleted_at__isnull=True, **recent), f"{day}__date")


def _first_contact(part: Reach, today: date) -> Told:
    solved = _tickets(part, "solved_at", today).filter(contacts_until_solved__isnull=False)
    found = solved.aggregate(top=Count("pk", filter=Q(contacts_until_solved=1)), bottom=Count("pk"))
    return _share(found["top"], found["bottom"])


def _resolution(part: Reach, today: date) -> Told:
    rows = _tickets(part, "solved_at", today).filter(solved_at__gte=F("opened_at"))
    median, count = sum_up(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM solved_at - opened_at) / 3600), "
        "count(*) FROM c", rows, ("solved_at", "opened_at"),
    )  # fmt: skip
    return Told(None if median is None else Decimal(str(median)), {"count": count})


def _csat(part: Reach, today: date) -> Told:
    found = _tickets(part, "opened_at", today).aggregate(mean=Avg("csat"), count=Count("csat"))
    return Told(None if found["mean"] is None else Decimal(str(found["mean"])), {"count": found["count"]})


PORTFOLIO: dict[str, Callable[[Portfolio], Decimal | None]] = {
    "portfolio_receivable": lambda found: found["open_receivable"],
    "portfolio_overdue_share": lambda found: found.overdue_share,
    "portfolio_dso": lambda found: found.dso,
    "portfolio_bpdso": lambda found: found.best_dso,
    "portfolio_add": lambda found: found.delinquent_days,
    "portfolio_cei": lambda found: found.effectiveness,
    "portfolio_backlog": lambda found: found["backlog"],
    "portfolio_unbilled": lambda found: found["shipped_not_invoiced"],
}
MEASURES: dict[str, Callable[[Reach, date], Told]] = {
    "quote_to_cash_days": _lead_to_cash,
    "order_accuracy": _order_accuracy,
    "order_error_rate": _less,
    "quote_accuracy": _quote_accuracy,
    "fulfilment_days": _fulfilment,
    "on_time_in_full": _on_time,
    "invoice_matching": _matching,
    "deal_velocity": _velocity,
    "revenue_at_risk": _at_risk,
    "active_customers_sales": _customers(lambda today: Q(summary__last_order_date__gt=today - YEAR)),
    "active_customers_finance": _customers(
        lambda today: Q(summary__revenue_ttm__gt=0) | Q(summary__open_receivable__gt=0)
    ),
    "active_customers_support": _customers(lambda today: Q(summary__open_tickets__gt=0)),
    "active_customers_marketing": _responded,
    "first_contact_resolution": _first_contact,
    "resolution_hours": _resolution,
    "portfolio_csat": _csat,
}
