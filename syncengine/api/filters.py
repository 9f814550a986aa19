"""How runs are filtered."""

from __future__ import annotations

import django_filters

from accounts.filtersets import StrictFilterSet
from accounts.filtersets.strict import AnyOf
from syncengine.models import Run


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
