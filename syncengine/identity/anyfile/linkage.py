"""Clusters from the evidence for and against: a bad bridge cannot chain strangers together."""

from __future__ import annotations

import heapq
from collections import defaultdict

import polars as pl

from syncengine.identity.components import components

NEVER = -1000.0  # a weight that no number of other pairs outweighs
EQUALLY = 2.0  # bits within which a row fits two others equally well
BOUND = 30.0  # bits of one pair that count in a mean
SILENT = -6.0  # bits against two rows that no key brings together


def clusters(record_ids: pl.Series, pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """record_id and cluster: parts joined from the strongest, as long as the mean evidence between them speaks for it.

    `pairs` holds every compared pair with its weight in bits, also those that speak against.
    """
    pairs = _without_ambiguous(pairs, threshold)
    links = pairs.filter(pl.col("match_weight") >= threshold)
    labels = components(record_ids, links["record_l"], links["record_r"]).rename(
        {"node": "record_id", "label": "component"}
    )
    sizes = labels.group_by("component").len()
    several = labels.join(sizes.filter(pl.col("len") > 2), on="component", how="semi")
    inside = pairs.join(several, left_on="record_l", right_on="record_id").join(
        several, left_on="record_r", right_on="record_id", suffix="_r"
    )
    inside = inside.filter(pl.col("component") == pl.col("component_r"))
    doubtful = _doubtful(several, inside, threshold)
    found = _parted(doubtful, inside, threshold)
    parted = labels.join(found, on="record_id", how="left", maintain_order="left")
    return parted.select("record_id", cluster=pl.coalesce("cluster", "component"))


def _without_ambiguous(pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """A row that fits two rows equally well which are known to differ is joined to neither of them."""
    links = pairs.filter(pl.col("match_weight") >= threshold)
    both = pl.concat(
        [
            links.select(x="record_l", y="record_r", w="match_weight"),
            links.select(x="record_r", y="record_l", w="match_weight"),
        ]
    )
    apart = pairs.filter(pl.col("match_weight") <= NEVER).select(y="record_l", z="record_r")
    torn = both.join(apart, on="y").join(both.rename({"y": "z", "w": "w_z"}), on=["x", "z"])
    torn = torn.filter((pl.col("w") - pl.col("w_z")).abs() < EQUALLY)
    refused = pl.concat([torn.select("x", "y"), torn.select("x", y="z")]).unique()
    refused = refused.select(record_l=pl.min_horizontal("x", "y"), record_r=pl.max_horizontal("x", "y"), refused=True)
    marked = pairs.join(refused, on=["record_l", "record_r"], how="left", maintain_order="left")
    weight = (
        pl.when("refused").then(pl.min_horizontal(pl.lit(threshold - 1.0), "match_weight")).otherwise("match_weight")
    )
    return marked.with_columns(match_weight=weight).drop("refused")


def _doubtful(several: pl.DataFrame, inside: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Members of components in which not every two rows are linked."""
    linked = inside.filter(pl.col("match_weight") >= threshold).group_by("component").len("links")
    sizes = several.group_by("component").len("n").join(linked, on="component", how="left")
    open_ = sizes.filter(pl.col("links").fill_null(0) < pl.col("n") * (pl.col("n") - 1) // 2)
    return several.join(open_, on="component", how="semi")


def _parted(doubtful: pl.DataFrame, inside: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Only these components need a loop; they are few and bounded."""
    members: dict[int, list[int]] = defaultdict(list)
    for record, component in doubtful.select("record_id", "component").iter_rows():
        members[component].append(record)
    weights: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
    chosen = inside.join(doubtful.select("component").unique(), on="component", how="semi")
    for left, right, weight, component in chosen.select(
        "record_l", "record_r", "match_weight", "component"
    ).iter_rows():
        weights[component][left, right] = weight if weight <= NEVER else max(min(weight, BOUND), -BOUND)
    rows = [row for component, ids in members.items() for row in _joined(sorted(ids), weights[component], threshold)]
    return pl.DataFrame(rows, schema={"record_id": pl.Int64, "cluster": pl.Int64}, orient="row")


def _joined(ids: list[int], weights: dict[tuple[int, int], float], threshold: float) -> list[tuple[int, int]]:
    parts = _Parts(ids, weights)
    heap = [(-weight, a, b) for (a, b), weight in weights.items() if weight >= threshold]
    heapq.heapify(heap)
    while heap:
        weight, a, b = heapq.heappop(heap)
        if parts.mean(a, b) == -weight:  # else the parts have changed since
            for other, now in parts.join(a, b):
                if now >= threshold:
                    heapq.heappush(heap, (-now, min(a, other), max(a, other)))
    return [(record, part) for part, records in parts.members.items() for record in records]


class _Parts:
    """Average linkage: parts of a component and the mean evidence between them."""

    def __init__(self, ids: list[int], weights: dict[tuple[int, int], float]) -> None:
        self.members = {n: [n] for n in ids}
        self.near: dict[int, dict[int, tuple[float, int]]] = {n: {} for n in ids}
        for (left, right), weight in weights.items():
            self.near[left][right] = self.near[right][left] = (weight, 1)

    def mean(self, a: int, b: int) -> float | None:
        """The mean weight between two parts; None where one of them is joined to another by now."""
        if a not in self.members or b not in self.members:
            return None
        total, told = self.near[a].get(b, (0.0, 0))
        count = len(self.members[a]) * len(self.members[b])
        return (total + SILENT * (count - told)) / count

    def join(self, a: int, b: int) -> list[tuple[int, float]]:
        """Make b part of a; every other part near a with its mean weight now."""
        for other, (total, told) in self.near.pop(b).items():
            self.near[other].pop(b)
            if other != a:
                before = self.near[a].get(other, (0.0, 0))
                self.near[a][other] = self.near[other][a] = (before[0] + total, before[1] + told)
        self.members[a] += self.members.pop(b)
        return [(other, self.mean(a, other) or 0.0) for other in self.near[a]]
