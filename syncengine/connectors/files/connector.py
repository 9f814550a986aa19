"""A folder of export files as a source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import polars as pl

from syncengine.connectors.base import KEYS_PER_LIST, Connector, StreamRequest
from syncengine.connectors.errors import ConnectorError, Kind
from syncengine.connectors.files.folder import Drop, Progress, find_drops, read_progress, require_unchanged
from syncengine.connectors.files.formats import read_file
from syncengine.connectors.files.spec import FileSpec, Piece, file_spec
from syncengine.records import SourceBatch

SETTLE = 2.0
UNITS = {"second": 1.0, "seconds": 1.0, "minute": 60.0, "minutes": 60.0}


class FilesConnector(Connector):
    """A folder that exports are dropped into; formats by file name, CSV dialect and encoding found out.

    A stream with `listing: full` has a complete listing in each file: of several new files only the
    newest is read. With `listing: delta` each file adds, and all new ones are read in name order.
    The watermark holds the fingerprints of the files read that still lie in the folder.
    """

    kind: ClassVar[str] = "files"

    def check(self) -> None:
        """Raise when the folder is not there or may not be read."""
        folder = self.folder
        if not folder.is_dir():
            raise ConnectorError("this folder does not exist: create it, or correct `folder`", where=str(folder))
        if not os.access(folder, os.R_OK | os.X_OK):
            raise ConnectorError("this folder may not be read: grant the right", where=str(folder))

    @property
    def folder(self) -> Path:
        """Return the watched folder."""
        return Path(self.need("folder")).expanduser()

    def read(self, stream: StreamRequest) -> Iterator[SourceBatch]:
        """Yield the rows of files not read before; with `keys`, those records from all current files."""
        self.check()
        spec = file_spec(stream)
        drops = self._drops(spec)
        if stream.keys is not None:
            yield from self._fetch(stream, spec, drops)
            return
        progress = self._still_there(read_progress(stream.watermark), drops)
        complete = False
        for drop in self._new(stream, drops, progress):
            for batch in self._read_drop(stream, spec, drop, progress):
                complete = batch.complete
                yield replace(batch, complete=False)
            progress = replace(progress, files={**progress.files, drop.name: drop.print}, reading="", rows=0)
        yield SourceBatch(pl.DataFrame(), watermark=progress.text(), complete=complete)

    def lists_keys(self, stream: StreamRequest) -> bool:
        """Tell whether the newest file names every live key."""
        return stream.listing == "full"

    def list_keys(self, stream: StreamRequest) -> Iterator[list[str]]:
        """Yield the keys that the newest complete file names."""
        self.check()
        spec = file_spec(stream)
        for drop in _newest(self._drops(spec)):
            for piece in _sliced(read_file(drop.path, spec), KEYS_PER_LIST):
                _require_key(piece.rows, stream, drop)
                if piece.rows.height:
                    yield piece.rows[stream.key].drop_nulls().to_list()

    def columns(self, stream: StreamRequest) -> dict[str, str]:
        """Return the columns of the newest file."""
        self.check()
        spec = file_spec(stream)
        for drop in _newest(self._drops(spec)):
            for piece in read_file(drop.path, spec):
                return dict.fromkeys(piece.rows.columns, "text")
        return {}

    def _drops(self, spec: FileSpec) -> list[Drop]:
        settle = read_seconds(self.connection.get("settle", SETTLE))
        return find_drops(self.folder, spec.files, settle=settle)

    def _new(self, stream: StreamRequest, drops: list[Drop], progress: Progress) -> list[Drop]:
        candidates = _newest(drops) if stream.listing == "full" else drops
        return [drop for drop in candidates if progress.files.get(drop.name) != drop.print]

    def _still_there(self, progress: Progress, drops: list[Drop]) -> Progress:
        """Forget files that left the folder, so that watermarks do not grow for ever."""
        names = {drop.name for drop in drops}
        return replace(progress, files={name: p for name, p in progress.files.items() if name in names})

    def _read_drop(
        self, stream: StreamRequest, spec: FileSpec, drop: Drop, progress: Progress
    ) -> Iterator[SourceBatch]:
        done = progress.rows_of(drop)
        met, clean = 0, done == 0
        for piece in _sliced(read_file(drop.path, spec), stream.batch_size):
            met += piece.rows.height
            clean = clean and not piece.refused
            if met < done or (met == done and piece.rows.height):
                continue  # handed over before
            _require_key(piece.rows, stream, drop)
            rows = piece.rows.tail(met - done) if met - piece.rows.height < done else piece.rows
            mark = replace(progress, reading=drop.name, print=drop.print, rows=met)
            yield SourceBatch(rows, piece.refused, mark.text(), clean and met > 0 and stream.listing == "full")
        require_unchanged(drop)

    def _fetch(self, stream: StreamRequest, spec: FileSpec, drops: list[Drop]) -> Iterator[SourceBatch]:
        current = _newest(drops) if stream.listing == "full" else drops
        wanted = list(stream.keys or ())
        for drop in current:
            for piece in _sliced(read_file(drop.path, spec), stream.batch_size):
                _require_key(piece.rows, stream, drop)
                found = piece.rows.filter(pl.col(stream.key).is_in(wanted)) if piece.rows.width else piece.rows
                if found.height:
                    yield SourceBatch(found)
        yield SourceBatch(pl.DataFrame())


def _newest(drops: list[Drop]) -> list[Drop]:
    return [max(drops, key=lambda drop: (drop.mtime_ns, drop.name))] if drops else []


def _sliced(pieces: Iterator[Piece], size: int) -> Iterator[Piece]:
    """Yield the pieces in slices of at most `size` rows; refusals go with the first slice."""
    for piece in pieces:
        yield Piece(piece.rows.head(size), piece.refused)
        for start in range(size, piece.rows.height, size):
            yield Piece(piece.rows.slice(start, size))


def _require_key(rows: pl.DataFrame, stream: StreamRequest, drop: Drop) -> None:
    if rows.width and stream.key not in rows.columns:
        names = ", ".join(rows.columns[:12])
        raise ConnectorError(
            f"the key column `{stream.key}` is missing; the file has {names}",
            where=drop.name,
            kind=Kind.CONFIGURATION,
        )


def read_seconds(value: str | float) -> float:
    """Return a duration like `2 seconds` in seconds."""
    if isinstance(value, int | float):
        return float(value)
    number, _, unit = str(value).strip().partition(" ")
    if unit not in UNITS and unit:
        raise ConnectorError(f"`settle: {value}` is not a duration; write `2 seconds`", where="files source")
    try:
        return float(number) * UNITS.get(unit, 1.0)
    except ValueError:
        raise ConnectorError(f"`settle: {value}` is not a duration; write `2 seconds`") from None
