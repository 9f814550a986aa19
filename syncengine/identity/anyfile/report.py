"""What a person gets back: a cluster for every row, and the pairs with their probability and reason."""

from __future__ import annotations

import polars as pl

from syncengine.identity.anyfile.resolve import FileResult
from syncengine.identity.anyfile.vetoes import SENTENCES
from syncengine.identity.explain import REASONS
from syncengine.identity.scheme import comparisons_of

WORTH_SHOWING = 0.1  # less probable pairs are listed only where their rows ended up together
HELPS = 0.5  # bits from which an answer is named as a reason


def cluster_rows(records: pl.DataFrame, result: FileResult) -> pl.DataFrame:
    """record_id and cluster_id, the id of the cluster's first row; source too where ids repeat between files."""
    named = records.select("record_id", "id", "source").join(result.clusters, on="record_id", maintain_order="left")
    repeated = records["id"].is_duplicated().any()
    name = pl.concat_str("source", pl.lit(":"), "id") if repeated else pl.col("id")
    names = records.select(cluster="record_id", cluster_id=name)
    rows = named.join(names, on="cluster", maintain_order="left").sort("record_id")
    source = ["source"] if repeated else []
    return rows.select(pl.col("id").alias("record_id"), "cluster_id", *source)


def pair_rows(records: pl.DataFrame, result: FileResult) -> pl.DataFrame:
    """Pairs from the most to the least probable: both ids, probability, reason, and whether they are together."""
    side = result.clusters.rename({"cluster": "together"})
    pairs = result.pairs.with_columns(probability=1 / (1 + pl.lit(2.0).pow(-pl.col("match_weight").clip(-60, 60))))
    pairs = pairs.join(side, left_on="record_l", right_on="record_id").join(
        side, left_on="record_r", right_on="record_id", suffix="_r"
    )
    pairs = pairs.with_columns(together=pl.col("together") == pl.col("together_r"))
    pairs = pairs.filter((pl.col("probability") >= WORTH_SHOWING) | pl.col("together"))
    pairs = pairs.with_columns(probability=pl.col("probability").round(4), reason=_reason(result))
    for n in ("l", "r"):
        names = records.select(pl.col("record_id").alias(f"record_{n}"), pl.col("id").alias(f"record_id_{n}"))
        pairs = pairs.join(names, on=f"record_{n}", maintain_order="left")
    pairs = pairs.sort("probability", "record_l", "record_r", descending=[True, False, False])
    return pairs.select("record_id_l", "record_id_r", "probability", "together", "reason")


def _reason(result: FileResult) -> pl.Expr:
    """The veto that keeps them apart, else the three strongest agreements."""
    said = []
    for comparison in comparisons_of(result.model):
        top = len(comparison.levels) - 1
        words = {
            top - n: REASONS.get(f"{comparison.name}:{lv.name}", lv.name) for n, lv in enumerate(comparison.levels)
        }
        text = pl.col(f"g_{comparison.name}").replace_strict(words, default=None, return_dtype=pl.String)
        helps = pl.col(f"w_{comparison.name}") >= HELPS
        said.append(pl.when(helps).then(pl.struct(w=-pl.col(f"w_{comparison.name}"), said=text)))
    best = pl.concat_list(said).list.drop_nulls().list.sort().list.head(3)
    agreed = best.list.eval(pl.element().struct.field("said")).list.join(", ")
    veto = pl.col("veto").replace_strict(SENTENCES, default=None, return_dtype=pl.String)
    return pl.coalesce(veto, pl.when(agreed == "").then(pl.lit("nothing in common")).otherwise(agreed))
