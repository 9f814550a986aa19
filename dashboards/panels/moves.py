"""How merges, splits and moves read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from accounts.access import treatment
from accounts.catalogue import load
from accounts.models import Account, AccountCrosswalk, User
from dashboards.panels.differences import text_of
from dashboards.panels.tasks import reason_words
from syncengine.models import CanonicalAccount, Move
from syncengine.selectors.merges import MergeFilter
from syncengine.selectors.queue import band_of

if TYPE_CHECKING:
    from syncengine.selectors.reverts import RevertPreview

WORDS = {"merge": "merged into", "split": "split from", "move": "records moved to"}


@dataclass(frozen=True)
class MoveRow:
    """One move as a sentence, with who or what did it and whether it still stands."""

    move: Move
    subject: str
    by: str
    why: str
    stake: str
    amounts: bool

    @property
    def state(self) -> str:
        """standing, or taken back."""
        return "taken back" if self.move.reverted_by_id else "stands"


def filter_of(form: Mapping[str, str]) -> MergeFilter:
    """The moves an address asks for."""
    kind, by, batch, account = (form.get(name, "") for name in ("kind", "by", "batch", "account"))
    return MergeFilter(
        kind if kind in WORDS else "",
        by if by in ("auto", "people") else "",
        int(batch) if batch.isdecimal() else None,
        int(account) if account.isdecimal() else None,
    )


def move_rows(moves: Sequence[Move], *, amounts: bool) -> list[MoveRow]:
    """Moves as the list shows them."""
    return [
        MoveRow(move, _subject(move), _by(move), _why(move), band_of(move.value), amounts) for move in moves
    ]


def _subject(move: Move) -> str:
    if move.kind == "split":
        return f"{move.to_account} split from {move.from_account}"
    return f"{move.from_account} {WORDS[move.kind]} {move.to_account}"


def _by(move: Move) -> str:
    decision = move.decision
    if decision is None:
        return "by itself"
    return f"{decision.made_by or 'somebody'}{f', batch {decision.batch_id}' if decision.batch_id else ''}"


def _why(move: Move) -> str:
    if move.decision and move.decision.reason:
        return move.decision.reason
    if move.rule:
        version = f", model version {move.match_version}" if move.match_version else ""
        return f"{reason_words(move.rule)}{version}"
    return "the records changed" if move.decision is None else "a person's word"


def preview_rows(preview: RevertPreview, user: User) -> list[tuple[str, str, str]]:
    """(field, value now, value afterwards) of the fields the reader may see."""
    return [
        (load()["account"].fields[name].label, text_of(before.value), text_of(after.value))
        for name, before, after in preview.changes
        if treatment(user, load()["account"].fields[name].sensitivity) == "full"
    ]


def apart_view(account: Account, ticked: Sequence[int], user: User, now: datetime) -> dict[str, Any]:
    """A customer's records to choose from, and what splitting the ticked ones off would do."""
    from syncengine.selectors.clusters import get_matrix  # late: loads Polars, which few pages need
    from syncengine.selectors.previews import list_moving, preview_values

    walks = AccountCrosswalk.objects.filter(account=account).select_related("source").order_by("pk")
    records = {r.pk: r for r in CanonicalAccount.objects.filter(crosswalk__account=account)}
    members = [(walk, records.get(walk.pk)) for walk in walks if walk.pk in records]
    ids = [walk.pk for walk, _ in members]
    matrix = get_matrix(ids)
    suggested = list(ticked) or (list(matrix.weakest.splits) if matrix and matrix.weakest else [])
    leaving = [pk for pk in suggested if pk in ids]
    staying = [pk for pk in ids if pk not in leaving]
    both = preview_values(staying, now=now), preview_values(leaving, now=now)
    return {
        "account": account,
        "members": members,
        "matrix": matrix,
        "matrix_rows": list(zip([walk for walk, _ in members], matrix.cells, strict=True)) if matrix else [],
        "leaving": leaving,
        "moving": list_moving(user, leaving) if leaving else [],
        "names": [text_of(side["name"].value) if side.get("name") else "" for side in both],
    }
