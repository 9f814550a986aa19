"""Refused records chosen together: those of a group, of a run, of a stream, of a window of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from syncengine.models import DeadLetter
from syncengine.selectors.sync import list_refused


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person asked for; nothing of it means all that is open."""

    source: str = ""
    stream: int | None = None
    run: int | None = None
    group: int | None = None
    since: date | None = None
    until: date | None = None


def chosen_of(asked: Mapping[str, str]) -> Chosen:
    """What a form or an address asks for; what cannot be read is not asked for."""
    return Chosen(
        source=asked.get("source", ""),
        stream=_number(asked.get("stream", "")),
        run=_number(asked.get("run", "")),
        group=_number(asked.get("group", "")),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def choose(user: User, chosen: Chosen) -> QuerySet[DeadLetter]:
    """The open refused records a person chose, as far as they may see any."""
    letters = list_refused(user, stream_id=chosen.stream, run_id=chosen.run)
    if chosen.source:
        letters = letters.filter(stream__source__name=chosen.source)
    if chosen.group:
        letters = letters.filter(group_id=chosen.group)
    if chosen.since:
        letters = letters.filter(seen_at__gte=_midnight(chosen.since))
    if chosen.until:
        letters = letters.filter(seen_at__lt=_midnight(chosen.until + timedelta(days=1)))
    return letters


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
