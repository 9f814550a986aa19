"""The partition: which records are one customer, from pairs and decisions, the same for any order of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from syncengine.identity.components import components
from syncengine.identity.guards import EXACT, POLICY, REVIEW, Policy

EDGE = {"record_l": pl.Int64, "record_r": pl.Int64, "tier": pl.Int16, "match_weight": pl.Float64}
VETOING = (
    "record_id", "country", "tax", "tax_country", "tax_kind", "tax_sure", "registration", "registration_sure", "duns",
)  # fmt: skip
MUST = 0  # the tier of a steward's "same"
Edge = tuple[int, int, int, float]
Kind = tuple[str, bool]  # what is told, and whether one character's difference is no slip of the pen
Told = dict[int, dict[Kind, set[str]]]


def partition(
    record_ids: pl.Series,
    pairs: pl.DataFrame,
    decisions: pl.DataFrame,
    vetoes: pl.DataFrame | None = None,
    policy: Policy = POLICY,
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """record_id, component_id and cluster, each named by its smallest record id.

    `vetoes` (record_id, kind, value): two records with different values of a kind never share a cluster
    unless a person said so. Pairs of the review tier join nothing. `names` (record_id, name): a name that does
    not depend on when a record arrived, such as source and key, by which equal pairs are taken; else its id.
    """
    ids = record_ids.cast(pl.Int64).unique().sort()
    edges = _edges(ids, pairs, decisions)
    labels = components(ids, edges["record_l"], edges["record_r"]).rename(
        {"node": "record_id", "label": "component_id"}
    )
    apart = _known(ids, decisions.filter(pl.col("kind") == "different")).select("record_l", "record_r")
    told = _told(labels, vetoes)
    doubtful = _doubtful(labels, apart, told, policy)
    resolved = _resolve(labels, edges, apart, told, doubtful, policy, names)
    parted = labels.join(resolved, on="record_id", how="left", maintain_order="left")
    return parted.with_columns(cluster=pl.coalesce("cluster", "component_id")).sort("record_id")


def refused_pairs(parted: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Accepted pairs whose records a decision, a veto or the size limit keeps apart."""
    side = parted.select("record_id", "cluster")
    joined = pairs.filter(pl.col("tier") < REVIEW).join(side, left_on="record_l", right_on="record_id")
    joined = joined.join(side, left_on="record_r", right_on="record_id", suffix="_r")
    return joined.filter(pl.col("cluster") != pl.col("cluster_r")).select(pairs.columns)


def veto_values(standardised: pl.DataFrame) -> pl.DataFrame:
    """record_id, kind, value of what one customer has once: a country's tax number, a D-U-N-S number.

    `exact` where check digits are right, so that a difference of one character is no slip of the pen.
    """
    standardised = standardised.select(*VETOING)  # a filter copies what it keeps of every column
    # A number that cannot be right keeps nobody apart.
    tax = standardised.filter(pl.col("tax").is_not_null() & pl.col("tax_sure").ne_missing(False))
    whose = pl.concat_str(pl.col("tax_country").fill_null(""), "tax_kind", separator=" ", ignore_nulls=True)
    register = standardised.filter(pl.col("registration_sure"))
    kind_of_register = pl.concat_str(pl.lit("register "), "country")
    duns = standardised.filter(pl.col("duns").is_not_null())
    return pl.concat([
        tax.select("record_id", kind=pl.lit("tax ") + whose, value="tax", exact=pl.col("tax_sure").fill_null(False)),
        register.select("record_id", kind=kind_of_register, value="registration", exact=pl.lit(True)),
        duns.select("record_id", kind=pl.lit("duns"), value="duns", exact=pl.lit(False)),
    ])  # fmt: skip


