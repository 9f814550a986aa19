"""How a customer's records hold together: the score of each pair, and the edge that would give first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from syncengine.models import Decision, MatchPair


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of a matrix: its probability where it is known, what people said, and whether all hangs on it."""

    record_l: int
    record_r: int
    probability: float | None
    decided: str
    weakest: bool
    splits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Records in order, a row of cells for each, and the weakest edge that holds them together."""

    records: tuple[int, ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    weakest: Cell | None


def get_matrix(records: Sequence[int]) -> Matrix | None:
    """The matrix of three and more records; None for fewer."""
    order = tuple(records)
    if len(order) < 3:
        return None
    pairs = MatchPair.objects.filter(record_l__in=order, record_r__in=order)
    scored = {(p.record_l, p.record_r): (p.match_weight, p.match_probability) for p in pairs}
    decided = decided_pairs(order)
    edges = sorted(((w, pair) for pair, (w, _) in scored.items() if decided.get(pair) != "different"), reverse=True)
    weak, side = _weakest(order, edges)
    cells = {
        pair: Cell(*pair, scored[pair][1] if pair in scored else None, decided.get(pair, ""), pair == weak,
                   side if pair == weak else ())
        for pair in ((min(a, b), max(a, b)) for a in order for b in order if a != b)
    }  # fmt: skip
    table = tuple(tuple(cells[(min(a, b), max(a, b))] if a != b else None for b in order) for a in order)
    return Matrix(order, table, cells[weak] if weak else None)


def decided_pairs(records: Sequence[int]) -> dict[tuple[int, int], str]:
    """What people said of pairs of these records."""
    among = list(records)
    found: dict[tuple[int, int], str] = {}
    touching = Q(records_l__overlap=among) & Q(records_r__overlap=among)
    for decision in Decision.objects.filter(touching, closed_at=None, pending=False).order_by("pk"):
        for left in set(decision.records_l) & set(among):
            for right in set(decision.records_r) & set(among):
                found[(min(left, right), max(left, right))] = decision.kind
    return found


def _weakest(
    records: Sequence[int], edges: Sequence[tuple[float, tuple[int, int]]]
) -> tuple[tuple[int, int] | None, tuple[int, ...]]:
    """The last edge of the strongest tree: without it the records fall into two; and the smaller of the two."""
    parent = {record: record for record in records}

    def root(record: int) -> int:
        while parent[record] != record:
            record = parent[record]
        return record

    last: tuple[int, int] | None = None
    side: tuple[int, ...] = ()
    for _, (left, right) in edges:
        a, b = root(left), root(right)
        if a != b:
            halves = [tuple(r for r in records if root(r) == end) for end in (a, b)]
            last, side = (left, right), min(halves, key=lambda half: (len(half), half))
            parent[b] = a
    return last, side
