"""How a customer came to be: which record joined by what, in the order of strength, and what has moved since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access import treatment
from accounts.models import Account, User
from syncengine.identity import REVIEW, sentence
from syncengine.models import CanonicalAccount, MatchPair, Move
from syncengine.selectors.clusters import Matrix, decided_pairs, get_matrix
from syncengine.selectors.merges import list_moves

MOST = 100  # records of one customer that are told


@dataclass(frozen=True, slots=True)
class Joining:
    """One tie that holds the customer together: by a person or by a score, the strongest first."""

    record_l: int
    record_r: int
    by: str
    sentence: str
    probability: float | None
    weakest: bool


@dataclass(frozen=True, slots=True)
class Formation:
    """The records of a customer, the ties between them, what ties to nothing, and the moves that made it."""

    records: tuple[CanonicalAccount, ...]
    ties: tuple[Joining, ...]
    alone: tuple[int, ...]
    moves: tuple[Move, ...]
    more: bool


def get_formation(user: User, account: Account) -> Formation | None:
    """How a customer the reader may see holds together; None for roles that see no evidence."""
    if treatment(user, "provenance") != "full":
        return None
    found = CanonicalAccount.objects.filter(crosswalk__account=account).select_related("crosswalk__source")
    records = tuple(found.order_by("pk")[: MOST + 1])
    shown = records[:MOST]
    ids = [record.pk for record in shown]
    ties = _ties(ids, get_matrix(ids))
    tied = {record for tie in ties for record in (tie.record_l, tie.record_r)}
    alone = tuple(record for record in ids if record not in tied) if len(ids) > 1 else ()
    moves = list_moves(user).filter(to_account=account)[:MOST]
    return Formation(shown, ties, alone, tuple(moves), len(records) > MOST)


def _ties(records: Sequence[int], matrix: Matrix | None) -> tuple[Joining, ...]:
    """The strongest tree over the records: people's words first, then exact identifiers, then probability."""
    decided = decided_pairs(records)
    words = [pair for pair, kind in decided.items() if kind == "same"]
    found: list[tuple[int, float, tuple[int, int], MatchPair | None]] = [(0, 0.0, pair, None) for pair in words]
    pairs = MatchPair.objects.filter(record_l__in=records, record_r__in=records, tier__lt=REVIEW)
    found += [
        (pair.tier, -pair.match_weight, (pair.record_l, pair.record_r), pair)
        for pair in pairs
        if decided.get((pair.record_l, pair.record_r)) not in ("different", "related")
    ]
    weakest = matrix.weakest if matrix else None
    parent = {record: record for record in records}

    def root(record: int) -> int:
        while parent[record] != record:
            record = parent[record]
        return record

    ties = []
    for _, _, (left, right), pair in sorted(found, key=lambda one: one[:3]):
        if root(left) != root(right):
            parent[root(right)] = root(left)
            weak = weakest is not None and (weakest.record_l, weakest.record_r) == (left, right)
            ties.append(_joining(left, right, pair, weak))
    return tuple(ties)


def _joining(left: int, right: int, pair: MatchPair | None, weakest: bool) -> Joining:
    if pair is None:
        return Joining(left, right, "person", "A person said that they are the same.", None, weakest)
    by = "identifier" if pair.tier == 1 else "score"
    said = sentence(pair.rule) if ":" in pair.rule else pair.rule
    return Joining(left, right, by, said, pair.match_probability, weakest)
