"""Writing a company to disk: export files of four systems, and the truth kept aside."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import polars as pl

from syncengine.demo.breakage import BROKEN
from syncengine.demo.customers import BLOCK
from syncengine.demo.days import Days, turns
from syncengine.demo.dice import Dice
from syncengine.demo.files import WHOSE, Drop, Table, open_drop
from syncengine.demo.part import SYSTEMS, Part, make_part
from syncengine.demo.world import Tables, account_tables, make_tables, plain_credit, stories, truth

SLICE = 100_000  # customers made at a time: bounds memory, and numbers are counted within
STATE = ".state.json"
# Tables listed as a whole each time, in one file that is replaced. Of all others a first file tells
# everything, and later ones what changed.
FULL = frozenset(
    {
        "crm/accounts.csv",
        "crm/products.csv",
        "crm/campaigns.csv",
        "erp/products.csv",
        "erp/price_books.csv",
        "erp/prices.csv",
        "erp/stock.csv",
        "ai/companies.parquet",
        "ai/products.parquet",
    }
)
Objects = Literal["all", "accounts"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class State:
    """Which company it is and how far it has been told: all of the days before `today`, and a share of it."""

    seed: int
    customers: int
    origin: date
    today: date
    share: float
    objects: Objects

    def file_of(self, name: str) -> str:
        """The file a table's rows of this moment stand in; names of dated ones sort by time."""
        if name in FULL:
            return name
        stem, _, ending = name.rpartition(".")
        minutes = round(self.share * 1440)
        time = "" if self.share == 1.0 else f"-{minutes // 60:02d}{minutes % 60:02d}"
        return f"{stem}-{self.today}{time}.{ending}"

    def write(self, folder: Path) -> None:
        """Keep the state beside the files."""
        part = folder / (STATE + ".part")
        part.write_text(json.dumps(asdict(self), default=str))
        os.replace(part, folder / STATE)


def read_state(folder: Path) -> State:
    """The state of the company in a folder."""
    raw = json.loads((folder / STATE).read_text())
    days = {name: date.fromisoformat(raw[name]) for name in ("origin", "today")}
    return State(**{**raw, **days})


@dataclass(frozen=True)
class Slice:
    """A range of customers made: how many are done, their tables, and the truth about them."""

    done: int
    tables: Tables
    truth: pl.DataFrame
    stories: pl.DataFrame


@dataclass(frozen=True)
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
    share: float = 1.0,
    progress: Progress = quiet,
    objects: Objects = "all",
) -> Summary:
    """Write the company of this seed and size, up to this share of today, in place of a former one."""
    clear(folder)
    state = State(seed, customers, today, today, share, objects)
    drops: dict[str, Drop | Table] = {}
    truths, told = [], []
    for slice_ in make_slices(state):
        progress("company", slice_.done, customers)
        for name, frame in slice_.tables.items():
            if name not in drops:
                drops[name] = open_drop(folder, state.file_of(name))
            drops[name].add(frame)
        truths.append(slice_.truth)
        told.append(slice_.stories)
    _finish(drops, broken=objects == "all")
    keep_truth(folder, truths, told)
    state.write(folder)
    return Summary(folder, today, {state.file_of(name): drop.rows for name, drop in drops.items()})


def make_slices(state: State) -> Iterator[Slice]:
    """Yield the company as of the state's day, slice by slice."""
    size = SLICE // BLOCK * BLOCK
    for number, first in enumerate(range(0, state.customers, size)):
        count = min(size, state.customers - first)
        yield _slice(state, number, first, count)


def _slice(state: State, number: int, first: int, count: int) -> Slice:
    part = make_part(state.seed, number, first, count, Days(state.origin, state.today))
    tables = _tables(part, state.objects)
    if state.share < 1.0:
        before = make_part(state.seed, number, first, count, Days(state.origin, state.today - timedelta(days=1)))
        tables = blend(part.dice, _tables(before, state.objects), tables, state.share)
    return Slice(first + count, tables, truth(part), stories(part))


def _tables(part: Part, objects: Objects) -> Tables:
    return make_tables(part) if objects == "all" else account_tables(part, plain_credit(part))


def blend(dice: Dice, before: Tables, after: Tables, share: float) -> Tables:
    """The company within a day: customers whose turn has come as of today, others as of the day before."""
    tables = {}
    for name, frame in after.items():
        if WHOSE in frame.columns:
            came = turns(dice, frame[WHOSE].fill_null(0)) < share
            old = before[name]
            waits = turns(dice, old[WHOSE].fill_null(0)) >= share
            frame = pl.concat([frame.filter(came), old.filter(waits)])
        tables[name] = frame
    return tables


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


def keep_truth(folder: Path, truths: list[pl.DataFrame], told: list[pl.DataFrame]) -> None:
    """Write the truth aside: account records with their true customer, and the planted stories."""
    pl.concat(truths).write_parquet(folder / "truth.parquet")
    pl.concat(told).write_parquet(folder / "stories.parquet")
