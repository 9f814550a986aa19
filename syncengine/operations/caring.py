"""Who looks after a stream, and what people are told on pages that show its data."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import SourceState, User
from syncengine.models import Stream

LONGEST = 200


@transaction.atomic
def own_stream(*, stream: Stream, user: User | None, by: User, now: datetime) -> None:
    """Name who looks after a stream, or nobody."""
    Stream.objects.filter(pk=stream.pk).update(owner=user)
    audit.record(user=by, action="stream: owner", object="stream", row_id=stream.pk, at=now,
                 detail={"owner": str(user or "nobody")})  # fmt: skip


@transaction.atomic
def tell_readers(*, stream: Stream, text: str, until: datetime | None, user: User, now: datetime) -> None:
    """A sentence for pages with the stream's data, until a moment or until it is taken back by an empty one."""
    told = text.strip()[:LONGEST]
    states = SourceState.objects.filter(source_id=stream.source_id, stream=stream.name)
    states.update(notice=told, notice_until=until if told else None)
    audit.record(user=user, action="stream: notice", object="stream", row_id=stream.pk, at=now, detail={"text": told})
