"""The survivorship rules and pinned values that apply, in the form the pure function takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import read, stage
from accounts.golden.shape import table_of
from accounts.models import Source
from syncengine.policies import FieldPolicy, PolicySet
from syncengine.records import CANONICAL_TYPES
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
        found[field.name] = rule_of(policy, order)
    return found


def rule_of(policy: FieldPolicy, order: tuple[int, ...]) -> FieldRule:
    """A declared policy with its sources by their ids."""
    return FieldRule(
        strategy=policy.strategy,
        order=order,
        conflict=policy.conflict,
        ignore_empty=policy.ignore_empty,
        distrust_invalid=policy.distrust_invalid,
        distrust_deleted=policy.distrust_deleted,
        minimum_age=policy.minimum_age,
        approval=policy.approval,
    )


def standing_values(name: str, ids: pl.Series, rules: Mapping[str, FieldRule]) -> pl.DataFrame | None:
    """The golden values that stand today, of the fields whose rule asks for them; None where none does."""
    told = [field for field in load()[name].fields.values() if field.stored and rules[field.name].guarded]
    fields = [field for field in told if field.type not in ("reference", "tags")]
    if not fields:
        return None
    stage("standing_ids", {"id": "bigint"}, pl.DataFrame({"id": ids.unique()}))
    columns = ", ".join(f"g.{field.name}" for field in fields)
    schema = {"cluster": pl.Int64()} | {field.name: CANONICAL_TYPES[field.type] for field in fields}
    return read(f"SELECT g.id, {columns} FROM {table_of(name)} g JOIN standing_ids USING (id)", schema)


def no_pins() -> pl.DataFrame:
    """Nothing pinned."""
    return pl.DataFrame(schema=PINS)


def open_pins(members: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """Values people pinned on any of these records (record_id, cluster); the newest of a field stands."""
    stage("pinned_members", {"record_id": "bigint", "cluster": "bigint"}, members.select("record_id", "cluster"))
    return read(
        "SELECT s.cluster, p.field, p.value FROM syncengine_pin p JOIN pinned_members s ON s.record_id = p.record_id "
        "WHERE p.released_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > %s) ORDER BY p.id",
        PINS,
        [now],
    )
