"""The sources as pages and programs need them: names, links into the systems, and the age of their data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db.models import F, Max

from accounts.models import Source, SourceState
from accounts.selectors.snapshot import once

BROKEN = ("error", "action")


@dataclass(frozen=True)
class SourceAge:
    """One stream: how old its data is against its target."""

    source_id: int
    source: str
    label: str
    stream: str
    object: str
    state: str
    data_at: datetime | None
    age: timedelta | None
    target: timedelta
    rows: int
    refused: int
    message: str
    notice: str = ""

    @property
    def late(self) -> bool:
        """Whether the data is older than promised, or broken."""
        return self.state in BROKEN or self.age is None or self.age > self.target

    @property
    def badness(self) -> float:
        """Age as a multiple of the target; broken and never-read streams come first."""
        if self.state in BROKEN or self.age is None:
            return float("inf")
        return self.age / max(self.target, timedelta(seconds=1))


@once
def sources() -> dict[int, Source]:
    """Every source by its id; there are a handful."""
    return Source.objects.in_bulk()


def list_source_states(now: datetime) -> tuple[SourceAge, ...]:
    """Every stream in use, the worst first."""
    return tuple(sorted((_age(state, now) for state in _states()), key=lambda age: -age.badness))


@once
def _states() -> tuple[SourceState, ...]:
    states = SourceState.objects.filter(source__retired_at__isnull=True).exclude(state="paused")
    return tuple(states.select_related("source").order_by("source__label", "stream"))


def worst_source(now: datetime) -> SourceAge | None:
    """The stream whose data is oldest against its target, for the as-of chip."""
    return next(iter(list_source_states(now)), None)


def data_as_of() -> dict[str, datetime | None]:
    """Per source the moment its oldest stream was last known to be current."""
    rows = Source.objects.filter(retired_at__isnull=True).annotate(data_at=Max("states__data_at"))
    return dict(rows.order_by(F("name")).values_list("name", "data_at"))


def record_url(source: Source | None, object: str, key: str) -> str | None:
    """Where the record is found in its own system, if the source says how."""
    if source is None or not source.record_url:
        return None
    return source.record_url.replace("{object}", object).replace("{key}", quote(key, safe=""))


def _age(state: SourceState, now: datetime) -> SourceAge:
    return SourceAge(
        source_id=state.source_id,
        source=state.source.name,
        label=state.source.label,
        stream=state.stream,
        object=state.object,
        state=state.state,
        data_at=state.data_at,
        age=now - state.data_at if state.data_at else None,
        target=timedelta(seconds=state.target_seconds),
        rows=state.rows,
        refused=state.refused,
        message=state.message,
        notice=state.notice if state.notice_until is None or state.notice_until > now else "",
    )
