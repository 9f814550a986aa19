"""What taking a merge back would do, and what could not be placed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Note, User
from syncengine.models import CanonicalAccount, Move, Pin
from syncengine.selectors.merges import members_of
from syncengine.selectors.previews import MovingRow, Survivor, list_moving, preview_values


@dataclass(frozen=True, slots=True)
class RevertPreview:
    """What taking a move back would do."""

    move: Move
    leaving: list[CanonicalAccount]
    staying: list[CanonicalAccount]
    moving: list[MovingRow]
    changes: list[tuple[str, Survivor, Survivor]]
    unplaced: list[str]
    possible: bool


def preview_revert(user: User, move: Move, *, now: datetime) -> RevertPreview:
    """What would go where if a move were taken back, and what could not be placed by itself."""
    home = move.from_account_id if move.kind == "split" else move.to_account_id
    here = members_of([home])
    gone = [record for record in move.records if record not in here]
    leaving = list(move.records) if move.kind == "split" else [r for r in move.records if r in here]
    staying = [record for record in here if record not in leaving]
    possible = not move.reverted_by_id and bool(staying) and (move.kind == "split" or (not gone and bool(leaving)))
    before, after = preview_values(here, now=now), preview_values(staying, now=now)
    return RevertPreview(
        move=move,
        leaving=_records(leaving),
        staying=_records(staying),
        moving=list_moving(user, leaving),
        changes=[(name, before[name], after[name]) for name in after if before[name].value != after[name].value],
        unplaced=_unplaced(move, staying, leaving, gone),
        possible=possible,
    )


def _records(ids: list[int]) -> list[CanonicalAccount]:
    return list(CanonicalAccount.objects.filter(pk__in=ids).select_related("crosswalk__source").order_by("pk"))


def _unplaced(move: Move, staying: list[int], leaving: list[int], gone: list[int]) -> list[str]:
    """What has come since and nobody can place but a person."""
    told = []
    newer = set(staying) - set(move.rest) if move.kind != "split" else set()
    if newer:
        told.append(f"{len(newer)} records joined since; they stay with the customer they are in.")
    if gone:
        told.append(f"{len(gone)} of the records have gone elsewhere since; this cannot be taken back as a whole.")
    both = [*staying, *leaving]
    typed = Pin.objects.filter(record__in=both, pinned_at__gt=move.at, released_at=None).count()
    if typed:
        told.append(f"{typed} values were typed since; each stays with the record it was typed on.")
    notes = Note.objects.filter(account=move.to_account_id, written_at__gt=move.at, deleted_at=None).count()
    if notes:
        told.append(f"{notes} notes were written since; they stay where they were written.")
    return told
