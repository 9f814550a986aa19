"""Quality of sources as pages show it: a score in six dimensions, its trend, and the rules that cost most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from syncengine.models import Quality

WORST = 3
TREND_DAYS = 90


@dataclass(frozen=True)
class RuleQuality:
    """One rule of one stream on its latest day."""

    stream: str
    rule: str
    sentence: str
    dimension: str
    checked: int
    failed: int
    passed: float

    @property
    def lost(self) -> float:
        """Share of weight that fails it, in percent."""
        return 100 - self.passed


@dataclass(frozen=True)
class SourceQuality:
    """One source: its score (percent of weight that passes), per dimension, day by day, and its worst rules."""

    source: str
    label: str
    day: date
    score: float
    dimensions: dict[str, float]
    worst: Sequence[RuleQuality]
    trend: Sequence[tuple[date, float]]

    @property
    def tone(self) -> str:
        """ok, warn or bad."""
        return "ok" if self.score >= 98 else "warn" if self.score >= 90 else "bad"

    @property
    def scores(self) -> list[float]:
        """The score of each measured day."""
        return [score for _, score in self.trend]


def list_quality(*, today: date, source: str | None = None) -> list[SourceQuality]:
    """Every source that was measured, the worst first; one query."""
    since = today - timedelta(days=TREND_DAYS)
    found = Quality.objects.filter(day__gte=since, day__lte=today, stream__active=True).select_related("stream__source")
    found = found.filter(stream__source__name=source) if source else found
    by_source: dict[str, list[Quality]] = defaultdict(list)
    for row in found.order_by("day", "stream_id", "rule"):
        by_source[row.stream.source.name].append(row)
    return sorted((_source(group) for group in by_source.values()), key=lambda quality: quality.score)


@dataclass(frozen=True)
class StreamQuality:
    """One stream on its latest day: its score and the rule that costs most."""

    score: float
    worst: RuleQuality | None

    @property
    def tone(self) -> str:
        """ok, warn or bad."""
        return "ok" if self.score >= 98 else "warn" if self.score >= 90 else "bad"


def list_stream_quality(*, today: date) -> dict[int, StreamQuality]:
    """Every stream measured within three days, by its id; one query."""
    found = Quality.objects.filter(day__gt=today - timedelta(days=3), day__lte=today).select_related("stream__source")
    by_stream: dict[int, list[Quality]] = defaultdict(list)
    for row in found.order_by("stream_id", "-day", "rule"):
        if not by_stream[row.stream_id] or by_stream[row.stream_id][0].day == row.day:
            by_stream[row.stream_id].append(row)
    return {stream: _stream(group) for stream, group in by_stream.items()}


def _stream(group: Sequence[Quality]) -> StreamQuality:
    rules = sorted((_rule(row) for row in group if row.failed), key=lambda rule: (rule.passed, rule.rule))
    return StreamQuality(_score(group), rules[0] if rules else None)


def _source(group: Sequence[Quality]) -> SourceQuality:
    by_day: dict[date, list[Quality]] = defaultdict(list)
    for row in group:
        by_day[row.day].append(row)
    day = max(by_day)
    latest = by_day[day]
    rules = sorted((_rule(row) for row in latest if row.failed), key=lambda rule: (rule.passed, rule.stream, rule.rule))
    return SourceQuality(
        source=group[0].stream.source.name,
        label=group[0].stream.source.label,
        day=day,
        score=_score(latest),
        dimensions=_dimensions(latest),
        worst=rules[:WORST],
        trend=[(on, _score(part)) for on, part in sorted(by_day.items())],
    )


def _rule(row: Quality) -> RuleQuality:
    stream = f"{row.stream.source.label} {row.stream.name}"
    return RuleQuality(stream, row.rule, row.sentence, row.dimension, row.checked, row.failed, _passed([row]))


def _dimensions(group: Iterable[Quality]) -> dict[str, float]:
    parts: dict[str, list[Quality]] = defaultdict(list)
    for row in group:
        parts[row.dimension].append(row)
    return {name: _passed(parts[name]) for name in Quality.DIMENSIONS if name in parts}


def _score(group: Iterable[Quality]) -> float:
    """The mean of the dimensions that have rules, so that many rules of one kind don't outvote the others."""
    found = _dimensions(group).values()
    return round(sum(found) / len(found), 1) if found else 100.0


def _passed(group: Sequence[Quality]) -> float:
    weight = float(sum(row.weight for row in group))
    failed = float(sum(row.failed_weight for row in group))
    return round(100 * (1 - failed / weight), 1) if weight else 100.0
