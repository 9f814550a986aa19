"""The glossary: each figure's definition, whether the reader sees the figure, and what it rests on today."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

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
    stands = standings(metrics)
    return [Entry(metric, stands[metric.name], figure_access(user, metric.name)) for metric in metrics]


def get_metric(user: Reader, name: str) -> Entry:
    """One figure; raises Http404."""
    if name not in load():
        raise Http404("There is no such figure.")
    metric = load()[name]
    return Entry(metric, standings([metric])[name], figure_access(user, name))
