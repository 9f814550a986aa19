"""What the records of a customer say that did not win: the engine's part of lineage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.catalogue import load
from accounts.models import AccountLineage
from accounts.models.own_field import with_own_fields
from syncengine.models import CanonicalAccount

if TYPE_CHECKING:
    from syncengine.selectors.said import Said


def list_losers(lineage: AccountLineage, field: str, at: datetime | None) -> Iterator[Said]:
    """(source id, key, value, observed at) of each live record but the winning one, now or at a past moment."""
    spec = load()["account"].fields[field]
    winner = winner_of(lineage, spec.code)
    if at is not None:
        from syncengine.selectors.said import list_said  # late: loads Polars, which no other page needs

        yield from (said for said in list_said(lineage, spec, at) if said[:2] != winner)
        return
    told = with_own_fields(CanonicalAccount.objects.all(), "account")
    records = told.filter(crosswalk__account_id=lineage.account_id, live=True).order_by("source_id", "key")
    for record in records:
        if (record.source_id, record.key) != winner:
            seen = record.modified_at or record.observed_at
            yield record.source_id, record.key, getattr(record, spec.column), seen


def winner_of(lineage: AccountLineage, code: int) -> tuple[int, str] | None:
    """The record whose value stands; None where a steward pinned it or nobody tells it."""
    place = lineage.winners[code - 1] if code <= len(lineage.winners) else 0
    return (lineage.sources[place - 1], lineage.keys[place - 1]) if place > 0 else None
