"""What the records of a customer say that did not win: the engine's part of lineage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.catalogue import load
from accounts.models import AccountLineage
from accounts.models.own_field import with_own_fields
from syncengine.models import CanonicalAccount


def list_losers(account_id: int, field: str) -> Iterator[tuple[int, str, Any, datetime | None]]:
    """(source id, key, value, observed at) of each live record but the winning one."""
    spec = load()["account"].fields[field]
    winner = _winner(account_id, spec.code)
    told = with_own_fields(CanonicalAccount.objects.all(), "account")
    records = told.filter(crosswalk__account_id=account_id, live=True).order_by("source_id", "key")
    for record in records:
        if (record.source_id, record.key) != winner:
            yield (
                record.source_id,
                record.key,
                getattr(record, spec.column),
                record.modified_at or record.observed_at,
            )


def _winner(account_id: int, code: int) -> tuple[int, str] | None:
    lineage = AccountLineage.objects.filter(account_id=account_id).first()
    place = lineage.winners[code - 1] if lineage and code <= len(lineage.winners) else 0
    return (lineage.sources[place - 1], lineage.keys[place - 1]) if lineage and place > 0 else None
