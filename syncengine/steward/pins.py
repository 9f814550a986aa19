"""Pinned values: what a person set stands until it is released or expires."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError

from accounts.catalogue import FieldSpec, load
from accounts.frames import execute
from accounts.models import User
from accounts.models.own_field import column_of, with_own_fields
from syncengine.models import CanonicalAccount, Pin


def pin_value(
    *,
    record_id: int,
    field: int | None,
    from_record: int | None,
    value: str | None,
    user: User,
    now: datetime,
    reason: str,
    expires_at: datetime | None = None,
) -> Pin:
    """A pin on the customer of `record_id`: another record's value, or a typed one. Raises ValidationError."""
    spec = load()["account"].by_code[field or 0]
    text = value if from_record is None else _value_of(from_record, spec)
    _check(spec, text)
    Pin.objects.filter(record_id=record_id, field=spec.code, released_at=None).update(released_at=now, released_by=user)
    return Pin.objects.create(
        record_id=record_id,
        field=spec.code,
        value=text,
        reason=reason,
        pinned_by=user,
        pinned_at=now,
        expires_at=expires_at,
    )


def release(*, pin_id: int, user: User, now: datetime) -> int:
    """Let go of a pinned value; the record it was pinned on."""
    pin = Pin.objects.select_for_update().get(pk=pin_id)
    Pin.objects.filter(pk=pin_id).update(released_at=now, released_by=user)
    return pin.record_id


def expire_pins(*, now: datetime) -> int:
    """Release the pins whose time is over and queue their customers; how many."""
    return execute(
        "WITH over AS (UPDATE syncengine_pin SET released_at = expires_at "
        "WHERE released_at IS NULL AND expires_at <= %s RETURNING record_id) "
        "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
        "SELECT DISTINCT %s::smallint, record_id, NULL::smallint, 'pin expired', %s::timestamptz FROM over",
        [now, load()["account"].code, now],
    )


def _value_of(record_id: int, spec: FieldSpec) -> str | None:
    records = with_own_fields(CanonicalAccount.objects.all(), "account")
    value = records.values_list(spec.name, flat=True).get(pk=record_id)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(value) if isinstance(value, list) else str(value)


def _check(spec: FieldSpec, text: str | None) -> None:
    """A typed value must be one the field can hold."""
    model_field = column_of(spec) if spec.own else CanonicalAccount._meta.get_field(spec.name)
    if text in (None, ""):
        raise ValidationError(f"{spec.label} needs a value.")
    if spec.type != "tags":
        model_field.clean(text, None)  # type: ignore[union-attr]
