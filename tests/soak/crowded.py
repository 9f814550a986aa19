"""`python -m tests.soak.crowded HOW COUNT` resolves so many strangers with one value in every key, and counts them."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable

import polars as pl

from syncengine.identity import default_model, fit_frequencies, partition, score, standardise, veto_values
from syncengine.identity.anyfile.resolve import resolve

NOTHING_DECIDED = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})
SHARED = {
    "email": "office@acme-pumpen.de", "phone": "+49 221 5551234", "website": "acme-pumpen.de", "street": "Domstr. 1",
    "postcode": "50667", "city": "Köln", "country": "DE",
}  # fmt: skip


def strangers(count: int) -> pl.DataFrame:
    """Records with names of their own and all else in common."""
    number = pl.int_range(count, eager=True).alias("record_id")
    name = number.hash(5).cast(pl.String).str.replace_many([str(n) for n in range(10)], list("abcdefghij"))
    return pl.DataFrame({"record_id": number, "name": name}).with_columns(
        pl.lit(value).alias(field) for field, value in SHARED.items()
    )


def by_portal(records: pl.DataFrame) -> pl.DataFrame:
    """As a first load does it."""
    tidy = standardise(records)
    pairs = score(tidy, changed=None, model=fit_frequencies(tidy, default_model()))
    return partition(tidy["record_id"], pairs, NOTHING_DECIDED, veto_values(tidy))


def by_file(records: pl.DataFrame) -> pl.DataFrame:
    """As resolve_files does it."""
    return resolve(records).clusters


HOW: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {"portal": by_portal, "file": by_file}

if __name__ == "__main__":
    parted = HOW[sys.argv[1]](strangers(int(sys.argv[2])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"rows": parted.height, "clusters": parted["cluster"].n_unique(), "peak_gb": peak}))
