"""python -m tests.benchmarks.matching.errors: every pair that resolve_files gets wrong on the labelled sets."""

from __future__ import annotations

import polars as pl

from syncengine.identity.anyfile.resolve import resolve
from tests.syncengine.identity.anyfile.labelled import early_childhood, senzing


def main() -> None:
    for title, (records, truth) in {"Senzing": senzing(), "early childhood": early_childhood()}.items():
        told = resolve(records).clusters.join(truth, on="record_id").join(records, on="record_id")
        for what, one, other in (("wrong", "cluster", "truth"), ("missed", "truth", "cluster")):
            pairs = _differing(told, one, other)
            print(f"\n== {title}, {what}: {pairs.height} pairs ==")
            for row in pairs.iter_rows():
                print("  ", " | ".join("" if value is None else str(value).replace("\n", " ") for value in row))


def _differing(told: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """Pairs that are one by `one` and two by `other`, with what their rows say."""
    both = told.join(told, on=one, suffix="_r").filter(pl.col("record_id") < pl.col("record_id_r"))
    both = both.filter(pl.col(other) != pl.col(f"{other}_r"))
    shown = [c for c in ("id", "name", "street", "birth_date", "phone") if c in told.columns]
    return both.select(*shown, *(f"{column}_r" for column in shown)).unique(maintain_order=True)


if __name__ == "__main__":
    main()
