"""One changed record against all that are known, and a thousand and ten thousand: resolving alone, rolled back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import polars as pl
from django.core.management import call_command
from django.db import transaction

from accounts.frames import copy_in, execute, rows
from accounts.golden.changes import Cause
from accounts.golden.crosswalk import link
from accounts.golden.touched import begin
from accounts.models import Source
from syncengine.resolution.accounts import resolve_accounts
from tests.benchmarks.matching.many import many

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SINGLES, WARM = 300, 20
SETS = (100, 1_000, 10_000)
TOLD = ("name", "street", "city", "postcode", "country", "phone", "email", "website", "tax_id")
MOVED = (
    "UPDATE syncengine_canonicalaccount SET city = 'Newton', phone = '+49 30 ' || crosswalk_id %% 1000 || '4711' "
    "WHERE crosswalk_id = ANY(%s)"
)


def bench(home: Path, size: int) -> None:
    """Print seconds of resolving records that moved, once all others are known."""
    del home  # the database alone is used
    call_command("migrate", verbosity=0)
    if not rows("SELECT 1 FROM syncengine_matchrecord LIMIT 1"):
        _fill(size)
    dice = random.Random(3)
    print(f"\n== a changed record among {size:,} ==", flush=True)
    for _ in range(WARM):
        _resolve([dice.randint(1, size)])
    _tell("one record", [_resolve([dice.randint(1, size)]) for _ in range(SINGLES)])
    for count in SETS:
        _tell(f"{count:,} records", [_resolve(dice.sample(range(1, size + 1), count))])


def _fill(size: int) -> None:
    """Everything known: records, keys, pairs and customers, without golden values."""
    source = Source.objects.create(name="crm", label="CRM", system="crm")
    records, _ = many(size)
    key = pl.concat_str(pl.lit("K"), "record_id")
    with transaction.atomic():
        copy_in("accounts_accountcrosswalk", records.select(id="record_id", source_id=pl.lit(source.pk), key=key))
        fixed = {"source_id": source.pk, "stream_id": 1, "observed_at": NOW, "live": True}
        heads = [pl.lit(value).alias(name) for name, value in fixed.items()]
        rows_ = records.select(*TOLD, *heads, key.alias("key"), crosswalk_id="record_id")
        copy_in("syncengine_canonicalaccount", rows_)
        members = resolve_accounts(records["record_id"], now=NOW).members
        made = {"source_ids": "{}", "record_count": 1, "disputed": "{}", "created_at": NOW, "changed_at": NOW}
        golden = members.select(id="account_id").unique().with_columns(pl.lit(v).alias(n) for n, v in made.items())
        copy_in("accounts_account", golden)
        begin()
        link("account", members.select("record_id", golden_id="account_id"), cause=Cause(NOW, "bench", 1))
    execute("ANALYZE")


def _resolve(records: list[int]) -> tuple[float, float]:
    with _undone():
        execute(MOVED, [records])
        began = perf_counter(), process_time()
        resolve_accounts(pl.Series(records, dtype=pl.Int64), now=NOW)
        return perf_counter() - began[0], process_time() - began[1]


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _tell(what: str, taken: list[tuple[float, float]]) -> None:
    wall, cpu = (sorted(1000 * t for t in side) for side in zip(*taken, strict=True))
    last = int(len(wall) * 0.95)
    middle = wall[len(wall) // 2]
    print(f"{what:16} median {middle:9,.1f} ms  P95 {wall[last]:9,.1f} ms  P95 of Python's CPU {cpu[last]:9,.1f} ms")
