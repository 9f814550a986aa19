"""Asking for a change: what the person may do alone is approved at once, the rest waits for who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.access.edits import approvers, may_edit, may_propose
from accounts.audit import record
from accounts.catalogue import FieldSpec, classes, load, roles
from accounts.catalogue.texts import text_of
from accounts.models import Account, ChangeRequest, User
from accounts.models.own_field import column_of


class CannotChange(ValueError):
    """A field the person may neither change nor ask to have changed, or a value it cannot hold."""


@transaction.atomic
def propose(
    *, account: Account, values: Mapping[str, str | None], user: User, now: datetime, reason: str = ""
) -> list[ChangeRequest]:
    """One request for what the person decides alone, and one for each group of people who decide on the rest."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for name, value in values.items():
        field = _field(name)
        if not may_propose(user, field):
            raise CannotChange(f"{field.label} is not yours to change, nor to ask for.")
        before, after = text_of(field, getattr(account, name)), checked(field, value)
        if before != after:
            who = () if may_edit(user, field) else approvers(field)
            groups.setdefault(who, []).append({"field": field.code, "before": before, "after": after})
    return [_request(account, who, changes, user, now, reason) for who, changes in sorted(groups.items())]


def _field(name: str) -> FieldSpec:
    field = load()["account"].fields.get(name)
    if field is None or field.type == "reference":
        raise CannotChange(f"A customer has no value “{name}” that could be changed.")
    return field


def checked(field: FieldSpec, value: str | None) -> str | None:
    """The text in the form the field keeps. Raises CannotChange with words for who typed it."""
    text = (value or "").strip()
    if not text:
        raise CannotChange(f"{field.label} needs a value.")
    column = column_of(field) if field.own else Account._meta.get_field(field.name)
    if isinstance(column, ArrayField):
        return ";".join(part.strip() for part in text.split(";") if part.strip())
    try:
        return text_of(field, column.clean(text, None))  # type: ignore[union-attr]
    except ValidationError as error:
        raise CannotChange(f"{field.label}: {' '.join(error.messages)}") from None


def _request(
    account: Account, who: tuple[str, ...], changes: list[dict[str, Any]], user: User, now: datetime, reason: str
) -> ChangeRequest:
    made = ChangeRequest.objects.create(
        account=account, changes=changes, reason=reason, approvers=list(who), requested_by=user, requested_at=now,
        state="waiting" if who else "approved", decided_at=None if who else now, policy=_policy(changes, who),
    )  # fmt: skip
    action = "proposed a change" if who else "changed a value"
    record(user=user, action=action, object="account", row_id=account.pk, at=now,
           detail={"request": made.pk, "changes": changes, "reason": reason})  # fmt: skip
    return made


def _policy(changes: Sequence[Mapping[str, Any]], who: tuple[str, ...]) -> str:
    """The sentence that says why somebody else decides."""
    if not who:
        return ""
    fields = load()["account"].by_code
    touched = sorted({classes()[fields[change["field"]].sensitivity].label for change in changes})
    deciders = " or ".join(roles()[role].label for role in who)
    return f"{' and '.join(touched)}: {deciders} decides."


@transaction.atomic
def withdraw(*, request: ChangeRequest, user: User, now: datetime) -> None:
    """Take back what one asked for oneself, as long as nobody has decided."""
    count = ChangeRequest.objects.filter(pk=request.pk, requested_by=user, state="waiting").update(
        state="withdrawn", decided_at=now
    )
    if not count:
        raise CannotChange("Only who asked can take it back, and only before it is decided.")
    record(user=user, action="withdrew a proposal", object="account", row_id=request.account_id, at=now,
           detail={"request": request.pk})  # fmt: skip
