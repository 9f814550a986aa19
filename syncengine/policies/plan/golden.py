"""Golden values under other rules: the same pure survivorship over the same rows, and a diff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.frames import read, stage
from accounts.models import Source
from syncengine.canonical import TRUST, read_canonical
from syncengine.policies.plan.records import SAMPLES, Overlay, shown
from syncengine.policies.plan.shapes import FieldChange
from syncengine.policies.shapes import PolicySet
from syncengine.publish.rules import rule_of, standing_values
from syncengine.records import Survived
from syncengine.survivorship import FieldRule, normalised, survive

CHANGED: dict[str, pl.DataType] = {"cluster": pl.Int64(), "field": pl.Int16(), "after": pl.String()}


@dataclass(frozen=True)
class GoldenDiff:
    """Fields of one object that would change, in which golden records, and what people would be asked.

    `changed` has cluster, field and the value after as it is compared. Records of golden records with another
    value or question are `concerned`, with another reason alone (winner or rule) `reasoned`; `fields` are the codes
    of what was compared.
    """

    object: str
    changes: tuple[FieldChange, ...]
    changed: pl.DataFrame
    concerned: pl.DataFrame
    reasoned: pl.DataFrame
    fields: tuple[int, ...] = ()
    opened: int = 0
    closed: int = 0


def diff_golden(
    name: str, before: PolicySet, after: PolicySet, overlays: Sequence[Overlay] = (), *, now: datetime
) -> GoldenDiff:
    """What other rules and other canonical rows would make of an object's golden records; pinned values aside."""
    spec = load()[name]
    old, new = rules_of(spec, before), rules_of(spec, after)
    mine = [overlay for overlay in overlays if overlay.object == name]
    fields = _differing(spec, old, new, mine)
    members = _members(spec, mine, rules_differ=any(old[f.name] != new[f.name] for f in fields))
    if not fields or not members.height:
        return GoldenDiff(name, (), pl.DataFrame(schema=CHANGED), members.clear(), members.clear())
    records = _records(spec, fields, members, everything=not mine)
    was = _survived(spec, records, old, now)
    becomes = _survived(spec, _overlaid(records, mine), new, now)
    return _diff(spec, fields, was, becomes, members, now)


def rules_of(spec: ObjectSpec, policies: PolicySet) -> dict[str, FieldRule]:
    """One rule a field, with sources by their ids."""
    ids = dict(Source.objects.values_list("name", "id"))
    # Sources still to be registered have no records yet, so any number serves.
    ids |= {name: -place for place, name in enumerate(policies.sources, 1) if name not in ids}
    declared = {name: policies.field_policy(spec.name, name, load()) for name in spec.fields}
    return {name: rule_of(policy, tuple(ids[s] for s in policy.order if s in ids)) for name, policy in declared.items()}


def _differing(
    spec: ObjectSpec, old: dict[str, FieldRule], new: dict[str, FieldRule], overlays: Sequence[Overlay]
) -> list[FieldSpec]:
    overlaid = {column for overlay in overlays for column in overlay.columns}
    return [
        field
        for field in spec.fields.values()
        if field.type != "reference" and (old[field.name] != new[field.name] or field.column in overlaid)
    ]


def _members(spec: ObjectSpec, overlays: Sequence[Overlay], *, rules_differ: bool) -> pl.DataFrame:
    """record_id, cluster: of golden records with several records where rules differ (with one, every rule has the
    same survivor), and of those that hold an overlaid record."""
    golden, walk = f"{spec.name}_id", f"accounts_{spec.name}crosswalk"
    parts = [f"SELECT {golden} FROM {walk} WHERE {golden} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"] * rules_differ
    if overlays:
        keys = [o.rows.select("key", source_id=pl.lit(o.source_id, pl.Int16)) for o in overlays]
        stage("overlaid_keys", {"source_id": "smallint", "key": "text"}, pl.concat(keys))
        parts.append(f"SELECT x.{golden} FROM {walk} x JOIN overlaid_keys USING (source_id, key)")
    if not parts:
        return pl.DataFrame(schema={"record_id": pl.Int64, "cluster": pl.Int64})
    query = f"SELECT x.id, x.{golden} FROM {walk} x JOIN ({' UNION '.join(parts)}) s ON s.{golden} = x.{golden}"
    return read(query, {"record_id": pl.Int64(), "cluster": pl.Int64()})


def _records(spec: ObjectSpec, fields: Sequence[FieldSpec], members: pl.DataFrame, *, everything: bool) -> pl.DataFrame:
    """Canonical rows of the members, with no more columns than the diff needs."""
    label = ["name"] if "name" in spec.fields else []
    columns = list(dict.fromkeys([*(field.column for field in fields), *label, *TRUST]))
    where = "true"
    if not everything:
        stage("planned_records", {"record_id": "bigint"}, members.select("record_id"))
        where = "c.crosswalk_id IN (SELECT record_id FROM planned_records)"
    return read_canonical(spec.name, where, columns=columns).join(members, on="record_id")


