"""Which figures each role asks for first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from accounts.access import figure_access, treatment
from accounts.metrics import load
from accounts.models import User
from dashboards.panels.headlines import business, care, cash, record
from dashboards.panels.headlines.headline import Headline
from dashboards.panels.section import Reading

MOST = 6  # what fits one line at 1280 px
Maker = Callable[[Reading], Headline]
# name -> the figure whose readers see it, or the sensitivity class for what is no figure; how it is made
MAKERS: dict[str, tuple[str, Maker]] = {
    "revenue": ("revenue_ttm", business.revenue),
    "margin": ("gross_margin", business.margin),
    "lifetime": ("lifetime_value", business.lifetime),
    "group_share": ("revenue_ttm", business.group_share),
    "pipeline": ("open_pipeline", business.pipeline),
    "last_order": ("last_order_date", business.last_order),
    "orders": ("open_orders", business.orders),
    "backlog": ("backlog", business.backlog),
    "credit": ("credit_light", cash.credit),
    "exposure": ("exposure", cash.exposure),
    "net_receivable": ("open_receivable", cash.net_receivable),
    "overdue": ("overdue_receivable", cash.overdue),
    "overdue_share": ("overdue_share", cash.overdue_share),
    "oldest": ("oldest_due_date", cash.oldest),
    "dso": ("days_sales_outstanding", cash.dso),
    "beyond_terms": ("days_beyond_terms", cash.beyond_terms),
    "late": ("has_overdue", cash.overdue_yes_no),
    "tickets": ("open_tickets", care.tickets),
    "breached": ("breached_tickets", care.breached),
    "csat": ("csat", care.csat),
    "first_response": ("first_response_hours", care.first_response),
    "last_contact": ("last_contact_at", care.last_contact),
    "contacts": ("contact_count", care.contacts),
    "health": ("health_band", care.health),
    "health_trend": ("health_score", care.health_trend),
    "linked": ("provenance", record.linked),
    "tasks": ("open_tasks", record.tasks),
    "disputed": ("disputed", record.disputed),
    "completeness": ("provenance", record.completeness),
    "last_merge": ("provenance", record.last_merge),
    "confidence": ("provenance", record.confidence),
}
# The first six the role sees; what follows them takes the place of what it may not.
BY_ROLE: dict[str, tuple[str, ...]] = {
    "sales": ("revenue", "pipeline", "last_order", "credit", "health", "tickets"),
    "finance": ("net_receivable", "overdue", "oldest", "dso", "beyond_terms", "exposure"),
    "support": ("tickets", "breached", "csat", "first_response", "last_contact", "health", "late"),
    "marketing": ("health", "pipeline", "contacts"),
    "operations": ("orders", "backlog", "last_order", "credit", "pipeline", "tickets"),
    "executive": ("revenue", "margin", "lifetime", "health_trend", "overdue_share", "group_share"),
    "steward": ("linked", "tasks", "disputed", "completeness", "last_merge", "confidence"),
    "operator": ("tasks", "disputed"),
}


def headlines(reading: Reading) -> list[Headline]:
    """The role's figures, without those it may not see."""
    names = [name for name in BY_ROLE.get(reading.user.role, ()) if _seen(reading.user, MAKERS[name][0])]
    return [_made(reading, *MAKERS[name]) for name in names[:MOST]]


def _seen(user: User, figure: str) -> bool:
    return figure_access(user, figure) if figure in load().metrics else treatment(user, figure) == "full"


def _made(reading: Reading, figure: str, make: Maker) -> Headline:
    """What tells no other place where it is made is made as the glossary says."""
    made = make(reading)
    return replace(made, figure=figure) if figure in load().metrics and not made.url else made
