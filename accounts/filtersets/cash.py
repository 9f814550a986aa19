"""How exceptions, chains and alerts are filtered, by pages and programs alike."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import treatment
from accounts.access.fields import Reader
from accounts.alerts.inbox import for_role, waiting
from accounts.filtersets.strict import AnyOf, StrictFilterSet
from accounts.models import Alert, Chain, ProcessException
from accounts.models.cash import HOWS
from accounts.models.exception import OPEN_STATES, REASONS, STATES
from accounts.quote_to_cash.reading import redacted_amounts
from accounts.quote_to_cash.rules import visible_rules

ALERT_STATES = ("waiting", "acknowledged", "snoozed", "muted", "closed")


class ExceptionFilter(StrictFilterSet):
    """Filters of exceptions."""

    object = "account"
    reveals = {"owner": "owner", "segment": "segment"}

    rule = AnyOf(lookup_expr="in", label="Rule, E1 to E15")
    state = AnyOf(lookup_expr="in", label=f"State: {', '.join(STATES)}")
    open = django_filters.BooleanFilter(method="is_open", label="Still to be looked at")
    reason = AnyOf(lookup_expr="in", label=f"Reason: {', '.join(REASONS)}")
    team = AnyOf(lookup_expr="in", label="Team")
    mine = django_filters.BooleanFilter(method="is_mine", label="Assigned to me")
    account = django_filters.NumberFilter("account_id", label="Customer")
    owner = AnyOf("account__owner", lookup_expr="in", label="Owner of the customer")
    segment = AnyOf("account__segment", lookup_expr="in", label="Segment")
    entity = AnyOf("legal_entity", lookup_expr="in", label="Our company")
    at_stake__gte = django_filters.NumberFilter("at_stake", "gte", label="Value at stake at least")
    updated_since = django_filters.IsoDateTimeFilter("changed_at", "gte", label="Changed since")

    class Meta:
        model = ProcessException
        fields: list[str] = []

    @classmethod
    def allows(cls, user: Reader, name: str) -> bool:
        """Filtering by value tells the value, so who does not see every value does not filter by it."""
        if name == "at_stake__gte":
            return not any(redacted_amounts(user, rule) for rule in visible_rules(user).values())
        return super().allows(user, name)

    def is_open(self, rows: QuerySet[ProcessException], name: str, value: bool) -> QuerySet[ProcessException]:
        return rows.filter(state__in=OPEN_STATES) if value else rows.exclude(state__in=OPEN_STATES)

    def is_mine(self, rows: QuerySet[ProcessException], name: str, value: bool) -> QuerySet[ProcessException]:
        return rows.filter(assignee=self.user) if value else rows.exclude(assignee=self.user)


class ChainFilter(StrictFilterSet):
    """Filters of chains; a filter that tells of documents is for who sees them in full."""

    object = "account"
    reveals = {"segment": "segment"}
    tells = {
        "state": "pipeline", "how": "pipeline", "won__gte": "pipeline", "won__lte": "pipeline",
        "unbilled": "receivable", "overdue": "receivable", "paid": "receivable",
    }  # fmt: skip

    account = django_filters.NumberFilter("account_id", label="Customer")
    owner = AnyOf(lookup_expr="in", label="Owner of the chain")
    segment = AnyOf("account__segment", lookup_expr="in", label="Segment")
    entity = AnyOf("legal_entity", lookup_expr="in", label="Our company")
    state = AnyOf(lookup_expr="in", label="State of the deal: open, won, lost")
    how = AnyOf(lookup_expr="in", label=f"Weakest link to an order: {', '.join(HOWS)}")
    won__gte = django_filters.DateFilter("won_date", "gte", label="Won on or after")
    won__lte = django_filters.DateFilter("won_date", "lte", label="Won on or before")
    ordered__gte = django_filters.DateFilter("ordered_date", "gte", label="Ordered on or after")
    ordered__lte = django_filters.DateFilter("ordered_date", "lte", label="Ordered on or before")
    backlog = django_filters.BooleanFilter(method="has_amount", label="Something confirmed is not shipped")
    unbilled = django_filters.BooleanFilter(method="has_amount", label="Something shipped is not billed")
    overdue = django_filters.BooleanFilter(method="has_amount", label="Something billed is overdue")
    paid = django_filters.BooleanFilter("paid_date", "isnull", exclude=True, label="Paid in full")

    class Meta:
        model = Chain
        fields: list[str] = []

    @classmethod
    def allows(cls, user: Reader, name: str) -> bool:
        """Filtering by a step tells of its documents."""
        if name in cls.tells and treatment(user, cls.tells[name]) != "full":
            return False
        return super().allows(user, name)

    def has_amount(self, rows: QuerySet[Chain], name: str, value: bool) -> QuerySet[Chain]:
        has = Q(**{f"{name}_amount__gt": 0})
        return rows.filter(has) if value else rows.exclude(has)


class AlertFilter(StrictFilterSet):
    """Filters of alerts."""

    object = "account"
    reveals = {"owner": "owner", "segment": "segment"}

    rule = AnyOf(lookup_expr="in", label="Rule")
    severity = AnyOf(lookup_expr="in", label="Severity: info, warn, bad")
    state = django_filters.ChoiceFilter(
        method="in_state", choices=[(name, name) for name in ALERT_STATES], label=f"State: {', '.join(ALERT_STATES)}"
    )
    mine = django_filters.BooleanFilter(method="is_mine", label="For my role")
    account = django_filters.NumberFilter("account_id", label="Customer")
    source = AnyOf("source__name", lookup_expr="in", label="Source")
    owner = AnyOf("account__owner", lookup_expr="in", label="Owner of the customer")
    segment = AnyOf("account__segment", lookup_expr="in", label="Segment")
    updated_since = django_filters.IsoDateTimeFilter("renewed_at", "gte", label="Changed since")

    class Meta:
        model = Alert
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        now = timezone.now()
        open_ones = rows.filter(closed_at__isnull=True)
        chosen = {
            "waiting": lambda: waiting(rows, now),
            "acknowledged": lambda: open_ones.filter(acknowledged_at__isnull=False),
            "snoozed": lambda: open_ones.filter(snoozed_until__gt=now),
            "muted": lambda: open_ones.filter(muted=True),
            "closed": lambda: rows.filter(closed_at__isnull=False),
        }
        return chosen[value]()

    def is_mine(self, rows: QuerySet[Alert], name: str, value: bool) -> QuerySet[Alert]:
        mine = for_role(self.user, rows)
        return mine if value else rows.exclude(pk__in=mine.values("pk"))
