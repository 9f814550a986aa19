"""Lines of home that a person puts aside for a while; nobody else's home changes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.models import PutAside, User

LINE = re.compile(r"(alert|exception|overdue|silent|tickets|hold):\d{1,18}")
DAYS = 7


class BadLine(ValueError):
    """There is no such line of home."""


@transaction.atomic
def put_aside(*, line: str, by: User, now: datetime) -> datetime:
    """The line comes back after a week, if it still holds then; returns when."""
    if not LINE.fullmatch(line):
        raise BadLine(f"{line!r} is no line of home.")
    until = now + timedelta(days=DAYS)
    PutAside.objects.filter(user=by, until__lte=now).delete()
    PutAside.objects.update_or_create(user=by, line=line, defaults={"until": until})
    audit.record(user=by, action="line put aside", object="user", row_id=by.pk, detail={"line": line}, at=now)
    return until


@transaction.atomic
def bring_back(*, line: str, by: User, now: datetime) -> None:
    """The line stands on the person's home again."""
    PutAside.objects.filter(user=by, line=line).delete()
    audit.record(user=by, action="line brought back", object="user", row_id=by.pk, detail={"line": line}, at=now)


def lines_aside(user: User, now: datetime) -> set[str]:
    """The lines the person does not want to see now."""
    return set(PutAside.objects.filter(user=user, until__gt=now).values_list("line", flat=True))
