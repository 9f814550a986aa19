"""Waivers: a rule that does not count for a while, for one record or for a whole stream."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.frames import read
from accounts.models import User
from syncengine.models import DeadLetter, Waiver

OPEN = "lifted_at IS NULL AND until > %s"
SCHEMA: dict[str, pl.DataType] = {"key": pl.String(), "rule": pl.String()}


@transaction.atomic
def waive(
    *, letter_id: int, until: datetime, reason: str, user: User, now: datetime, every_record: bool = False
) -> Waiver:
    """Let a refused record pass its rule until a moment; replay it afterwards. Raises ValidationError."""
    letter = DeadLetter.objects.select_for_update().get(pk=letter_id)
    _check(letter, until, reason, now)
    waiver = Waiver.objects.create(
        stream_id=letter.stream_id,
        key=None if every_record else letter.key,
        rule=letter.rule,
        reason=reason,
        until=until,
        waived_by=user,
        waived_at=now,
    )
    detail = {"key": waiver.key, "rule": waiver.rule, "until": until.isoformat(), "reason": reason}
    audit.record(user=user, action="waived a rule", object="waiver", row_id=waiver.pk, detail=detail, at=now)
    return waiver


@transaction.atomic
def lift(*, waiver_id: int, user: User | None, now: datetime) -> Waiver:
    """Take a waiver back; the record is judged again with its next state or the next daily pass."""
    waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
    if waiver.lifted_at is None:
        Waiver.objects.filter(pk=waiver_id).update(lifted_by=user, lifted_at=now)
        audit.record(user=user, action="lifted a waiver", object="waiver", row_id=waiver_id, at=now)
    waiver.refresh_from_db()
    return waiver


def open_waivers(stream_id: int, *, now: datetime) -> pl.DataFrame:
    """Key (null for every record) and rule of what does not count now in a stream."""
    query = f"SELECT DISTINCT key, rule FROM syncengine_waiver WHERE stream_id = %s AND {OPEN}"
    return read(query, SCHEMA, [stream_id, now])


def _check(letter: DeadLetter, until: datetime, reason: str, now: datetime) -> None:
    if letter.stage != "validate" or not letter.rule:
        raise ValidationError("Only what a rule refused can be waived; this could not be read or mapped.")
    if until <= now:
        raise ValidationError("The waiver must end in the future.")
    if not reason.strip():
        raise ValidationError("Say why the rule may be broken.")
