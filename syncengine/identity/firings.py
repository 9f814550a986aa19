"""Which guards fired in a run, in words and numbers, so that nothing is left out silently."""

from __future__ import annotations

import polars as pl

from syncengine.identity.blocking import BLOCKING_RULES, BlockingRule
from syncengine.identity.guards import POLICY, Policy
from syncengine.identity.model import Model

FIRING = {"guard": pl.String, "subject": pl.String, "records": pl.Int64, "sentence": pl.String}


def firings(keys: pl.DataFrame, parted: pl.DataFrame, model: Model, policy: Policy = POLICY) -> pl.DataFrame:
    """guard, subject, records and a sentence: placeholders, keys and components beyond their limits."""
    told = [rule for rule in BLOCKING_RULES if keys[rule.name].null_count() < keys.height]
    found = [_placeholders(model), *(_common_keys(keys, rule, policy.key_cap) for rule in told)]
    fired = pl.concat([pl.DataFrame(schema=FIRING), *found, _large_components(parted, policy)])
    return fired.sort("records", "guard", "subject", descending=[True, False, False])


def breaks(before: pl.DataFrame, after: pl.DataFrame, policy: Policy = POLICY) -> str | None:
    """Why a run that moves this many records from one customer to another must not go on by itself; None if it may.

    Both frames have record_id and cluster; records that are new or gone are no move.
    """
    both = before.join(after, on="record_id", suffix="_after")
    moved = _moved(both)
    limit = max(policy.breaker_least, int(policy.breaker_share * both.height))
    if moved <= limit:
        return None
    return f"{moved:,} of {both.height:,} records would change their customer; above {limit:,} a person decides."


def _moved(both: pl.DataFrame) -> int:
    """Records whose company of yesterday is not most of their company of today."""
    sizes = both.group_by("cluster", "cluster_after").len()
    largest = sizes.sort("len", "cluster", descending=[True, False]).unique("cluster_after", keep="first")
    return both.height - int(largest["len"].sum())


def _placeholders(model: Model) -> pl.DataFrame:
    said = pl.concat_str(
        pl.lit("The value "), "value", pl.lit(" is told under "), "names", pl.lit(" names: taken for a placeholder.")
    )
    return model.hubs.select(
        guard=pl.lit("placeholder"),
        subject=pl.concat_str("kind", pl.lit(":"), "value"),
        records=pl.col("names").cast(pl.Int64),
        sentence=said,
    )


def _common_keys(keys: pl.DataFrame, rule: BlockingRule, cap: int) -> pl.DataFrame:
    name, most = rule.name, rule.most(cap)
    counted = keys.drop_nulls(name).group_by(name).agg(n=pl.len().cast(pl.Int64)).filter(pl.col("n") > most)
    if counted.is_empty():
        return pl.DataFrame(schema=FIRING)
    said = f"{counted.height} values of this key are held by more than {most} records: they compare nobody."
    row = {"guard": "key limit", "subject": name, "records": int(counted["n"].sum()), "sentence": said}
    return pl.DataFrame([row], schema=FIRING)


def _large_components(parted: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    sizes = parted.group_by("component_id").agg(records=pl.len().cast(pl.Int64))
    said = f"More than {policy.cluster_cap} records hang together: only exact identifiers join them."
    return sizes.filter(pl.col("records") > policy.cluster_cap).select(
        guard=pl.lit("cluster limit"),
        subject=pl.col("component_id").cast(pl.String),
        records="records",
        sentence=pl.lit(said),
    )
