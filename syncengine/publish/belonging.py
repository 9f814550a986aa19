"""Publishing contacts, addresses and products: the same steps with less to find."""

from __future__ import annotations

import polars as pl
from accounts.catalogue import load
from accounts.frames import stage
from accounts.golden.changes import Cause
from accounts.golden.crosswalk import link
from accounts.golden.records import Published, publish_golden, redirect
from accounts.golden.touched import touch

from syncengine.policies import PolicySet
from syncengine.publish.rules import field_rules, no_pins
from syncengine.resolution.belonging import Belonging
from syncengine.survivorship import survive


def publish_belonging(name: str, found: Belonging, policies: PolicySet, *, cause: Cause) -> Published:
    """Write the golden contacts, addresses or products of these records."""
    records = found.records.drop("cluster").rename({"golden_id": "cluster"})
    survived = survive(records, load()[name], field_rules(name, policies), no_pins())
    golden = survived.golden.join(_owners(records, name), on="cluster", how="left").rename({"cluster": "id"})
    golden = golden.with_columns(
        source_ids=pl.col("sources").list.unique().list.sort(), merged_into_id=pl.lit(None, pl.Int64)
    )
    written = publish_golden(name, golden, cause=cause)
    redirect(name, found.merged, cause=cause)
    link(name, records.select("record_id", golden_id="cluster"), cause=cause)
    if name != "product":
        stage(
            "published_belonging", {"account_id": "bigint"}, golden.select("account_id").drop_nulls().unique()
        )
        touch("SELECT account_id FROM published_belonging")
    return written


def _owners(records: pl.DataFrame, name: str) -> pl.DataFrame:
    parts = [pl.col("is_new").first()]
    if name != "product":
        parts.append(pl.col("account_id").drop_nulls().first())
    return records.sort("record_id").group_by("cluster").agg(parts)
