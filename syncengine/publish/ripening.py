"""Values that were too young to override: queued again once they have come of age."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.catalogue import load
from accounts.frames import execute
from syncengine.canonical import table
from syncengine.policies import PolicySet

# Wider than the stretch between two daily passes; publishing the same value again changes nothing.
LOOK_BACK = timedelta(days=3)


def ripen(name: str, policies: PolicySet, *, now: datetime) -> int:
    """Queue the records of an object whose values reached a minimum age lately."""
    spec = load()[name]
    ages = {policies.field_policy(name, field, load()).minimum_age for field in spec.fields}
    return sum(_queue(name, spec.code, now - age, now) for age in ages if age is not None)


def _queue(name: str, code: int, born: datetime, now: datetime) -> int:
    return execute(
        "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
        f"SELECT %s, crosswalk_id, NULL, 'came of age', %s FROM {table(name)} "
        "WHERE greatest(coalesce(modified_at, observed_at), published_at) BETWEEN %s AND %s",
        [code, now, born - LOOK_BACK, born],
    )
