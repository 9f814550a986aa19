"""Messages that changed golden values would send to the systems that follow them."""

from __future__ import annotations

import polars as pl

from accounts.catalogue import load
from accounts.frames import read, stage
from syncengine.canonical import read_canonical
from syncengine.policies.plan.golden import GoldenDiff
from syncengine.policies.plan.shapes import WriteBack
from syncengine.policies.shapes import PolicySet
from syncengine.survivorship import normalised
from syncengine.writeback.targets import Target, list_targets


def diff_writes(diff: GoldenDiff, after: PolicySet) -> list[WriteBack]:
    """Fields per target whose records say something else than the golden value would."""
    if diff.object != "account" or not diff.changed.height:
        return []
    targets = [target for target in list_targets(after) if target.write.propagate]
    return [found for target in targets for found in _target(diff, target)]


def _target(diff: GoldenDiff, target: Target) -> list[WriteBack]:
    fields = [load()["account"].fields[name] for name in target.write.fields]
    changed = diff.changed.filter(pl.col("field").is_in([field.code for field in fields]))
    if not changed.height:
        return []
    stage("changed_customers", {"id": "bigint"}, changed.select(id="cluster").unique())
    members = read(
        "SELECT x.id, x.account_id FROM accounts_accountcrosswalk x JOIN changed_customers c ON c.id = x.account_id",
        {"record_id": pl.Int64(), "cluster": pl.Int64()},
    )
    stage("written_records", {"record_id": "bigint"}, members)
    where = (
        f"c.live AND c.stream_id = {int(target.stream.pk)} "
        "AND c.crosswalk_id IN (SELECT record_id FROM written_records)"
    )
    told = read_canonical("account", where, columns=[f.name for f in fields], echoes=True).join(members, on="record_id")
    found = []
    for field in fields:
        wanted = changed.filter(pl.col("field") == field.code)
        says = told.select("cluster", says=normalised(field)).join(wanted, on="cluster")
        count = says.filter(pl.col("says").ne_missing(pl.col("after"))).height
        found += [WriteBack(target.label, field.name, count)] if count else []
    return found
