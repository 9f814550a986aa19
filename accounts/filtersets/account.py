"""How customers are filtered."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThanOrEqual

from accounts.access import listed_accounts
from accounts.access.fields import Reader
from accounts.filtersets import work
from accounts.filtersets.question import ask
from accounts.filtersets.strict import AnyOf, FilterRefused, StrictFilterSet
from accounts.metrics.language import BadQuestion
from accounts.models import Account, Source, Territory, columns
from accounts.models.account import ACCOUNT_STATUSES
from accounts.models.health import BANDS
from accounts.selectors.search import narrow

YesNo = django_filters.BooleanFilter
Number = django_filters.NumberFilter
Day = django_filters.DateFilter
LAST_ORDER = columns.or_never("summary__last_order_date")


class AccountFilter(StrictFilterSet):
    """Filters of the list of customers."""

    object = "account"
    reveals = {
        "q": "name",
        "country": "country",
        "segment": "segment",
        "industry": "industry",
        "owner": "owner",
        "status": "status",
        "territory": "territory",
        "customer_number": "customer_number",
        "parent": "parent",
        "missing": "name",
        "mine": "owner",
        "new_days": "customer_since_date",
    }
    reveals_figure = {
        "has_overdue": "has_overdue",
        "overdue__gte": "overdue_receivable",
        "has_open_tickets": "open_tickets",
        "disputed": "disputed",
        "revenue__gte": "revenue_ttm",
        "revenue__lte": "revenue_ttm",
        "pipeline__gte": "open_pipeline",
        "last_order__gte": "last_order_date",
        "band": "health_band",
        "health__gte": "health_score",
        "health__lte": "health_score",
        "health_moved__lte": "health_moved",
        "coverage__gte": "health_coverage",
        "last_order__lte": "last_order_date",
        "quiet": "last_order_date",
        "paying_later": "days_beyond_terms",
        "credit": "credit_light",
        "won_not_ordered": "weighted_pipeline",
    }

    q = django_filters.CharFilter(method="search", label="Search")
    where = django_filters.CharFilter(method="asked", label="Question over figures, such as csat < 3")
    # What the summary copies is filtered there, beside the figures that lists are sorted by.
    country = AnyOf("summary__country", lookup_expr="in", label="Country")
    segment = AnyOf("summary__segment", lookup_expr="in", label="Segment")
    industry = AnyOf(lookup_expr="in", label="Industry")
    owner = AnyOf("summary__owner", lookup_expr="in", label="Owner")
    status = AnyOf("summary__status", lookup_expr="in", label=f"Status: {', '.join(ACCOUNT_STATUSES)}")
    territory = AnyOf(method="in_territories", label="Territory")
    customer_number = AnyOf(lookup_expr="in", label="Customer number")
    parent = Number("parent_id", label="Parent customer")
    source = AnyOf(method="in_sources", label="Known to the source")
    source__ne = AnyOf(method="not_in_sources", label="Not known to the source")
    has_overdue = YesNo(method="overdue", label="Has overdue invoices")
    overdue__gte = Number("overdue_receivable", method="at_least", label="Overdue at least")
    has_open_tickets = YesNo(method="tickets", label="Has open tickets")
    disputed = YesNo(method="in_dispute", label="Sources disagree")
    revenue__gte = Number("revenue_ttm", method="at_least", label="Revenue of 12 months at least")
    revenue__lte = Number("revenue_ttm", method="at_most", label="Revenue of 12 months at most")
    pipeline__gte = Number("open_pipeline", method="at_least", label="Open pipeline at least")
    last_order__gte = Day(method="ordered_since", label="Last order on or after")
    last_order__lte = Day(method="not_ordered_since", label="Last order on or before")
    missing = AnyOf(method="lacks", label=f"Says nothing of any of {', '.join(work.MISSABLE)}")
    mine = YesNo(method="is_mine", label="Owned or followed by me")
    followed = YesNo(method="is_followed", label="Followed by me")
    new_days = Number(method="is_new", label="Customer for no more than so many days")
    quiet = YesNo(method="gone_quiet", label="No order for twice the usual interval")
    paying_later = YesNo(method="pays_later", label="An open alert says that it pays later than it used to")
    credit = django_filters.ChoiceFilter(
        method="in_credit_state", choices=[(state, state) for state in work.CREDIT], label=", ".join(work.CREDIT)
    )
    won_not_ordered = YesNo(method="waits_for_order", label="A deal won five working days ago has no order")
    band = django_filters.BaseInFilter("health__band", lookup_expr="in", label=f"Health: {', '.join(BANDS)}")
    health__gte = Number("health__score", "gte", label="Health score at least")
    health__lte = Number("health__score", "lte", label="Health score at most")
    health_moved__lte = Number("health__moved_30", "lte", label="Health moved in 30 days by at most")
    coverage__gte = Number("health__coverage", "gte", label="Health coverage at least")
    updated_since = django_filters.IsoDateTimeFilter("changed_at", "gte", label="Changed since")

    class Meta:
        model = Account
        fields: list[str] = []

    @classmethod
    def of(
        cls, user: Reader, params: Any, rows: QuerySet[Account] | None = None, *, strict: bool = True
    ) -> AccountFilter:
        """The filter set over the customers the user may see; raises FilterRefused."""
        return super().of(user, params, listed_accounts(user) if rows is None else rows, strict=strict)

    def search(self, rows: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return narrow(rows, self.user, value)

    def asked(self, rows: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        try:
            return ask(rows, self.user, value)
        except BadQuestion as error:
            raise FilterRefused({name: [str(error)]}) from error

    def in_territories(self, rows: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        """By id, so that one index gives both the territory and the order."""
        known = list(Territory.objects.filter(code__in=value).values_list("pk", flat=True))
        return rows.filter(summary__sales_territory_id__in=known)

    def in_sources(self, rows: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        return rows.filter(source_ids__contains=_ids(value))

    def not_in_sources(self, rows: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        return rows.exclude(source_ids__overlap=_ids(value))

    # Figures are compared as they are indexed, with nothing known counting as nothing.

    def at_least(self, rows: QuerySet[Account], name: str, value: Decimal) -> QuerySet[Account]:
        return rows.filter(GreaterThanOrEqual(columns.or_zero(f"summary__{name}"), value))

    def at_most(self, rows: QuerySet[Account], name: str, value: Decimal) -> QuerySet[Account]:
        return rows.filter(LessThanOrEqual(columns.or_zero(f"summary__{name}"), value))

    def ordered_since(self, rows: QuerySet[Account], name: str, value: date) -> QuerySet[Account]:
        return rows.filter(GreaterThanOrEqual(LAST_ORDER, value))

    def not_ordered_since(self, rows: QuerySet[Account], name: str, value: date) -> QuerySet[Account]:
        """Customers who have ordered, but not after the day."""
        return rows.filter(GreaterThan(LAST_ORDER, columns.LONG_AGO), LessThanOrEqual(LAST_ORDER, value))

    def overdue(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        compare = GreaterThan if value else LessThanOrEqual
        return rows.filter(compare(columns.or_zero("summary__overdue_receivable"), 0))

    def tickets(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return rows.filter(summary__open_tickets__gt=0) if value else rows.filter(summary__open_tickets=0)

    def in_dispute(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return rows.exclude(disputed=[]) if value else rows.filter(disputed=[])

    # What people work on today; told in accounts.filtersets.work.

    def lacks(self, rows: QuerySet[Account], name: str, value: list[str]) -> QuerySet[Account]:
        return rows.filter(work.missing_any(value))

    def is_mine(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return work.either(rows, work.mine(self.user), value)

    def is_followed(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return work.either(rows, work.followed(self.user), value)

    def is_new(self, rows: QuerySet[Account], name: str, value: Decimal) -> QuerySet[Account]:
        return rows.filter(work.new_since(self.today - timedelta(days=int(value))))

    def gone_quiet(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return work.either(rows, work.quiet(self.today), value)

    def pays_later(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return work.either(rows, work.told_of("paying_later"), value)

    def in_credit_state(self, rows: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return rows.filter(work.credit_state(value))

    def waits_for_order(self, rows: QuerySet[Account], name: str, value: bool) -> QuerySet[Account]:
        return work.either(rows, work.won_not_ordered(self.today), value)


def _ids(names: list[str]) -> list[int]:
    """Ids of sources by name; an unknown name is a source nobody is in."""
    known = dict(Source.objects.filter(name__in=names).values_list("name", "id"))
    return [known.get(name, -1) for name in names]
