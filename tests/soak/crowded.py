"""`python -m tests.soak.crowded HOW WHOSE COUNT` resolves so many strangers, and counts them.

`shared`: one value in every key. `odd`: any character, absurd lengths, keys of many and of nobody, nothing at all.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from time import perf_counter

import polars as pl

from syncengine.identity import (
    comparable,
    default_model,
    fit_frequencies,
    match_keys,
    partition,
    score,
    side_by_side,
    standardise,
    veto_values,
)
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


ODD = [
    "\u202e", "🏭", "王杰", "ﬁ", "İı", "a\u0301" * 50, "\x00", "Ａｃｍｅ", "ß", "\ufeff", "ﷺ", "Z͑ͫ̓ͪ̂",
    "𐠁", "\ue26f", "", " ", "n/a",
]  # fmt: skip
ABSURD = 2_000  # of so many rows one holds a text in each column that is longer than a book's chapter
COMMON = ("street", "city", "postcode", "phone", "email", "website", "tax_id", "birth_date", "person_id")


def odd_strangers(count: int) -> pl.DataFrame:
    """The same with characters that no name has, and with columns that are empty, common, or as long as a book."""
    number = pl.col("record_id")
    odd = pl.lit(pl.Series(ODD)).gather(number.hash(3) % len(ODD))
    told = strangers(count).with_columns(
        pl.concat_str("name", odd, separator=" "),
        birth_date=pl.lit("1.2.1980"), person_id=pl.lit("A123456789"), tax_id=pl.lit("DE811907980"),
    )  # fmt: skip
    # A name in every second row; of what is common, half, and an odd text in one row of a hundred.
    told = told.with_columns(name=pl.when(number.hash(9) % 2 == 0).then("name"))
    told = told.with_columns(
        pl.when(number.hash(n) % 100 == 0).then(odd).when(number.hash(n) % 2 == 0).then(field).alias(field)
        for n, field in enumerate(COMMON, start=10)
    )
    book = pl.concat_str(pl.lit("x" * 100_000), number.cast(pl.String))
    books = told.head(count // ABSURD + 5).with_columns(book.alias(field) for field in ("name", *COMMON))
    return pl.concat([books, told.tail(-books.height)])


def by_portal(records: pl.DataFrame) -> pl.DataFrame:
    """As a first load does it."""
    tidy = standardise(side_by_side(records))
    model, keys, vetoes = fit_frequencies(tidy, default_model()), match_keys(tidy), veto_values(tidy)
    tidy = comparable(tidy, model)
    pairs = score(tidy, model=model, keys=keys)
    return partition(tidy["record_id"], pairs, NOTHING_DECIDED, vetoes)


def by_file(records: pl.DataFrame) -> pl.DataFrame:
    """As resolve_files does it."""
    return resolve(records).clusters


WHOSE: dict[str, Callable[[int], pl.DataFrame]] = {"shared": strangers, "odd": odd_strangers}
HOW: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {"portal": by_portal, "file": by_file}

if __name__ == "__main__":
    how, whose, size = sys.argv[1:]
    records = WHOSE[whose](int(size))
    started = perf_counter()
    parted = HOW[how](records)
    told = {"rows": parted.height, "clusters": parted["cluster"].n_unique(), "seconds": perf_counter() - started}
    print(json.dumps({**told, "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