def _edges(ids: pl.Series, pairs: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    accepted = pairs.filter(pl.col("tier") < REVIEW).select(pl.col(n).cast(t) for n, t in EDGE.items())
    same = decisions.filter(pl.col("kind") == "same").select(
        pl.col("record_l").cast(pl.Int64),
        pl.col("record_r").cast(pl.Int64),
        tier=pl.lit(MUST, pl.Int16),
        match_weight=pl.lit(0.0),
    )
    return _known(ids, pl.concat([accepted, same]))


def _known(ids: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    known = ids.implode()
    return frame.filter(pl.col("record_l").is_in(known) & pl.col("record_r").is_in(known))


def _told(labels: pl.DataFrame, vetoes: pl.DataFrame | None) -> pl.DataFrame:
    if vetoes is None:
        vetoes = pl.DataFrame(schema={"record_id": pl.Int64, "kind": pl.String, "value": pl.String})
    if "exact" not in vetoes.columns:
        vetoes = vetoes.with_columns(exact=pl.lit(False))
    return vetoes.join(labels, on="record_id")


def _doubtful(labels: pl.DataFrame, apart: pl.DataFrame, told: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Components that are not simply one cluster: too large, or with something that keeps records apart."""
    large = labels.group_by("component_id").len().filter(pl.col("len") > policy.cluster_cap).select("component_id")
    sides = apart.join(labels, left_on="record_l", right_on="record_id").join(
        labels, left_on="record_r", right_on="record_id", suffix="_r"
    )
    parted = sides.filter(pl.col("component_id") == pl.col("component_id_r")).select("component_id")
    values = told.group_by("component_id", "kind").agg(n=pl.col("value").n_unique()).filter(pl.col("n") > 1)
    return pl.concat([large, parted, values.select("component_id")]).unique().sort("component_id")


def _resolve(
    labels: pl.DataFrame,
    edges: pl.DataFrame,
    apart: pl.DataFrame,
    told: pl.DataFrame,
    doubtful: pl.DataFrame,
    policy: Policy,
    names: pl.DataFrame | None,
) -> pl.DataFrame:
    """record_id and cluster of the doubtful components, the only ones that need a loop."""
    concerned = labels.join(doubtful, on="component_id", how="semi")
    groups: dict[int, _Component] = {}
    for record, component in concerned.iter_rows():
        groups.setdefault(component, _Component()).records.append(record)
    owner = dict(concerned.iter_rows())
    inside = edges.join(concerned, left_on="record_l", right_on="record_id", how="semi")
    for left, right, tier, weight in inside.iter_rows():
        groups[owner[left]].edges.append((tier, left, right, weight) if left < right else (tier, right, left, weight))
    for left, right in apart.iter_rows():
        if left in owner and owner.get(right) == owner[left]:
            groups[owner[left]].apart.append((left, right))
    for record, kind, value, exact in (
        told.join(doubtful, on="component_id", how="semi").select("record_id", "kind", "value", "exact").iter_rows()
    ):
        groups[owner[record]].told.setdefault(record, {}).setdefault((kind, exact), set()).add(value)
    places = _places(concerned, names)
    found = [pair for group in groups.values() for pair in group.clusters(policy, places)]
    return pl.DataFrame(found, schema={"record_id": pl.Int64, "cluster": pl.Int64}, orient="row")


def _places(concerned: pl.DataFrame, names: pl.DataFrame | None) -> dict[int, int]:
    """The order in which these records count where nothing else tells pairs apart; those without a name last."""
    ids = concerned.select("record_id")
    if names is None:
        return {record: record for record in ids["record_id"]}
    named = ids.join(names.select("record_id", "name"), on="record_id", how="left")
    ordered = named.sort("name", "record_id", nulls_last=True)["record_id"]
    return {record: place for place, record in enumerate(ordered)}


@dataclass(slots=True)
class _Component:
    """One doubtful component and what holds its records together or apart."""

    records: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    apart: list[tuple[int, int]] = field(default_factory=list)
    told: Told = field(default_factory=dict)

    def clusters(self, policy: Policy, places: Mapping[int, int]) -> Iterable[tuple[int, int]]:
        """(record, cluster): must-links, then pairs by tier, weight and names; forbidden unions are refused."""
        oversized = len(self.records) > policy.cluster_cap
        usable = [edge for edge in self.edges if edge[0] <= EXACT or not oversized]
        forest = _Forest(self.records, self.apart, self.told)
        for tier, left, right, _ in sorted(usable, key=lambda e: (e[0], -e[3], *_in_order(places[e[1]], places[e[2]]))):
            forest.join(left, right, decided=tier == MUST)
        return [(record, forest.root(record)) for record in self.records]


def _in_order(left: int, right: int) -> tuple[int, int]:
    return (left, right) if left < right else (right, left)


class _Forest:
    """Union-find whose unions can be refused; the root is the smallest record."""

    def __init__(self, records: list[int], apart: list[tuple[int, int]], told: Told) -> None:
        self.parent = {record: record for record in records}
        self.told = {record: {k: set(v) for k, v in told.get(record, {}).items()} for record in records}
        self.foes: dict[int, set[int]] = {record: set() for record in records}
        for left, right in apart:
            self.foes[left].add(right)
            self.foes[right].add(left)

    def root(self, record: int) -> int:
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, left: int, right: int, *, decided: bool) -> None:
        low, high = sorted((self.root(left), self.root(right)))
        if low == high or self._foes(low, high) or (not decided and self._contradict(low, high)):
            return
        self.parent[high] = low
        self.foes[low] |= self.foes[high]
        for kind, values in self.told[high].items():
            self.told[low].setdefault(kind, set()).update(values)

    def _foes(self, low: int, high: int) -> bool:
        fewer, other = (low, high) if len(self.foes[low]) <= len(self.foes[high]) else (high, low)
        return any(self.root(foe) == other for foe in self.foes[fewer])

    def _contradict(self, low: int, high: int) -> bool:
        mine, theirs = self.told[low], self.told[high]
        return any(kind in theirs and not _alike(kind, mine[kind], theirs[kind]) for kind in mine)


def _alike(kind: Kind, mine: set[str], theirs: set[str]) -> bool:
    """Whether some value of one is a value of the other, or differs from it by one slip of the pen."""
    _, exact = kind
    return not mine.isdisjoint(theirs) or (not exact and any(_one_slip(a, b) for a in mine for b in theirs))


def _one_slip(a: str, b: str) -> bool:
    """One character more, less or other, or two neighbours swapped."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1 or len(b) < 6:
        return False
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])
