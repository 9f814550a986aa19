"""Files that hold a table by themselves: Excel workbooks and Parquet."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import fastexcel
import polars as pl

from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.files.delimited import unique
from syncengine.connectors.files.spec import FileSpec, Piece, Pieces
from syncengine.connectors.text import as_text

ROWS = 100_000
MIDNIGHT = " 00:00:00"
Open = Callable[[], BinaryIO]


def read_excel(open_file: Open, name: str, spec: FileSpec) -> Pieces:
    """Yield the rows of one sheet: the named one, else the first."""
    with open_file() as file:
        book = fastexcel.read_excel(file.read())
    wanted = 0 if spec.sheet is None else spec.sheet
    if isinstance(wanted, str) and wanted not in book.sheet_names:
        sheets = ", ".join(book.sheet_names)
        raise ConnectorError(f"there is no sheet `{wanted}`; it has {sheets}", where=name)
    # Everything as rows without a header first: a header row's own types would be guessed otherwise.
    sheet = book.load_sheet(wanted, header_row=None, dtypes="string", skip_rows=spec.skip or None)
    frame = sheet.to_polars()
    if frame.height:
        yield Piece(_excel_rows(frame, spec))


def _excel_rows(frame: pl.DataFrame, spec: FileSpec) -> pl.DataFrame:
    names = list(spec.columns or unique([(v or "").strip() for v in frame.row(0)] if spec.header else []))
    names = names or unique([""] * frame.width)
    body = frame.slice(1 if spec.header else 0)
    body = body.rename(dict(zip(body.columns, names, strict=False)))
    filled = body.filter(~pl.all_horizontal(pl.all().is_null()))
    return filled.with_columns(_days(filled[name]) for name in filled.columns)


def _days(column: pl.Series) -> pl.Series:
    """Return a column of instants that are all midnight as the days they are."""
    if not column.drop_nulls().str.ends_with(MIDNIGHT).all() or column.null_count() == len(column):
        return column.cast(pl.String)
    return column.str.strip_suffix(MIDNIGHT)


def read_parquet(open_file: Open, name: str, spec: FileSpec) -> Pieces:
    """Yield the rows of a Parquet file."""
    with open_file() as file:
        frames = pl.scan_parquet(file)
        for batch in frames.collect_batches(chunk_size=ROWS, maintain_order=True):
            yield Piece(as_text(batch))
