"""How a stream's files are to be read, as far as the declaration says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from syncengine.connectors.base import StreamRequest, need_read
from syncengine.connectors.errors import ConnectorError
from syncengine.records import Refusal


@dataclass(frozen=True, slots=True)
class FileSpec:
    """What `read` of a files stream may say; None is found out from the file itself."""

    files: str
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: bool = True
    columns: tuple[str, ...] | None = None
    sheet: str | int | None = None
    skip: int = 0
    path: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of one file, with what between them could not be read as a row."""

    rows: pl.DataFrame
    refused: tuple[Refusal, ...] = ()


Pieces = Iterator[Piece]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}


def file_spec(stream: StreamRequest) -> FileSpec:
    """Return the stream's declaration as a FileSpec, refusing words it does not know."""
    need_read(stream, "files")
    known = set(FileSpec.__slots__) - {"key"}
    unknown = sorted(set(stream.read) - known)
    if unknown:
        words = ", ".join(sorted(known))
        raise ConnectorError(f"`read` does not know `{unknown[0]}`; it knows {words}", where=stream.where)
    given = dict(stream.read)
    given["columns"] = tuple(given["columns"]) if given.get("columns") else None
    delimiter = given.get("delimiter")
    given["delimiter"] = DELIMITERS.get(delimiter, delimiter) if delimiter else None
    return FileSpec(**given, key=stream.key)
