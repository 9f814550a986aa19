"""What nobody disputes does not wait for what somebody does: the rest of a message goes on in one of its own."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from syncengine.models import OutboxField, OutboxMessage


@transaction.atomic
def send_apart(message: OutboxMessage, *, disputed: Collection[int], now: datetime) -> OutboxMessage | None:
    """Move the fields that are not disputed to a message of the same decision, due now; None where there are none."""
    OutboxMessage.objects.select_for_update().get(pk=message.pk)
    rest = OutboxField.objects.filter(message=message).exclude(field__in=disputed)
    if not rest.exists():
        return None
    made = OutboxMessage.objects.create(
        decision=f"{message.decision} beside {message.pk}", stream_id=message.stream_id, object=message.object,
        key=message.key, record_id=message.record_id, account_id=message.account_id, action=message.action,
        state="planned", request_id=message.request_id, cause=message.cause, correlation=uuid.uuid4(),
        extra=message.extra, next_at=now, planned_at=message.planned_at,
    )  # fmt: skip
    rest.update(message=made)
    return made
