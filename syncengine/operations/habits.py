"""What a stream's readings usually bring: how full its columns are, which few values they take, how many rows come.

Learnt reading by reading and kept as JSON beside the stream; what breaks a habit is drift, told once, then learnt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import polars as pl

FEW = 12  # a column of no more values than these is a list to choose from
ENOUGH, SEEN = 200, 50  # rows behind a habit, and rows that can break one
JUMP = 0.2  # of all rows, that a column is empty more often than before
FORGETS = 100_000  # rows after which old readings count for less
VOLUMES, TIMES = 20, 10  # readings remembered, and how many times the usual is unusual
DAYS, WEEKS_KNOWN = 28, timedelta(days=14)
SILENCE, AN_HOUR = 1.5, 3600.0


@dataclass(frozen=True, slots=True)
class Broken:
    """A habit that a reading broke: of which column (none for the number of rows), how, before and now."""

    column: str
    kind: str
    was: str
    now: str


@dataclass(slots=True)
class Column:
    """One column: rows that had it, how many of them empty, and its values while they are few."""

    rows: int = 0
    empty: int = 0
    values: set[str] | None = field(default_factory=set)

    def add(self, other: Column) -> None:
        """Take in what another part of the stream showed."""
        self.rows, self.empty = self.rows + other.rows, self.empty + other.empty
        self.values = None if self.values is None or other.values is None else self.values | other.values
        if self.values is not None and len(self.values) > FEW:
            self.values = None


@dataclass(slots=True)
class Seen:
    """What one reading brought, batch by batch."""

    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)

    def take(self, raw: pl.DataFrame) -> None:
        """Count a batch; columns that are known to hold many values are not looked through again."""
        self.rows += raw.height
        if not raw.height:
            return
        text = [name for name, kind in raw.schema.items() if kind == pl.String]
        empty = raw.select(((pl.col(name) == "") | pl.col(name).is_null()).sum() for name in text).row(0)
        short = [name for name in text if name not in self.columns or self.columns[name].values is not None]
        many = dict(zip(short, raw.select(pl.col(name).n_unique() for name in short).row(0), strict=True))
        for name, blank in zip(text, empty, strict=True):
            values = _values(raw[name]) if many.get(name, FEW + 3) <= FEW + 2 else None
            self.columns.setdefault(name, Column()).add(Column(raw.height, int(blank), values))


def _values(column: pl.Series) -> set[str]:
    return {value for value in column.unique() if value}


def broken(habits: Mapping[str, Any], seen: Seen, *, whole: bool) -> Iterator[Broken]:
    """What of a reading is unlike those before; `whole` where each reading brings every record."""
    known = columns_of(habits)
    for name, now in seen.columns.items():
        before = known.get(name)
        if before is not None and before.rows >= ENOUGH:
            yield from _column(name, before, now)
    yield from _volume(habits.get("volumes", []), seen.rows, whole)


def _column(name: str, before: Column, now: Column) -> Iterator[Broken]:
    usual = before.values if before.values and before.rows - before.empty >= 20 * len(before.values) else None
    new = sorted(now.values - usual) if usual and now.values is not None else []
    if usual and new:
        yield Broken(name, "values", ", ".join(sorted(usual)), ", ".join(new))
    was, share = before.empty / before.rows, now.empty / now.rows
    if now.rows >= SEEN and share - was >= JUMP:
        yield Broken(name, "nulls", f"{was:.0%} empty", f"{share:.0%} empty")


def _volume(volumes: list[int], rows: int, whole: bool) -> Iterator[Broken]:
    if len(volumes) < 8:
        return
    usual = median(volumes)
    if (rows >= ENOUGH and rows > TIMES * usual) or (whole and usual >= ENOUGH and rows < usual / 2):
        yield Broken("", "volume", f"{usual:,.0f} rows", f"{rows:,} rows")


def learnt(habits: Mapping[str, Any], seen: Seen, *, changed: bool, now: datetime) -> dict[str, Any]:
    """The habits with one more reading; a column that became emptier starts anew, so it is told once."""
    known = columns_of(habits)
    emptier = {found.column for found in broken(habits, seen, whole=False) if found.kind == "nulls"}
    for name, column in seen.columns.items():
        if name in emptier or name not in known:
            known[name] = column
        else:
            known[name].add(column)
    volumes = [*habits.get("volumes", []), seen.rows][-VOLUMES:] if seen.rows else habits.get("volumes", [])
    return {"columns": {name: _kept(column) for name, column in known.items()}, "volumes": volumes,
            **_news(habits, changed, now)}  # fmt: skip


def _kept(column: Column) -> dict[str, Any]:
    less = FORGETS / column.rows if column.rows > FORGETS else 1
    values = sorted(column.values) if column.values is not None else None
    return {"rows": round(column.rows * less), "empty": round(column.empty * less), "values": values}


def columns_of(habits: Mapping[str, Any]) -> dict[str, Column]:
    """The columns as they are kept."""
    return {
        name: Column(kept["rows"], kept["empty"], None if kept["values"] is None else set(kept["values"]))
        for name, kept in habits.get("columns", {}).items()
    }


def _news(habits: Mapping[str, Any], changed: bool, now: datetime) -> dict[str, Any]:
    """When a reading last changed something, and each day's longest wait for that, of four weeks."""
    before, waits = habits.get("news_at"), dict(habits.get("waits", {}))
    if not changed:
        return {"news_at": before, "waits": waits} if before else {}
    if before:
        day, waited = now.date().isoformat(), (now - datetime.fromisoformat(before)).total_seconds()
        waits[day] = max(waits.get(day, 0), round(waited))
    oldest = (now.date() - timedelta(days=DAYS)).isoformat()
    return {"news_at": now.isoformat(), "waits": {day: wait for day, wait in waits.items() if day > oldest}}


def is_quiet(habits: Mapping[str, Any], *, now: datetime) -> bool:
    """Whether nothing has changed for longer than ever in the weeks that are known, weekends included."""
    waits = habits.get("waits", {})
    if not waits or now.date() - date.fromisoformat(min(waits)) < WEEKS_KNOWN:
        return False
    silent = (now - datetime.fromisoformat(habits["news_at"])).total_seconds()
    return silent > max(SILENCE * max(waits.values()), AN_HOUR)
