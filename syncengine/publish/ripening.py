"""Values that were too young to override: queued again once they have come of age."""

from __future__ import annotations

from datetime import datetime

from accounts.catalogue import load
from accounts.frames import execute
from syncengine.canonical import table
from syncengine.policies import PolicySet
from syncengine.survivorship import RULES


def ripen(name: str, policies: PolicySet, *, now: datetime) -> int:
    """Queue the records of an object whose values wait no longer: lineage says which ones wait."""
    spec = load()[name]
    found = {f.code: policies.field_policy(name, f.name, load()).minimum_age for f in spec.fields.values()}
    return sum(_queue(name, spec.code, code, now - age, now) for code, age in found.items() if age is not None)


def _queue(name: str, object_code: int, code: int, born: datetime, now: datetime) -> int:
    """The winner's word is old enough: `winners` names the challenger while a value is too young."""
    return execute(
        "INSERT INTO syncengine_dirty (object, record_id, stream_id, cause, landed_at) "
        f"SELECT %s, c.crosswalk_id, NULL, 'came of age', %s FROM accounts_{name}lineage l "
        f"JOIN accounts_{name}crosswalk x ON x.{name}_id = l.{name}_id JOIN {table(name)} c ON c.crosswalk_id = x.id "
        "WHERE l.rules[%s] = %s AND l.observed[l.winners[%s]] <= %s",
        [object_code, now, code, RULES["too_young"], code, born],
    )
