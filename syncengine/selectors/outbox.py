"""What was or will be written back, field by field and target by target, as its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.access import field_access, treatment
from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.models import Account, ChangeRequest, User
from syncengine.models import Echo, OutboxField, OutboxMessage

WORDS = {
    "waiting": "Awaiting approval", "planned": "Planned", "sending": "Sending", "sent": "Sent",
    "confirmed": "Confirmed", "refused": "Refused", "unknown": "Unknown", "conflict": "Conflict",
    "cancelled": "Cancelled",
}  # fmt: skip
TONES = {
    "waiting": "warn", "planned": "quiet", "sending": "busy", "sent": "busy", "confirmed": "ok", "refused": "bad",
    "unknown": "warn", "conflict": "bad", "cancelled": "quiet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One value on its way into one target, or there."""

    message_id: int
    request_id: int | None
    field: FieldSpec
    target: str
    source: str
    key: str | None
    state: str
    value: str | None
    base: str | None
    at: datetime
    reason: str
    attempts: int
    undoable: bool

    @property
    def word(self) -> str:
        """The state as people read it."""
        return WORDS[self.state]

    @property
    def tone(self) -> str:
        """The state's colour."""
        return TONES[self.state]


def may_see_writes(user: User) -> bool:
    """Whether where values come from, and so where they go, is the reader's to know."""
    return treatment(user, "provenance") in ("full", "summary")


def list_written(user: User, account: Account, *, limit: int = 30) -> list[Written]:
    """The latest values written for a customer, fields the reader may not see left out."""
    if not may_see_writes(user):
        return []
    spec, access = load()["account"].by_code, field_access(user, "account")
    allowed = [code for code, field in spec.items() if access.allows(field.name)]
    rows = OutboxField.objects.filter(message__account=account, message__object=load()["account"].code)
    rows = rows.filter(field__in=allowed).annotate(moved_on=_moved_on(), undone=_undone())
    rows = rows.select_related("message__stream__source").order_by("-message_id", "field")[:limit]
    shows_values = treatment(user, "provenance") == "full"
    return [_written(row, spec[row.field], shows_values) for row in rows]


def _moved_on() -> Exists:
    """Whether the target has changed a value of the message since, or was only given its own word back."""
    standing = Echo.objects.filter(message=OuterRef("message"), field=OuterRef("field"), closed_at=None)
    return Exists(OutboxField.objects.filter(~Exists(standing), message=OuterRef("message")))


def _undone() -> Exists:
    asked = ChangeRequest.objects.filter(kind="undo", account=OuterRef("message__account"))
    about = asked.annotate(about=Cast(KT("detail__message"), BigIntegerField()))
    return Exists(about.filter(about=OuterRef("message_id")))


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the customer that another system keeps too: what it is, where, and how far it has come."""

    message_id: int
    request_id: int | None
    label: str
    number: str
    action: str
    target: str
    key: str | None
    state: str
    at: datetime
    reason: str
    fields: int

    @property
    def word(self) -> str:
        """The state as people read it."""
        return WORDS[self.state]

    @property
    def tone(self) -> str:
        """The state's colour."""
        return TONES[self.state]


def list_kept(user: User, account: Account, *, limit: int = 20) -> list[Kept]:
    """The latest messages about a customer's papers and people, those of objects the reader may not see left out."""
    if not may_see_writes(user):
        return []
    seen = {spec.code: spec for spec in load() if spec.name != "account" and _sees(user, spec)}
    found = OutboxMessage.objects.filter(account=account, object__in=list(seen)).select_related("stream__source")
    return [_kept(message, seen[message.object], user) for message in
            found.prefetch_related("fields").order_by("-pk")[:limit]]  # fmt: skip


def _sees(user: User, spec: ObjectSpec) -> bool:
    access = field_access(user, spec.name)
    return any(access.allows(name) for name in spec.fields)


def _kept(message: OutboxMessage, spec: ObjectSpec, user: User) -> Kept:
    access = field_access(user, spec.name)
    named = [spec.fields[n].code for n in ("number", "name", "product_code") if n in spec.fields and access.allows(n)]
    fields = list(message.fields.all())
    number = next((f.value for code in named for f in fields if f.field == code and f.value), "")
    return Kept(
        message_id=message.pk, request_id=message.request_id, label=spec.label, number=number or "",
        action=message.action, target=message.stream.source.label, key=message.key, state=message.state,
        at=message.settled_at or message.sent_at or message.planned_at, reason=message.reason, fields=len(fields),
    )  # fmt: skip


def _written(row: Any, field: FieldSpec, shows_values: bool) -> Written:
    message = row.message
    return Written(
        message_id=message.pk,
        request_id=message.request_id,
        field=field,
        target=message.stream.source.label,
        source=message.stream.source.name,
        key=message.key,
        state=message.state,
        value=row.value if shows_values else None,
        base=row.base if shows_values else None,
        at=message.settled_at or message.sent_at or message.planned_at,
        reason=message.reason,
        attempts=message.attempts,
        undoable=_undoable(row),
    )


def _undoable(row: Any) -> bool:
    """What the page offers is what undoing takes."""
    message = row.message
    written = message.state == "confirmed" and row.base is not None and message.attempts > 0
    return written and not row.moved_on and not row.undone
