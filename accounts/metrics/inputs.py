"""Whether the inputs of figures are there: which fields nobody delivers, and how old what they rest on is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection

from accounts.catalogue import load as load_catalogue
from accounts.metrics.registry import OWN, Metric
from accounts.models import SourceState

OURS = "the portal itself"
# Grain: one row a column of a table; a column that was empty when last analysed has a share of nulls of one.
EMPTY = """
    SELECT tablename, attname FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = ANY(%s) AND null_frac = 1
"""


@dataclass(frozen=True)
class Standing:
    """What a figure rests on: inputs that are missing, the age of the worst source, and how much is covered."""

    missing: tuple[str, ...]
    as_of: datetime | None
    worst_source: str | None
    coverage: int  # percent of the inputs that some source fills


def standings(metrics: Iterable[Metric], *, now: datetime) -> dict[str, Standing]:
    """How each figure stands; two queries for all. What the portal itself keeps is as of now."""
    wanted = list(metrics)
    ages = _ages()
    empty = _empty_columns({object for metric in wanted for object in metric.objects})
    return {metric.name: _standing(metric, ages, empty, now) for metric in wanted}


def _ages() -> dict[str, list[tuple[datetime | None, str]]]:
    """When each object's streams were last heard of, by object."""
    found: dict[str, list[tuple[datetime | None, str]]] = {}
    states = SourceState.objects.filter(source__retired_at__isnull=True)
    for object, at, label in states.values_list("object", "data_at", "source__label").order_by("pk"):
        found.setdefault(object, []).append((at, label))
    return found


def _empty_columns(objects: set[str]) -> set[str]:
    """Fields no row has a value in, as far as statistics say."""
    tables = {_table(object): object for object in objects}
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [list(tables)])
        found = cursor.fetchall()
    return {f"{tables[table]}.{name}" for table, column in found for name in (column, column.removesuffix("_id"))}


def _table(object: str) -> str:
    return str(apps.get_model("accounts", load_catalogue()[object].model)._meta.db_table)


def _standing(
    metric: Metric, ages: Mapping[str, list[tuple[datetime | None, str]]], empty: set[str], now: datetime
) -> Standing:
    stated = [source for source in metric.sources if not source.startswith(OWN)]
    absent = [_spoken(source) for source in stated if source.partition(".")[0] not in ages or source in empty]
    heard = [row for object in metric.objects for row in ages.get(object, ())]
    worst: tuple[Any, str] | None = min(heard, key=lambda row: row[0].timestamp() if row[0] else 0, default=None)
    if not stated and metric.sources:
        worst = (now, OURS)
    count = len(metric.sources) + len(metric.needs)
    missing = (*metric.needs, *absent)
    return Standing(
        missing=missing,
        as_of=worst[0] if worst else None,
        worst_source=worst[1] if worst else None,
        coverage=round(100 * (count - len(missing)) / count) if count else 100,
    )


def _spoken(source: str) -> str:
    object, _, field = source.partition(".")
    spec = load_catalogue()[object]
    return f"{spec.fields[field].label.lower()} of {spec.plural.lower()}"
