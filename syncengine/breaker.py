"""One circuit breaker a source: after some failures in a row nothing is called until a pause has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from accounts.models import SourceState
from syncengine.models import Breaker

FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)


def is_open(source_id: int, *, now: datetime) -> datetime | None:
    """Until when calls to the source are held back; None where one may be tried."""
    return Breaker.objects.filter(pk=source_id, open_until__gt=now).values_list("open_until", flat=True).first()


def note_failure(source_id: int, *, now: datetime, reason: str, retry_after: float | None = None) -> None:
    """Count a failed call; the fifth in a row opens the breaker, each further one for twice as long."""
    Breaker.objects.get_or_create(pk=source_id, defaults={"changed_at": now})
    Breaker.objects.filter(pk=source_id).update(failures=F("failures") + 1, reason=reason, changed_at=now)
    failures = Breaker.objects.values_list("failures", flat=True).get(pk=source_id)
    pause = pause_after(failures)
    if retry_after is not None:
        pause = max(pause, timedelta(seconds=retry_after))
    if pause:
        Breaker.objects.filter(pk=source_id).update(open_until=now + pause)


def pause_after(failures: int) -> timedelta:
    """How long calls rest after that many failures in a row."""
    over = failures - FAILURES
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(over, 10)) if over >= 0 else timedelta()


def note_success(source_id: int, *, now: datetime) -> None:
    """A call went through: the breaker is closed."""
    Breaker.objects.filter(pk=source_id, failures__gt=0).update(failures=0, open_until=None, reason="", changed_at=now)


def close(source_id: int, *, now: datetime) -> None:
    """A person says that the source can be called again."""
    Breaker.objects.filter(pk=source_id).update(failures=0, open_until=None, reason="", changed_at=now)
    SourceState.objects.filter(source_id=source_id, state="paused").update(state="new")
