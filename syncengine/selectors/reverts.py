"""What taking a merge back would do, and what could not be placed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.access import treatment
from accounts.frames import rows
from accounts.models import User
from syncengine.models import CanonicalAccount, Move, OutboxMessage, Pin
from syncengine.selectors.merges import members_of
from syncengine.selectors.previews import MovingRow, Survivor, list_moving, preview_values

# What people make on a customer: its word, table, when, which rows, and the class of values that counts it.
MADE = (
    ("note", "accounts_note", "written_at", "deleted_at IS NULL", None),
    ("task", "accounts_task", "created_at", "deleted_at IS NULL", None),
    ("proposed change", "accounts_changerequest", "requested_at", "true", None),
    ("promise to pay", "accounts_paymentpromise", "made_at", "true", "receivable"),
    ("dispute", "accounts_invoicedispute", "opened_at", "true", "receivable"),
)


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
        unplaced=_unplaced(user, move, staying, leaving, gone),
        possible=possible,
    )


def _records(ids: list[int]) -> list[CanonicalAccount]:
    return list(CanonicalAccount.objects.filter(pk__in=ids).select_related("crosswalk__source").order_by("pk"))


def _unplaced(user: User, move: Move, staying: list[int], leaving: list[int], gone: list[int]) -> list[str]:
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
        told.append(f"{_many(typed, 'value', 'was', 'were')} typed since; each stays with the record it was typed on.")
    return told + _made_since(user, move) + _written_since(move, leaving)


def _made_since(user: User, move: Move) -> list[str]:
    """Things people made on the customer since; those of finance are only named to who may not count them."""
    counts = dict(rows(" UNION ALL ".join(_count(*made) for made in MADE), {"id": move.to_account_id, "at": move.at}))
    told = []
    for thing, _, _, _, kind in MADE:
        if counts.get(thing):
            full = kind is None or treatment(user, kind) == "full"
            many = _many(counts[thing], thing, "was", "were") if full else f"At least one {thing} was"
            told.append(f"{many} made since; it stays with the customer it was made on.")
    return told


def _count(thing: str, table: str, at: str, where: str, kind: str | None) -> str:
    return f"SELECT '{thing}', count(*) FROM {table} WHERE account_id = %(id)s AND {at} > %(at)s AND {where}"


def _written_since(move: Move, leaving: list[int]) -> list[str]:
    """Values of the merged customer that other systems have taken: what an unmerge may have to write back."""
    sent = OutboxMessage.objects.filter(record_id__in=leaving, state__in=("sent", "confirmed"), sent_at__gt=move.at)
    systems = sorted(set(sent.values_list("stream__source__label", flat=True)))
    if not systems:
        return []
    return [f"Values were written to {' and '.join(systems)} since; look there at what the split records should say."]


def _many(count: int, thing: str, one: str, more: str) -> str:
    return f"{count} {thing} {one}" if count == 1 else f"{count} {thing}s {more}"
