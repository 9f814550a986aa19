"""First load: while it lasts, customers raise no alerts, questions have no deadline and nothing is written back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import FirstLoad, User


class NotLoading(ValueError):
    """No first load is under way."""


def current_load() -> FirstLoad | None:
    """The first load that is under way."""
    return FirstLoad.objects.filter(ended_at=None).first()


def is_loading() -> bool:
    """Whether a first load is under way."""
    return FirstLoad.objects.filter(ended_at=None).exists()


@transaction.atomic
def begin_load(*, now: datetime, by: User | None = None) -> FirstLoad:
    """The first load from now on, or the one already under way."""
    found, new = FirstLoad.objects.get_or_create(ended_at=None, defaults={"began_at": now})
    if new:
        audit.record(user=by, action="began the first load", object="first_load", row_id=found.pk, at=now)
    return found


@transaction.atomic
def close_load(*, now: datetime, by: User | None) -> FirstLoad:
    """Nothing waits for it any more; raises NotLoading."""
    found = FirstLoad.objects.select_for_update().filter(ended_at=None).first()
    if found is None:
        raise NotLoading("No first load is under way.")
    found.ended_at, found.ended_by = now, by
    found.save(update_fields=["ended_at", "ended_by"])
    audit.record(user=by, action="ended the first load", object="first_load", row_id=found.pk, at=now)
    return found
