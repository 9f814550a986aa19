"""The registry of figures as frozen dataclasses, read once and checked against the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from accounts.catalogue import classes
from accounts.catalogue import load as load_catalogue

FILES = tuple(Path(__file__).with_name(name) for name in ("figures.yaml", "kpis.yaml"))
OF = ("customer", "portfolio", "product", "operation")
UNITS = ("money", "percent", "days", "hours", "minutes", "count", "ratio", "date", "time", "yes", "word", "months")
KEPT = ("list", "figures", "months", "derived", "")
TAX = ("net", "gross", "gross where billed, else net")
NUMERIC = ("money", "percent", "days", "hours", "minutes", "count", "ratio")
OWN = "portal."


class BrokenMetric(ValueError):
    """A definition that cannot be meant; says in which file, of which figure, and what to do."""


@dataclass(frozen=True)
class Metric:
    """One figure: what it means, how it comes about, whose it is and who may see it."""

    name: str
    label: str
    of: str
    unit: str
    meaning: str
    formula: str
    sensitivity: str
    owner: str
    sources: tuple[str, ...]
    includes: str = ""
    excludes: str = ""
    tax: str = ""
    window: str = "now"
    kept: str = ""
    in_summary: bool = False
    needs: tuple[str, ...] = ()
    differs: str = ""
    version: int = 1

    @property
    def numeric(self) -> bool:
        """Whether it can be compared and added."""
        return self.unit in NUMERIC

    @property
    def objects(self) -> tuple[str, ...]:
        """Objects of the catalogue it is computed from."""
        names = (source.partition(".")[0] for source in self.sources if not source.startswith(OWN))
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Registry:
    """Every figure by name."""

    metrics: Mapping[str, Metric]

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    def __contains__(self, name: object) -> bool:
        return name in self.metrics

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics.values())

    def of(self, what: str) -> dict[str, Metric]:
        """The figures told of customers, the portfolio, products or the operation."""
        return self._by_subject[what]

    @cached_property
    def _by_subject(self) -> Mapping[str, dict[str, Metric]]:
        """A page asks a hundred times what is told of whom."""
        found: dict[str, dict[str, Metric]] = defaultdict(dict)
        for name, metric in self.metrics.items():
            found[metric.of][name] = metric
        return found


@cache
def load() -> Registry:
    """The figures of this version of the product."""
    return read(FILES)


def read(paths: tuple[Path, ...]) -> Registry:
    """The figures of these files; raises BrokenMetric."""
    found: dict[str, Metric] = {}
    for path in paths:
        for name, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if name in found:
                raise BrokenMetric(f"{path.name}: {name} is defined twice. Keep one.")
            found[name] = _metric(path.name, name, entry)
    return Registry(found)


def _metric(file: str, name: str, entry: dict[str, Any]) -> Metric:
    values = {"in_summary": entry.pop("summary", False), "sensitivity": entry.pop("class", ""), **entry}
    known = {spec.name for spec in fields(Metric)}
    missing = {"label", "of", "unit", "meaning", "formula", "owner", "sources"} - set(values)
    for wrong, what in ((set(values) - known, "has unknown keys"), (missing, "lacks")):
        if wrong:
            raise BrokenMetric(f"{file}: {name} {what} {', '.join(sorted(wrong))}.")
    lists = {key: tuple(values.get(key, ())) for key in ("sources", "needs")}
    metric = Metric(name=name, **(values | lists))
    _check(file, metric)
    return metric


def _check(file: str, metric: Metric) -> None:
    for key, value, allowed in (
        ("of", metric.of, OF),
        ("unit", metric.unit, UNITS),
        ("kept", metric.kept, KEPT),
        ("class", metric.sensitivity, tuple(classes())),
    ):
        if value not in allowed:
            raise BrokenMetric(f"{file}: {metric.name} has {key} {value!r}; take one of {', '.join(allowed)}.")
    if metric.unit == "money" and metric.tax not in TAX:
        raise BrokenMetric(f"{file}: {metric.name} has tax {metric.tax!r}; take one of {'; '.join(TAX)}.")
    for source in metric.sources:
        object, _, field = source.partition(".")
        catalogue = load_catalogue()
        if object != "portal" and (object not in catalogue or field not in catalogue[object].fields):
            raise BrokenMetric(f"{file}: {metric.name} names {source}, which the catalogue does not know.")
