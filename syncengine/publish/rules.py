"""The survivorship rules and pinned values that apply, in the form the pure function takes."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import read, stage
from accounts.models import Source
from syncengine.policies import PolicySet
from syncengine.survivorship import FieldRule

PINS: dict[str, pl.DataType] = {
    "cluster": pl.Int64(),
    "field": pl.Int16(),
    "value": pl.String(),
}


def field_rules(name: str, policies: PolicySet) -> dict[str, FieldRule]:
    """One rule a field of the object, sources by their ids."""
    ids = dict(Source.objects.values_list("name", "id"))
    found = {}
    for field in load()[name].fields.values():
        policy = policies.field_policy(name, field.name, load())
        order = tuple(ids[source] for source in policy.order if source in ids)
        found[field.name] = FieldRule(policy.strategy, order, policy.conflict)
    return found


def no_pins() -> pl.DataFrame:
    """Nothing pinned."""
    return pl.DataFrame(schema=PINS)


def open_pins(members: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """Values people pinned on any of these records (record_id, cluster); the newest of a field stands."""
    stage(
        "pinned_members", {"record_id": "bigint", "cluster": "bigint"}, members.select("record_id", "cluster")
    )
    return read(
        "SELECT s.cluster, p.field, p.value FROM syncengine_pin p JOIN pinned_members s ON s.record_id = p.record_id "
        "WHERE p.released_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > %s) ORDER BY p.id",
        PINS,
        [now],
    )
