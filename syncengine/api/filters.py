"""How runs are filtered."""

from __future__ import annotations

from decimal import Decimal

import django_filters
from django.db.models import Q, QuerySet

from accounts.filtersets import StrictFilterSet
from accounts.filtersets.strict import AnyOf
from syncengine.models import Move, Run


class RunFilter(StrictFilterSet):
    """Filters of the list of runs; who may see runs sees all of this."""

    source = AnyOf("stream__source__name", lookup_expr="in", label="Source, one of")
    stream = AnyOf("stream__name", lookup_expr="in", label="Stream, one of")
    state = AnyOf(lookup_expr="in", label=f"State: {', '.join(Run.STATES)}")
    kind = AnyOf(lookup_expr="in", label=f"Kind: {', '.join(Run.KINDS)}")
    started_at__gte = django_filters.IsoDateTimeFilter("started_at", "gte", label="Started at or after")
    started_at__lte = django_filters.IsoDateTimeFilter("started_at", "lte", label="Started at or before")

    class Meta:
        model = Run
        fields: list[str] = []


class MoveFilter(StrictFilterSet):
    """Filters of the history of merges; who may see evidence sees all of this."""

    kind = AnyOf(lookup_expr="in", label=f"Kind: {', '.join(Move.KINDS)}")
    account = django_filters.NumberFilter(method="of_account", label="Id of a customer on either side")
    batch = django_filters.NumberFilter("decision__batch", label="Id of a bulk acceptance")
    auto = django_filters.BooleanFilter("decision", "isnull", label="Made by the engine and not by a person")
    reverted = django_filters.BooleanFilter("reverted_by", "isnull", exclude=True, label="Taken back since")
    at__gte = django_filters.IsoDateTimeFilter("at", "gte", label="At or after")
    at__lte = django_filters.IsoDateTimeFilter("at", "lte", label="At or before")

    class Meta:
        model = Move
        fields: list[str] = []

    def of_account(self, rows: QuerySet[Move], name: str, value: Decimal) -> QuerySet[Move]:
        """Moves from or to a customer."""
        return rows.filter(Q(to_account=int(value)) | Q(from_account=int(value)))
