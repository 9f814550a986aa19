"""Guards that fired in a run, worked out beside the partition and kept with the run."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from accounts.frames import copy_in
from syncengine.identity import BLOCKING_RULES, REVIEW, Model, Policy, firings, refused_pairs
from syncengine.identity.firings import FIRING
from syncengine.identity.hubs import IDENTIFIERS
from syncengine.identity.rows import rows_of

FEW = 500  # pairs up to which a loop beats joins of frames
KEPT = 200  # firings a run keeps, the ones with most records first
NONE = pl.DataFrame(schema=FIRING)
RULE_NAMES = [rule.name for rule in BLOCKING_RULES]
NO_KEYS = pl.DataFrame(schema={"record_id": pl.Int64, **dict.fromkeys(RULE_NAMES, pl.Int64)})
APART = "{n} pairs that the scores would join stay apart: identifiers, people or the size of a customer forbid it."


def all_fired(
    keys: pl.DataFrame, parted: pl.DataFrame, pairs: pl.DataFrame, model: Model, policy: Policy
) -> pl.DataFrame:
    """Every guard that fired, with the pairs that scores would join and vetoes, decisions or limits keep apart."""
    if not keys.height and parted.height <= policy.cluster_cap and not model.hubs.height:
        return _apart(parted, pairs)  # the usual case of few changed records, without a look at every rule
    return pl.concat([firings(keys, parted, model, policy), _apart(parted, pairs)])


def _apart(parted: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    if pairs.height <= FEW and not _any_apart(parted, pairs):
        return NONE
    refused = refused_pairs(parted, pairs)
    if not refused.height:
        return NONE
    records = pl.concat([refused["record_l"], refused["record_r"]]).n_unique()
    sentence = APART.format(n=f"{refused.height:,}")
    return pl.DataFrame([("veto", "pairs kept apart", records, sentence)], schema=FIRING, orient="row")


def _any_apart(parted: pl.DataFrame, pairs: pl.DataFrame) -> bool:
    """Whether any pair that the scores would join has its records in two clusters."""
    cluster = dict(rows_of(parted, "record_id", "cluster"))
    told = rows_of(pairs, "record_l", "record_r", "tier")
    return any(tier < REVIEW and cluster.get(left) != cluster.get(right) for left, right, tier in told)


def told_model(model: Model, standardised: pl.DataFrame) -> Model:
    """The model with only those placeholders that these records tell."""
    if not model.hubs.height:
        return model
    kinds = [kind for kind in IDENTIFIERS if kind in standardised.columns]
    told = [standardised.select(value=pl.col(kind), kind=pl.lit(kind)).drop_nulls("value").unique() for kind in kinds]
    mine = model.hubs.join(pl.concat(told), on=["kind", "value"], how="semi")
    return replace(model, frequencies=model.frequencies | {"hub": mine})


def common_keys(held: pl.DataFrame) -> pl.DataFrame:
    """(record_id, a column a blocking rule) of holders of the suppressed keys, as many as show that they are."""
    if not held.height:
        return NO_KEYS
    placed = held.partition_by("place", as_dict=True)
    parts = [part.select("record_id", pl.col("key").alias(RULE_NAMES[place - 1])) for (place,), part in placed.items()]
    return pl.concat([NO_KEYS, *parts], how="diagonal")


def keep_firings(fired: pl.DataFrame, *, run_id: int) -> int:
    """Write a run's firings; how many."""
    if fired.height:
        ranked = fired.sort("records", "guard", "subject", descending=[True, False, False])
        copy_in("syncengine_firing", ranked.head(KEPT).with_columns(run_id=pl.lit(run_id)))
    return fired.height
