"""When a task is due: working hours of working days, by how urgent the question is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.loading import is_loading
from accounts.reference import list_tolerances

OPENS, CLOSES = time(9), time(17)
WORKING_DAY = CLOSES.hour - OPENS.hour
BLOCKING_HOURS = 4
DAYS = {"billing": "sla_billing", "money": "sla_money", "other": "sla_other"}


def add_working_hours(start: datetime, hours: float, zone: ZoneInfo | None = None) -> datetime:
    """The moment so many hours of work after another: Monday to Friday, nine to five."""
    at = start.astimezone(zone or ZoneInfo(settings.TIME_ZONE))
    left = timedelta(hours=hours)
    while True:
        at = _at_work(at)
        closes = at.replace(hour=CLOSES.hour, minute=0, second=0, microsecond=0)
        if left <= closes - at:
            return (at + left).astimezone(UTC)
        left -= closes - at
        at = closes


def _at_work(at: datetime) -> datetime:
    """The moment itself where somebody works, else the next morning of work."""
    if at.time() < OPENS:
        at = at.replace(hour=OPENS.hour, minute=0, second=0, microsecond=0)
    elif at.time() >= CLOSES:
        at = (at + timedelta(days=1)).replace(hour=OPENS.hour, minute=0, second=0, microsecond=0)
    while at.weekday() >= 5:
        at = (at + timedelta(days=1)).replace(hour=OPENS.hour, minute=0, second=0, microsecond=0)
    return at


def deadlines(now: datetime) -> Mapping[str, datetime | None]:
    """When a question that a rule opens now is due, by urgency; a first load has no deadlines."""
    due = due_times(now)
    return dict.fromkeys(due) if is_loading() else due


def due_times(now: datetime) -> Mapping[str, datetime]:
    """When a question that arises now is due, by urgency."""
    told = list_tolerances()
    days = {urgency: told[name].days or 0 for urgency, name in DAYS.items()}
    due = {urgency: add_working_hours(now, count * WORKING_DAY) for urgency, count in days.items()}
    return due | {"blocking": add_working_hours(now, BLOCKING_HOURS)}
