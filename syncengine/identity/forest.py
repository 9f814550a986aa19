"""One component and what holds its records together or apart: joined pair by pair, forbidden unions refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncengine.identity.guards import EXACT, Policy

MUST = 0  # the tier of a steward's "same"
Edge = tuple[int, int, int, float]  # tier, both records, weight
Kind = tuple[str, bool]  # what is told, and whether one character's difference is no slip of the pen
Told = dict[int, dict[Kind, set[str]]]


def gather(
    owner: Mapping[int, int],
    edges: Iterable[Edge],
    apart: Iterable[tuple[int, int]],
    told: Iterable[tuple[int, str, str, bool]],
) -> list[Component]:
    """The components that records are in (`owner`), with the edges, decisions and values inside them."""
    groups: dict[int, Component] = {}
    for record, component in owner.items():
        groups.setdefault(component, Component()).records.append(record)
    for tier, left, right, weight in edges:
        groups[owner[left]].edges.append((tier, *_in_order(left, right), weight))
    for left, right in apart:
        if left in owner and owner.get(right) == owner[left]:
            groups[owner[left]].apart.append((left, right))
    for record, kind, value, exact in told:
        groups[owner[record]].told.setdefault(record, {}).setdefault((kind, exact), set()).add(value)
    return list(groups.values())


@dataclass(slots=True)
class Component:
    """One doubtful component and what holds its records together or apart."""

    records: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    apart: list[tuple[int, int]] = field(default_factory=list)
    told: Told = field(default_factory=dict)

    def clusters(self, policy: Policy, places: Mapping[int, int]) -> Iterable[tuple[int, int]]:
        """(record, cluster): must-links, then pairs by tier, weight and names; forbidden unions are refused."""
        oversized = len(self.records) > policy.cluster_cap
        usable = [edge for edge in self.edges if edge[0] <= EXACT or not oversized]
        forest = Forest(self.records, self.apart, self.told)
        for tier, left, right, _ in sorted(usable, key=lambda e: (e[0], -e[3], *_in_order(places[e[1]], places[e[2]]))):
            forest.join(left, right, decided=tier == MUST)
        return [(record, forest.root(record)) for record in self.records]


def _in_order(left: int, right: int) -> tuple[int, int]:
    return (left, right) if left < right else (right, left)


class Forest:
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
