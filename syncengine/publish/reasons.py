"""Publishing why a value stands: where a rule makes another record give the very same one."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from accounts.catalogue import load
from accounts.frames import stage
from accounts.golden.changes import Cause
from accounts.golden.reasons import write_reasons
from syncengine.canonical import TRUST, read_canonical
from syncengine.echoes import without_echoes
from syncengine.policies import PolicySet
from syncengine.publish.rules import field_rules, open_pins, standing_values
from syncengine.resolution.settled import settled_accounts
from syncengine.survivorship import survive


def publish_reasons(records: pl.Series, codes: Sequence[int], policies: PolicySet, *, cause: Cause) -> int:
    """Which record gives these fields of the records' customers now, and by which rule; how many have others.

    Only these columns are read and weighed. A value that has changed since is left to the publish it waits for.
    """
    spec, rules = load()["account"], field_rules("account", policies)
    fields = [spec.by_code[code] for code in codes]
    members = settled_accounts(records).members
    stage("reasoned_records", {"record_id": "bigint"}, members.select("record_id"))
    where = "c.crosswalk_id IN (SELECT record_id FROM reasoned_records)"
    told = read_canonical("account", where, columns=[*(field.column for field in fields), *TRUST], echoes=True)
    told = without_echoes("account", told, members).join(members.select("record_id", "cluster"), on="record_id")
    pins = open_pins(told, now=cause.at).filter(pl.col("field").is_in(codes))
    standing = standing_values("account", told["cluster"], rules)
    survived = survive(told, spec, rules, pins, standing=standing, now=cause.at)
    return write_reasons("account", survived.golden.rename({"cluster": "id"}), fields, cause=cause)
