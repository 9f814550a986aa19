"""Publishing contacts, addresses and products: the same steps with less to find."""

from __future__ import annotations

import polars as pl

from accounts.frames import stage
from accounts.golden.changes import Cause
from accounts.golden.crosswalk import link
from accounts.golden.records import Published, publish_golden, redirect
from accounts.golden.touched import touch
from syncengine.records import Belonging, Survived


def publish_belonging(name: str, found: Belonging, survived: Survived, *, cause: Cause) -> Published:
    """Write the golden contacts, addresses or products of these records."""
    golden = survived.golden.join(_owners(found.records, name), on="cluster", how="left").rename({"cluster": "id"})
    golden = golden.with_columns(
        source_ids=pl.col("sources").list.unique().list.sort(), merged_into_id=pl.lit(None, pl.Int64)
    )
    written = publish_golden(name, golden, cause=cause)
    redirect(name, found.merged, cause=cause)
    link(name, found.records.select("record_id", "golden_id"), cause=cause)
    if name != "product":
        stage("published_belonging", {"account_id": "bigint"}, golden.select("account_id").drop_nulls().unique())
        touch("SELECT account_id FROM published_belonging")
    return written


def _owners(records: pl.DataFrame, name: str) -> pl.DataFrame:
    """What the id's records share: whether it is new, and the customer it belongs to."""
    parts = [pl.col("is_new").first()]
    if name != "product":
        parts.append(pl.col("account_id").drop_nulls().first())
    return records.sort("record_id").group_by(pl.col("golden_id").alias("cluster")).agg(parts)