def _overlaid(records: pl.DataFrame, overlays: Sequence[Overlay]) -> pl.DataFrame:
    """The rows with what they would say."""
    for overlay in overlays:
        said = {column: f"{column}:after" for column in overlay.columns}
        rows = overlay.rows.rename(said).with_columns(source=pl.lit(overlay.source_id, pl.Int16), hit=pl.lit(True))
        joined = records.join(rows, on=["source", "key"], how="left", maintain_order="left")
        hit = pl.col("hit").fill_null(False)
        records = joined.with_columns(
            pl.when(hit).then(pl.col(after).cast(records.schema[column])).otherwise(pl.col(column)).alias(column)
            for column, after in said.items()
        ).drop("hit", *said.values())
    return records


def _survived(spec: ObjectSpec, records: pl.DataFrame, rules: dict[str, FieldRule], now: datetime) -> Survived:
    none = pl.DataFrame(schema={"cluster": pl.Int64, "field": pl.Int16, "value": pl.String})
    standing = standing_values(spec.name, records["cluster"], rules)
    return survive(records, spec, rules, none, standing=standing, now=now)


def _diff(
    spec: ObjectSpec,
    fields: Sequence[FieldSpec],
    was: Survived,
    becomes: Survived,
    members: pl.DataFrame,
    now: datetime,
) -> GoldenDiff:
    pins = _pins(spec, members, now)
    label = "name" if "name" in becomes.golden.columns else None
    both = _side_by_side(fields, was.golden, becomes.golden, label)
    parts = [_changed(field, both, pins) for field in fields]
    changes = [_told(spec, field, rows) for field, rows in zip(fields, parts, strict=True) if rows.height]
    reasons = both.filter(pl.any_horizontal([pl.col(f"{f.name}:reason") for f in fields]))
    changed = pl.concat([_coded(field, rows) for field, rows in zip(fields, parts, strict=True)])
    opened, closed = _asked(was, becomes)
    moved = pl.concat([changed["cluster"], opened, closed]).unique()
    concerned = members.filter(pl.col("cluster").is_in(moved.implode()))
    reasoned = members.join(reasons.select("cluster"), on="cluster", how="semi").join(
        concerned.select("cluster"), on="cluster", how="anti"
    )
    codes = tuple(field.code for field in fields)
    return GoldenDiff(spec.name, tuple(changes), changed, concerned, reasoned, codes, opened.len(), closed.len())


def _side_by_side(
    fields: Sequence[FieldSpec], was: pl.DataFrame, becomes: pl.DataFrame, label: str | None
) -> pl.DataFrame:
    """Value before and after of each field, and whether only its winner or rule differs."""
    name = pl.col(label) if label else pl.col("cluster").cast(pl.String)
    before = was.select(
        "cluster", *[pl.col(f.column).alias(f"{f.name}:before") for f in fields], winners_l="winners", rules_l="rules"
    )
    after = becomes.select(
        "cluster", name.alias("label"), *[pl.col(f.column).alias(f"{f.name}:after") for f in fields],
        winners_r="winners", rules_r="rules",
    )  # fmt: skip
    return before.join(after, on="cluster").with_columns(
        pl.any_horizontal(
            [pl.col(f"{side}_l").list.get(f.code - 1) != pl.col(f"{side}_r").list.get(f.code - 1)
             for side in ("winners", "rules")]
        ).alias(f"{f.name}:reason")
        for f in fields
    )  # fmt: skip


def _changed(field: FieldSpec, both: pl.DataFrame, pins: pl.DataFrame) -> pl.DataFrame:
    pinned = pins.filter(pl.col("field") == field.code)
    before, after = pl.col(f"{field.name}:before"), pl.col(f"{field.name}:after")
    rows = both.filter(before.ne_missing(after)).select("cluster", "label", before=before, after=after)
    return rows.join(pinned, on="cluster", how="anti")


def _coded(field: FieldSpec, rows: pl.DataFrame) -> pl.DataFrame:
    said = rows.select("cluster", pl.col("after").alias(field.column))
    return said.select("cluster", field=pl.lit(field.code, pl.Int16), after=normalised(field))


def _told(spec: ObjectSpec, field: FieldSpec, rows: pl.DataFrame) -> FieldChange:
    some = rows.sort("cluster").head(SAMPLES).select("label", "before", "after").rows()
    samples = tuple((str(name), shown(before), shown(after)) for name, before, after in some)
    return FieldChange(spec.name, field.name, rows.height, samples)


def _asked(was: Survived, becomes: Survived) -> tuple[pl.Series, pl.Series]:
    """Clusters of questions that would open, and of those that would close."""
    on = ["cluster", "field"]
    sides = [pl.concat([s.conflicts, *([s.waiting] if s.waiting is not None else [])]) for s in (was, becomes)]
    old, new = (side.select(on).unique() for side in sides)
    return new.join(old, on=on, how="anti")["cluster"], old.join(new, on=on, how="anti")["cluster"]


def _pins(spec: ObjectSpec, members: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Fields of customers that a person decided: no rule moves them."""
    schema: dict[str, pl.DataType] = {"record_id": pl.Int64(), "field": pl.Int16()}
    query = (
        "SELECT record_id, field FROM syncengine_pin "
        "WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"
    )
    pins = read(query, schema, [now]) if spec.name == "account" else pl.DataFrame(schema=schema)
    return pins.join(members, on="record_id").select("cluster", "field").unique()
