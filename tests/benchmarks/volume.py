"""Volume: seconds a stage, rows a second, peak memory, the ratio to the floor, re-runs, and pages at that size."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import polars as pl
from django.conf import settings
from django.core.management import call_command

from accounts.frames import execute, rows
from syncengine.demo.generate import generate
from syncengine.demo.install import POLICIES
from syncengine.models import Run, Stream
from syncengine.pipeline import publish_all, read_each, run_stream
from syncengine.policies.apply import apply_folder
from tests.benchmarks.events import look_at_events
from tests.benchmarks.floor import measure_floor
from tests.benchmarks.memory import Peak
from tests.benchmarks.pages import look_at_pages
from tests.benchmarks.rules import look_at_rules

STREAMS = ("crm.accounts", "erp.customers", "helpdesk.organizations", "ai.companies")
ACCOUNTS_PER_CUSTOMER = 2.9


def bench(home: Path, size: int) -> None:
    """Print the figures of one size."""
    if fill(home, size):
        _first_load(home)
    _rerun_unchanged()
    _rerun_changed()
    look_at_pages()
    look_at_rules(size)
    look_at_events()


def fill(home: Path, size: int) -> bool:
    """Tables, exports and policies where nothing has been loaded yet; whether the load is still to come."""
    print(f"\n== {size:,} source accounts ==", flush=True)
    _make_tables()
    if rows("SELECT 1 FROM accounts_account LIMIT 1"):
        return False
    _prepare(home, size)
    return True


def _make_tables() -> None:
    started = perf_counter()
    call_command("migrate", verbosity=0)
    print(f"tables                    {perf_counter() - started:8.1f} s")


def _prepare(home: Path, size: int) -> None:
    started = perf_counter()
    customers = round(size / ACCOUNTS_PER_CUSTOMER)
    made = generate(home / "company", customers=customers, seed=7, today=datetime.now(UTC).date(), objects="accounts")
    apply_folder(POLICIES, by=None, now=datetime.now(UTC))
    print(f"exports written           {perf_counter() - started:8.1f} s, {made.total:,} rows")


def _streams() -> list[Stream]:
    found = Stream.objects.select_related("source").order_by("pk")
    return [stream for stream in found if f"{stream.source.name}.{stream.name}" in STREAMS]


def _first_load(home: Path) -> None:
    with Peak() as peak:
        seconds, read, stages = sync()
    floor = measure_floor(home)
    for stage, spent in stages.items():
        print(f"  {stage:<23} {spent:8.1f} s")
    print(f"first load                {seconds:8.1f} s, {read:,} records, {read / seconds:,.0f} a second")
    print(f"peak memory               {peak.bytes / 2**30:8.2f} GB, PostgreSQL included")
    print(f"floor                     {floor.seconds:8.1f} s")
    print(f"ratio to the floor        {seconds / floor.seconds:8.2f}")
    for table, (count, spent) in floor.tables.items():
        print(f"    {table:<30} {count:>10,} rows {spent:6.1f} s")


def sync() -> tuple[float, int, dict[str, float]]:
    """Everything read and published, with a closing checkpoint: seconds, records read, seconds by stage."""
    first = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    started = perf_counter()
    read = sum(run.read for run in read_each(_streams(), lambda stream: run_stream(stream.pk)))
    publish_all()
    execute("CHECKPOINT")
    seconds = perf_counter() - started
    stages: Counter[str] = Counter()
    for spent in Run.objects.filter(pk__gt=first).values_list("stages", flat=True):
        stages.update(spent)
    # Two sources are read at once, so the stages may take longer together than the clock says.
    stages["everything else"] = seconds - sum(stages.values())
    return seconds, read, dict(stages)


def _rerun_unchanged() -> None:
    seconds, read, _ = sync()
    print(f"again, nothing changed    {seconds:8.1f} s, {read:,} records read")


def _rerun_changed() -> None:
    """The CRM's full listing again, one per cent of all accounts with another telephone number."""
    stream = Stream.objects.select_related("source").get(source__name="crm", name="accounts")
    path = Path(settings.HOME) / "company" / "crm" / "accounts.csv"
    raw = pl.read_csv(path, infer_schema=False)
    count = rows("SELECT count(*) / 100 FROM syncengine_canonicalaccount")[0][0]
    now = datetime.now(UTC)
    number = pl.format("+49 30 {}", pl.int_range(pl.len()) + 1_000_000 + now.minute)
    chosen = pl.int_range(pl.len()) < count
    modified = next(name for name in raw.columns if "odified" in name)
    raw.with_columns(
        Phone=pl.when(chosen).then(number).otherwise(pl.col("Phone")),
        **{modified: pl.when(chosen).then(pl.lit(f"{now:%Y-%m-%dT%H:%M:%SZ}")).otherwise(pl.col(modified))},
    ).write_csv(path)
    settled = now.timestamp() - 60  # written long ago, so that the clock measures reading and not waiting
    os.utime(path, (settled, settled))
    seconds, read, stages = sync()
    slow = ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items() if spent >= 0.1)
    print(f"again, 1 % changed        {seconds:8.1f} s, {read:,} records of {stream.source.label} ({slow})")
