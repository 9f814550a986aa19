"""Policy of identity: how many records a key may join, how far a cluster may grow, what needs a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits and thresholds, in force for bulk and incremental runs alike."""

    key_cap: int = 100  # a key that more live records hold says nothing about any two of them
    cluster_cap: int = 50  # a component above this keeps only what exact identifiers hold together
    automatic: float = 0.98  # match probability from which a pair is merged without a person
    review: float = 0.50  # from here to `automatic` a steward is asked
    breaker_share: float = 0.1  # share of known records that one run may move between customers by itself
    breaker_least: int = 200  # and the number that it may always move
    shared_name_cap: int = 20  # an identifier told by more different names than this is a placeholder


POLICY = Policy()

EXACT, AUTOMATIC, REVIEW = 1, 2, 3
