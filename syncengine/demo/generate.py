"""Writing a company to disk: export files of four systems, and the truth kept aside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl

from syncengine.demo.breakage import BROKEN
from syncengine.demo.customers import BLOCK
from syncengine.demo.days import Days
from syncengine.demo.files import Drop, Table, open_drop
from syncengine.demo.part import SYSTEMS, make_part
from syncengine.demo.world import Tables, account_tables, make_tables, plain_credit, stories, truth

SLICE = 100_000  # customers made at a time: bounds memory, and numbers are counted within
STATE = ".state.json"
Objects = Literal["all", "accounts"]
Progress = Callable[[str, int, int], None]


@dataclass
class Summary:
    """What was written: rows by file."""

    folder: Path
    today: date
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Rows in all files."""
        return sum(self.rows.values())


def quiet(step: str, done: int, total: int) -> None:
    """Tell nobody about progress."""


def generate(
    folder: Path,
    *,
    customers: int,
    seed: int,
    today: date,
    progress: Progress = quiet,
    objects: Objects = "all",
) -> Summary:
    """Write the company of this seed and size; what a former company left in the folder is removed."""
    clear(folder)
    days, summary = Days(today, today), Summary(folder, today)
    drops: dict[str, Drop | Table] = {}
    truths, told = [], []
    for done, tables, known, planted in make_slices(seed, customers, days, objects):
        progress("company", done, customers)
        for name, frame in tables.items():
            drop = drops.setdefault(name, open_drop(folder, name))
            drop.add(frame)
        truths.append(known)
        told.append(planted)
    summary.rows = {name: drop.rows for name, drop in drops.items()}
    _finish(drops, broken=objects == "all")
    _keep(folder, truths, told)
    state = {"seed": seed, "customers": customers, "origin": str(today), "today": str(today), "objects": objects}
    (folder / STATE).write_text(json.dumps(state))
    return summary


def make_slices(
    seed: int, customers: int, days: Days, objects: Objects
) -> Iterator[tuple[int, Tables, pl.DataFrame, pl.DataFrame]]:
    """Yield the company slice by slice: customers done, tables, truth, stories."""
    size = SLICE // BLOCK * BLOCK
    for number, first in enumerate(range(0, customers, size)):
        count = min(size, customers - first)
        part = make_part(seed, number, first, count, days)
        tables = make_tables(part) if objects == "all" else account_tables(part, plain_credit(part))
        yield first + count, tables, truth(part), stories(part)


def clear(folder: Path) -> None:
    """Remove what a former company left."""
    for system in SYSTEMS:
        shutil.rmtree(folder / system, ignore_errors=True)
    for name in (STATE, "truth.parquet", "stories.parquet"):
        (folder / name).unlink(missing_ok=True)


def _finish(drops: dict[str, Drop | Table], *, broken: bool) -> None:
    for name, drop in drops.items():
        if broken and isinstance(drop, Drop) and name in BROKEN:
            drop.add_text(BROKEN[name])
        drop.close()


def _keep(folder: Path, truths: list[pl.DataFrame], told: list[pl.DataFrame]) -> None:
    pl.concat(truths).write_parquet(folder / "truth.parquet")
    pl.concat(told).write_parquet(folder / "stories.parquet")
