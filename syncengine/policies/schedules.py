"""Stretches of time and schedules as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

from syncengine.policies.shapes import Schedule

DURATION = re.compile(r"^(\d+)\s*(second|minute|hour|day)s?$", re.IGNORECASE)
# Field of a cron text: its lowest and highest number, and names that stand for numbers.
CRON_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
CRON_PART = re.compile(r"^(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?$")


def parse_duration(text: str) -> timedelta | None:
    """`30 minutes` as a timedelta; None where it is none, or zero."""
    found = DURATION.match(text.strip())
    if not found or not int(found[1]):
        return None
    return timedelta(**{f"{found[2].lower()}s": int(found[1])})


def parse_schedule(text: str) -> Schedule | None:
    """A stretch of time or a cron text of five fields; None where it is neither."""
    every = parse_duration(text)
    if every is not None:
        return Schedule(every=every)
    fields = text.split()
    if len(fields) != len(CRON_FIELDS):
        return None
    sound = all(_fits(field, *bounds) for field, bounds in zip(fields, CRON_FIELDS, strict=True))
    return Schedule(cron=" ".join(fields)) if sound else None


def _fits(field: str, lowest: int, highest: int) -> bool:
    parts = [CRON_PART.match(part) for part in field.split(",")]
    numbers = [int(n) for part in parts if part for n in part.groups()[:2] if n is not None]
    steps = [int(part[3]) for part in parts if part and part[3] is not None]
    return all(parts) and all(lowest <= n <= highest for n in numbers) and all(steps)
