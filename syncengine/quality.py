"""How well each source keeps the rules: counted once a day and stream, weighed by the revenue of the customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.frames import rows
from accounts.golden.shape import GOLDEN, document_shape
from accounts.models import SourceState
from syncengine.models import Quality, Stream
from syncengine.policies import PolicySet, Rule, current_policies

DIMENSIONS = {
    "required": "completeness", "unique": "uniqueness", "reference": "integrity", "active": "integrity",
    "currency_match": "consistency", "blocked": "consistency", "changed": "consistency",
}  # fmt: skip
MAPPING = "map"
LATE = "late"
FRESH_ENOUGH = timedelta(hours=6)  # how often a day's figures are worth counting again


def measure_all(*, now: datetime) -> int:
    """Measure every stream in use; rows written."""
    streams = Stream.objects.filter(active=True).select_related("source")
    return sum(measure(stream, current_policies(), now=now) for stream in streams)


def measure(stream: Stream, policies: PolicySet, *, now: datetime) -> int:
    """Count who keeps each rule of a stream today: what is open against it, of all live records."""
    if Quality.objects.filter(stream=stream, day=now.date(), measured_at__gt=now - FRESH_ENOUGH).exists():
        return 0
    source = policies.sources.get(stream.source.name)
    declared = source.streams.get(stream.name) if source else None
    if declared is None:
        return 0
    checked, weight = _live(stream)
    failed = _failed(stream)
    told = [
        _row(stream, rule.name, DIMENSIONS.get(rule.kind, "validity"), rule.sentence, now, checked, weight, failed)
        for rule in _once(policies.rules_for(declared, stream.object))
    ]
    told.append(_row(stream, MAPPING, "validity", "The record can be read", now, checked, weight, failed))
    told.append(_timeliness(stream, now, checked, weight))
    Quality.objects.bulk_create(
        told, update_conflicts=True, unique_fields=["stream", "rule", "day"],
        update_fields=["dimension", "sentence", "measured_at", "checked", "failed", "weight", "failed_weight"],
    )  # fmt: skip
    return len(told)


def _once(rules: Iterable[Rule]) -> Iterable[Rule]:
    return {rule.name: rule for rule in rules}.values()


def _row(
    stream: Stream, rule: str, dimension: str, sentence: str, now: datetime,
    checked: int, weight: float, failed: dict[str, tuple[int, float]],
) -> Quality:  # fmt: skip
    count, heavy = failed.get(rule, (0, 0.0))
    return Quality(
        stream=stream, rule=rule, dimension=dimension, sentence=sentence, day=now.date(), measured_at=now,
        checked=max(checked, count), failed=count, weight=max(weight, heavy), failed_weight=heavy,
    )  # fmt: skip


def _timeliness(stream: Stream, now: datetime, checked: int, weight: float) -> Quality:
    """Late data is late for every record of the stream."""
    state = SourceState.objects.filter(source=stream.source, stream=stream.name).first()
    target = timedelta(seconds=state.target_seconds) if state else timedelta(hours=1)
    late = state is None or state.data_at is None or now - state.data_at > target
    return Quality(
        stream=stream, rule=LATE, dimension="timeliness", sentence="The data is as young as it should be",
        day=now.date(), measured_at=now, checked=checked, failed=checked if late else 0,
        weight=weight, failed_weight=weight if late else 0,
    )  # fmt: skip


def _worth(stream: Stream, key: str) -> str:
    """SQL of what a record weighs: one, and a thousandth of its customer's revenue of twelve months."""
    name = stream.object
    if name == "account":
        owner = (
            "SELECT x.account_id FROM accounts_accountcrosswalk x "
            f"WHERE x.source_id = {stream.source_id} AND x.key = {key}"
        )
    elif name in ("contact", "address"):
        owner = (
            f"SELECT g.account_id FROM accounts_{name}crosswalk x JOIN accounts_{name} g ON g.id = x.{name}_id "
            f"WHERE x.source_id = {stream.source_id} AND x.key = {key}"
        )
    elif name not in GOLDEN and document_shape(name).has_account:
        table = document_shape(name).table
        owner = f"SELECT t.account_id FROM {table} t WHERE t.source_id = {stream.source_id} AND t.key = {key}"
    else:
        return "1"
    revenue = f"SELECT s.revenue_ttm FROM accounts_accountsummary s WHERE s.account_id = ({owner})"
    return f"1 + greatest(coalesce(({revenue}), 0), 0) / 1000"


def _live(stream: Stream) -> tuple[int, float]:
    worth = _worth(stream, "r.key")
    found = rows(
        f"SELECT count(*), coalesce(sum({worth}), 0) FROM syncengine_sourcerecord r "
        "WHERE r.stream_id = %s AND r.deleted_at IS NULL",
        [stream.pk],
    )[0]
    return int(found[0]), float(found[1])


def _failed(stream: Stream) -> dict[str, tuple[int, float]]:
    """Records with something open against each rule, and what they weigh."""
    found = rows(
        f"SELECT rule, count(*), sum({_worth(stream, 'd.key')}) FROM (SELECT DISTINCT key, "
        f"CASE WHEN stage = 'validate' THEN rule ELSE '{MAPPING}' END AS rule FROM syncengine_deadletter "
        "WHERE stream_id = %s AND state = 'open' AND key IS NOT NULL) d GROUP BY rule",
        [stream.pk],
    )
    return {rule: (int(count), float(weight)) for rule, count, weight in found}
