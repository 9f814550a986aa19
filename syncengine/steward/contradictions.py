"""A decision that says the opposite of what people said before is refused when it is written."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.frames import execute, rows
from syncengine.models import Decision

WRITE_LOCK = 7303  # one decision is written at a time, so that two cannot contradict each other unseen
APART = ("different", "related")
# Grain: a record reachable from the seeds by open decisions that say same.
REACH = """
    WITH RECURSIVE told AS (
        SELECT unnest(%(seeds)s::bigint[]) AS record
        UNION
        SELECT unnest(d.records_l || d.records_r) FROM told t JOIN syncengine_decision d
          ON d.kind = 'same' AND d.closed_at IS NULL
         AND (d.records_l @> ARRAY[t.record] OR d.records_r @> ARRAY[t.record])
    ) SELECT record FROM told
"""


class ContradictsDecision(Exception):
    """An earlier decision says the opposite; it has to be undone first."""


def refuse_contradiction(kind: str, left: Sequence[int], right: Sequence[int]) -> None:
    """Raise ContradictsDecision where `kind` cannot hold beside the open decisions; serialises writers."""
    execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
    if kind == "same":
        against = _apart_within(_reach(left) | _reach(right))
    elif kind in APART:
        against = _same_between(left, right)
    else:
        return
    if against is not None:
        raise ContradictsDecision(
            f"{against.made_by or 'Somebody'} decided on {against.made_at:%d %b %Y} that "
            f"{'these' if _direct(against, left, right) else 'records tied to these'} are "
            f"{_words(against)}. Undo that first."
        )


def _reach(records: Sequence[int]) -> set[int]:
    return {row[0] for row in rows(REACH, {"seeds": list(records)})}


def _apart_within(records: set[int]) -> Decision | None:
    """An open decision that keeps two of these records apart."""
    among = sorted(records)
    open_ones = Decision.objects.filter(kind__in=APART, closed_at=None).select_related("made_by")
    return open_ones.filter(records_l__overlap=among, records_r__overlap=among).order_by("pk").first()


def _same_between(left: Sequence[int], right: Sequence[int]) -> Decision | None:
    """An open decision by which a record of one side is the same as one of the other."""
    if not (_reach(left) & set(right)):
        return None
    tied = Decision.objects.filter(kind="same", closed_at=None).select_related("made_by")
    return tied.filter(records_l__overlap=sorted(_reach(left))).order_by("-pk").first()


def _direct(decision: Decision, left: Sequence[int], right: Sequence[int]) -> bool:
    mine = {*decision.records_l, *decision.records_r}
    return bool(mine & set(left)) and bool(mine & set(right))


def _words(decision: Decision) -> str:
    return {"same": "the same customer", "different": "different", "related": "related companies"}[decision.kind]
