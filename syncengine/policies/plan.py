"""What a folder of policies would change, told before anything does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from accounts.catalogue import ObjectSpec, load
from accounts.frames import read
from accounts.models import Source
from syncengine.canonical import read_canonical
from syncengine.policies.current import current_policies, environment
from syncengine.policies.differences import Difference, changed_survivorship, compare, remapped_streams
from syncengine.policies.load import check
from syncengine.policies.mistakes import Mistake
from syncengine.policies.shapes import PolicySet
from syncengine.survivorship import FieldRule, survive

SAMPLES = 5


@dataclass(frozen=True)
class FieldChange:
    """How many golden values of one field would change, and a few of them: name, before, after."""

    object: str
    field: str
    count: int
    samples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class PolicyPlan:
    """Everything that applying would change, or the mistakes that forbid it."""

    base: int | None
    mistakes: tuple[Mistake, ...]
    differences: tuple[Difference, ...] = ()
    golden: tuple[FieldChange, ...] = ()
    read_anew: tuple[tuple[str, str], ...] = ()


def plan_folder(folder: Path | str, *, now: datetime) -> PolicyPlan:
    """Compare a folder with the policies in force; nothing is written."""
    before = current_policies()
    checked = check(folder, environ=environment())
    if checked.mistakes:
        return PolicyPlan(before.number, checked.mistakes)
    after = checked.policy_set
    objects = changed_survivorship(before, after) if before.sources else []
    changes = [change for name in objects for change in _golden_changes(load()[name], before, after, now)]
    return PolicyPlan(
        base=before.number,
        mistakes=(),
        differences=tuple(compare(before, after)),
        golden=tuple(changes),
        read_anew=tuple(remapped_streams(before, after)),
    )


def _golden_changes(
    spec: ObjectSpec, before: PolicySet, after: PolicySet, now: datetime
) -> list[FieldChange]:
    """Fields of one object whose survivors differ between two sets of policies, pinned values aside."""
    old, new = _rules(spec, before), _rules(spec, after)
    differing = [name for name in old if old[name] != new[name] and spec.fields[name].type != "reference"]
    members = _several(spec)
    if not differing or not members.height:
        return []
    columns = list(dict.fromkeys([*differing, *(["name"] if "name" in spec.fields else [])]))
    records = read_canonical(spec.name, columns=columns).join(members, on="record_id")
    pins = _pins(spec, members, now)
    none = pl.DataFrame(schema={"cluster": pl.Int64, "field": pl.Int16, "value": pl.String})
    was, becomes = (survive(records, spec, rules, none).golden for rules in (old, new))
    found = [_changed(spec, name, was, becomes, pins) for name in differing]
    return [change for change in found if change.count]


def _rules(spec: ObjectSpec, policies: PolicySet) -> dict[str, FieldRule]:
    ids = dict(Source.objects.values_list("name", "id"))
    # Sources still to be registered have no records yet, so any number serves.
    ids |= {name: -place for place, name in enumerate(policies.sources, 1) if name not in ids}
    declared = {name: policies.field_policy(spec.name, name, load()) for name in spec.fields}
    return {
        name: FieldRule(policy.strategy, tuple(ids[s] for s in policy.order if s in ids), policy.conflict)
        for name, policy in declared.items()
    }


def _several(spec: ObjectSpec) -> pl.DataFrame:
    """Records of golden records with more than one: with one record, every rule has the same survivor."""
    golden = f"{spec.name}_id"
    query = (
        f"SELECT id, {golden} FROM (SELECT id, {golden}, count(*) OVER (PARTITION BY {golden}) AS size "
        f"FROM accounts_{spec.name}crosswalk WHERE {golden} IS NOT NULL) x WHERE size > 1"
    )
    return read(query, {"record_id": pl.Int64(), "cluster": pl.Int64()})


def _pins(spec: ObjectSpec, members: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Fields of customers that a person decided: no rule moves them."""
    schema = {"record_id": pl.Int64(), "field": pl.Int16()}
    query = (
        "SELECT record_id, field FROM syncengine_pin "
        "WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"
    )
    pins = read(query, schema, [now]) if spec.name == "account" else pl.DataFrame(schema=schema)
    return pins.join(members, on="record_id").select("cluster", "field").unique()


def _changed(
    spec: ObjectSpec, name: str, was: pl.DataFrame, becomes: pl.DataFrame, pins: pl.DataFrame
) -> FieldChange:
    label = "name" if "name" in becomes.columns else name
    after = becomes.select("cluster", label=pl.col(label).cast(pl.String), after=pl.col(name))
    both = was.select("cluster", before=pl.col(name)).join(after, on="cluster")
    pinned = pins.filter(pl.col("field") == spec.fields[name].code)
    differ = both.filter(pl.col("before").ne_missing(pl.col("after"))).join(pinned, on="cluster", how="anti")
    rows = differ.sort("cluster").head(SAMPLES).select("label", "before", "after").iter_rows()
    samples = tuple((str(label), _shown(before), _shown(after)) for label, before, after in rows)
    return FieldChange(spec.name, name, differ.height, samples)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "—" if value is None else str(value)
