"""CSV and its kin: Polars reads the records, after lines that are none have been set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import polars as pl

from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.files.dialect import Dialect, sniff
from syncengine.connectors.files.encoding import detect_encoding
from syncengine.connectors.files.lines import Lines, read_lines
from syncengine.connectors.files.records import Assembler, Assembly, unquote
from syncengine.connectors.files.spec import FileSpec, Piece, Pieces

WIDEST = 1_000_000
HEADER_LINES = 2000
Open = Callable[[], BinaryIO]


def read_delimited(open_file: Open, name: str, spec: FileSpec, *, tabs: bool = False) -> Pieces:
    """Yield the rows of a delimited text file, with the lines that are none as refusals."""
    encoding = spec.encoding or detect_encoding(open_file)
    chunks = read_lines(open_file, encoding, name)
    first = next(chunks, None)
    if first is None:
        return
    dialect = _dialect(first, spec, name, tabs)
    names, rest = _header(first, dialect, spec, name)
    if not names:
        return
    key_at = names.index(spec.key) if spec.key in names else None
    assembler = Assembler(dialect, name, len(names), key_at)
    for lines, assembly in _assemble(assembler, rest, chunks):
        rows = parse(assembly.records, dialect, names)
        yield Piece(rows, (*lines.refused, *assembly.refused))


def _dialect(first: Lines, spec: FileSpec, name: str, tabs: bool) -> Dialect:
    head = "\n".join(line for line in first.text.head(400) if line is not None)
    dialect = sniff(head + "\n", spec, tabs=tabs)
    if len(dialect.delimiter.encode()) != 1:
        raise ConnectorError(f"the delimiter {dialect.delimiter!r} is not one plain character", where=name)
    return dialect


def _header(first: Lines, dialect: Dialect, spec: FileSpec, name: str) -> tuple[list[str], Lines]:
    """Return the column names and the lines after the header."""
    start = dialect.skip
    while start < len(first.text) and not (first.text[start] or "").strip():
        start += 1
    if start >= len(first.text):
        return [], first
    reader = Assembler(dialect, name, 1, None)
    closing = reader.closing(first.text.head(HEADER_LINES).to_list(), start)
    end = start if closing is None else closing
    fields = reader.split("\n".join(line or "" for line in first.text[start : end + 1]))
    if fields is None:
        raise ConnectorError("the header cannot be read: its quotes do not close", where=f"{name}:{start + 1}")
    found = [unquote(field, dialect.quote).strip() for field in fields]
    if not spec.header:
        return list(spec.columns or unique([""] * len(found))), _after(first, start)
    return list(spec.columns or unique(found)), _after(first, end + 1)


def _after(lines: Lines, start: int) -> Lines:
    return Lines(lines.text[start:], lines.first + start, lines.refused)


def unique(names: list[str]) -> list[str]:
    """Return the names with nameless ones numbered and repeated ones told apart."""
    taken: dict[str, int] = {}
    result = []
    for position, name in enumerate(names, 1):
        name = name or f"column_{position}"
        taken[name] = taken.get(name, 0) + 1
        result.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    return result


def _assemble(assembler: Assembler, first: Lines, chunks: Iterator[Lines]) -> Iterator[tuple[Lines, Assembly]]:
    """Yield each chunk's records; a record cut by the chunk's end goes on in the next."""
    lines: Lines | None = first
    while lines is not None:
        following = next(chunks, None)
        assembly = assembler.assemble(lines, last=following is None)
        yield lines, assembly
        lines = _joined(lines, assembly.carry, following)


def _joined(lines: Lines, carry: int | None, following: Lines | None) -> Lines | None:
    if following is None or carry is None:
        return following
    text = pl.concat([lines.text[carry:], following.text])
    return Lines(text, lines.first + carry, following.refused)


def parse(records: pl.Series, dialect: Dialect, names: list[str]) -> pl.DataFrame:
    """Return well-formed records as a frame of strings."""
    if not len(records):
        return pl.DataFrame(schema={name: pl.String for name in names})
    text = records.str.join("\n").item() + "\n"
    quoted = dialect.quote in text
    try:
        frame = pl.read_csv(
            text.encode(),
            has_header=False,
            infer_schema=False,
            separator=dialect.delimiter,
            quote_char=dialect.quote if quoted else None,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return _parse_slowly(text, dialect, names)
    if frame.shape != (len(records), len(names)):
        return _parse_slowly(text, dialect, names)
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _parse_slowly(text: str, dialect: Dialect, names: list[str]) -> pl.DataFrame:
    # Python's reader knows records that Polars' does not; met only where the two disagree.
    csv.field_size_limit(max(csv.field_size_limit(), WIDEST))
    lines = io.StringIO(text, newline="")
    rows = [row or [""] for row in csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)]
    return pl.DataFrame(rows, schema={name: pl.String for name in names}, orient="row")
