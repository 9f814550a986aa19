"""Moving the company on: what differs between two of its moments, as drop files of its systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from syncengine.demo.files import WHOSE, open_drop
from syncengine.demo.generate import (
    FULL,
    Progress,
    Slice,
    State,
    Summary,
    keep_truth,
    make_slices,
    quiet,
    read_state,
)

MOST_DROPS = 60  # then the system sends everything once more in one file, and the small ones go
DELETED = {"IsDeleted": "true", "Loeschkz": "X", "deleted": True}


def tick(folder: Path, *, today: date, share: float = 1.0, progress: Progress = quiet) -> Summary:
    """Write what happened since the last tick, up to a share of today; the same again changes nothing."""
    last = read_state(folder)
    if (today, share) <= (last.today, last.share):
        return Summary(folder, last.today)
    now = replace(last, today=today, share=share)
    before, after = _told(last, progress, "before"), _told(now, progress, "after")
    rows = {target: _write(folder / target, frame) for target, frame in _news(now, before, after)}
    if crowded := _crowded(folder, rows):
        first = _told(replace(now, today=now.origin, share=1.0), progress, "origin")
        for name in crowded:
            rows |= _tell_all(folder, name, now, first, after)
    keep_truth(folder, [slice_.truth for slice_ in after], [slice_.stories for slice_ in after])
    now.write(folder)
    return Summary(folder, today, rows)


def _told(state: State, progress: Progress, what: str) -> list[Slice]:
    slices = []
    for slice_ in make_slices(state):
        progress(what, slice_.done, state.customers)
        slices.append(slice_)
    return slices


def _news(now: State, before: list[Slice], after: list[Slice]) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in dict.fromkeys(name for slice_ in after for name in slice_.tables):
        new = _whole(after, name)
        news = difference(_whole(before, name), new)
        if news.height:
            yield now.file_of(name), new if name in FULL else news


def _write(path: Path, frame: pl.DataFrame) -> int:
    drop = open_drop(path.parent.parent, f"{path.parent.name}/{path.name}")
    drop.add(frame)
    drop.close()
    return drop.rows


def _whole(slices: list[Slice], name: str) -> pl.DataFrame:
    frame = pl.concat([slice_.tables[name] for slice_ in slices if name in slice_.tables])
    return frame.drop(WHOSE, strict=False)


def difference(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Rows that are new or other than before, then the vanished ones with their mark of deletion."""
    came = new.join(old, on=new.columns, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([came, _vanished(old, new)])


def _vanished(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    gone = old.join(new, on=new.columns[0], how="anti", maintain_order="left")
    for name in DELETED.keys() & set(new.columns):
        gone = gone.with_columns(pl.lit(DELETED[name]).cast(new.schema[name]).alias(name))
    return gone


def _drops(folder: Path, name: str) -> list[Path]:
    """The dated files of a table, oldest first."""
    stem, _, ending = name.rpartition(".")
    return sorted(folder.glob(f"{stem}-2*.{ending}"))


def _crowded(folder: Path, written: dict[str, int]) -> list[str]:
    """Tables with more drop files than a folder should hold."""
    names = {target.split("-")[0] + Path(target).suffix for target in written} - FULL
    return sorted(name for name in names if len(_drops(folder, name)) > MOST_DROPS)


def _tell_all(folder: Path, name: str, now: State, first: list[Slice], after: list[Slice]) -> dict[str, int]:
    """One file with everything in place of many, with the marks of all that was ever deleted."""
    new = _whole(after, name)
    everything = pl.concat([new, _vanished(_whole(first, name), new)])
    for old in _drops(folder, name):
        old.unlink()
    return {now.file_of(name): _write(folder / now.file_of(name), everything)}
