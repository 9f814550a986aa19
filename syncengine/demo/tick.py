"""Moving the company on: what differs between two of its days, as the drop files its systems would write."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import polars as pl

from syncengine.demo.days import Days
from syncengine.demo.files import open_drop
from syncengine.demo.generate import STATE, Progress, Summary, make_slices, quiet
from syncengine.demo.world import Tables

# Files that list everything there is: written anew as a whole. All others get a file with what changed.
FULL = {
    "crm/accounts.csv", "crm/products.csv", "crm/campaigns.csv", "erp/products.csv", "erp/price_books.csv",
    "erp/prices.csv", "erp/stock.csv", "ai/companies.parquet", "ai/products.parquet",
}  # fmt: skip
DELETED = {"IsDeleted": "true", "Loeschkz": "X", "deleted": True}


def last_day(folder: Path) -> date:
    """The day up to which the company in the folder has been told."""
    return date.fromisoformat(json.loads((folder / STATE).read_text())["today"])


def tick(folder: Path, *, today: date, progress: Progress = quiet) -> Summary:
    """Write what happened since the last day told, up to today; the same day again changes nothing."""
    state = json.loads((folder / STATE).read_text())
    summary, last = Summary(folder, today), date.fromisoformat(state["today"])
    if today <= last:
        return summary
    origin, made = date.fromisoformat(state["origin"]), []
    days = (Days(origin, last), Days(origin, today))
    for day in days:
        slices = make_slices(state["seed"], state["customers"], day, state["objects"])
        made.append(list(slices))
        progress("tick", len(made), len(days))
    before, after = ([tables for _, tables, _, _ in pieces] for pieces in made)
    summary.rows = _write(folder, before, after, today)
    pl.concat([known for _, _, known, _ in made[1]]).write_parquet(folder / "truth.parquet")
    pl.concat([told for _, _, _, told in made[1]]).write_parquet(folder / "stories.parquet")
    _remember(folder, state | {"today": str(today)})
    return summary


def _remember(folder: Path, state: dict[str, object]) -> None:
    part = folder / (STATE + ".part")
    part.write_text(json.dumps(state))
    os.replace(part, folder / STATE)


def _write(folder: Path, before: list[Tables], after: list[Tables], today: date) -> dict[str, int]:
    rows: dict[str, int] = {}
    for name in dict.fromkeys(name for tables in after for name in tables):
        old, new = _whole(before, name), _whole(after, name)
        if old.equals(new):
            continue
        full = name in FULL
        frame = new if full else difference(old, new)
        stem, _, ending = name.rpartition(".")
        target = name if full else f"{stem}-{today}.{ending}"
        if frame.height:
            drop = open_drop(folder, target)
            drop.add(frame)
            drop.close()
            rows[target] = drop.rows
    return rows


def _whole(parts: list[Tables], name: str) -> pl.DataFrame:
    return pl.concat([tables[name] for tables in parts if name in tables])


def difference(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Rows that are new or other than before, then the vanished ones with their mark of deletion."""
    key = new.columns[0]
    came = new.join(old, on=new.columns, how="anti", nulls_equal=True, maintain_order="left")
    marks = [(name, value) for name, value in DELETED.items() if name in new.columns]
    if not marks:
        return came
    gone = old.join(new, on=key, how="anti", maintain_order="left")
    name, value = marks[0]
    gone = gone.with_columns(pl.lit(value).cast(new.schema[name]).alias(name))
    return pl.concat([came, gone])

