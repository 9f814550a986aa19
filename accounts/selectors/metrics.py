"""The glossary: each figure's definition, whether the reader sees the figure, and what it rests on today."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.utils import timezone

from accounts.access import figure_access
from accounts.access.fields import Reader
from accounts.metrics import Metric, load
from accounts.metrics.inputs import Standing, standings

TOLD_OF = {
    "customer": "A customer",
    "portfolio": "All customers",
    "product": "A product",
    "operation": "Running the portal",
}


@dataclass(frozen=True)
class Entry:
    """One figure of the glossary."""

    metric: Metric
    standing: Standing
    seen: bool


def list_metrics(user: Reader) -> list[Entry]:
    """Every figure; a definition is no secret, its values are."""
    metrics = list(load())
    stands = standings(metrics, now=timezone.now())
    return [Entry(metric, stands[metric.name], figure_access(user, metric.name)) for metric in metrics]


def get_metric(user: Reader, name: str) -> Entry:
    """One figure; raises Http404."""
    if name not in load():
        raise Http404("There is no such figure.")
    metric = load()[name]
    return Entry(metric, standings([metric], now=timezone.now())[name], figure_access(user, name))


def list_standings(user: Reader) -> dict[str, Standing]:
    """How each figure of customers that the reader sees stands."""
    seen = [metric for name, metric in load().of("customer").items() if figure_access(user, name)]
    return standings(seen, now=timezone.now())
