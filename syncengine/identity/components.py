"""Connected components of millions of edges, in sets: no loop over records."""

from __future__ import annotations

import polars as pl


def components(nodes: pl.Series, left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """node and label: the smallest node of the component each node belongs to."""
    labels = pl.DataFrame({"node": nodes, "label": nodes}, schema={"node": pl.Int64, "label": pl.Int64})
    edges = pl.DataFrame({"a": left, "b": right}, schema={"a": pl.Int64, "b": pl.Int64})
    while True:
        edges = (
            edges.filter(pl.col("a") != pl.col("b"))
            .select(a=pl.min_horizontal("a", "b"), b=pl.max_horizontal("a", "b"))
            .unique()
        )
        if edges.is_empty():
            return labels
        hooks = _flatten(edges.group_by("b").agg(to=pl.col("a").min()))
        labels = _follow(labels, hooks, "label")
        edges = _follow(_follow(edges, hooks, "a"), hooks, "b")


def star_edges(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """a, b: every record tied to the first record with the same keys; missing keys tie nothing."""
    told = frame.drop_nulls(keys).select("record_id", a=pl.col("record_id").min().over(keys))
    return told.filter(pl.col("a") != pl.col("record_id")).select("a", b="record_id")


def _flatten(hooks: pl.DataFrame) -> pl.DataFrame:
    """Hooks that point straight to the end of their chain; targets are smaller, so chains end."""
    while True:
        shorter = _follow(hooks, hooks, "to")
        if shorter.equals(hooks):
            return hooks
        hooks = shorter


def _follow(frame: pl.DataFrame, hooks: pl.DataFrame, column: str) -> pl.DataFrame:
    target = hooks.select(pl.col("b").alias(column), pl.col("to").alias("_to"))
    joined = frame.join(target, on=column, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_to", column).alias(column)).drop("_to")
