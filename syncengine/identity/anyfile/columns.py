"""What `--columns name=COL,street=COL,…` says, and the rows of the files under those names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from syncengine.connectors.errors import ConnectorError
from syncengine.connectors.files.formats import read_file
from syncengine.connectors.files.spec import FileSpec

FIELDS = (
    "name", "address", "street", "city", "region", "postcode", "country", "phone", "email", "website", "tax_id",
    "registration_id", "duns", "birth_date", "person_id",
)  # fmt: skip
SEVERAL = {"person_id"}  # every column told counts, not only the first one filled
NOTHING = ("NA", "N/A", "#N/A", "NULL", "NaN", "nan", "None", "\\N")  # what programs write for no value
LINE = "\x1fline"  # a row's place in its file, under a name that no column has
Columns = dict[str, list[list[str]]]


class ColumnError(ValueError):
    """A column map or a file that does not fit it; says what would be right."""


def parse_columns(text: str) -> Columns:
    """field → the columns it comes from: the first filled one counts; COL+COL are joined with a space."""
    parts = [part for part in re.split(rf",(?=\s*(?:{'|'.join(FIELDS)})\s*=)", text.strip(" ,")) if part]
    found: Columns = {}
    for part in parts:
        field, sign, columns = (piece.strip() for piece in part.partition("="))
        if not sign or not columns or field not in FIELDS:
            raise ColumnError(f"`{part}` is not FIELD=COLUMN with a field of {', '.join(FIELDS)}")
        found.setdefault(field, []).append([column.strip() for column in columns.split("+")])
    if not found:
        raise ColumnError("--columns names no column; give for example name=Company,city=Town")
    return found


def read_files(files: Sequence[Path]) -> dict[Path, pl.DataFrame]:
    """The rows of each file, without empty ones; a file that cannot be read or holds nothing is named."""
    return {path: _read(path) for path in files}


def read_records(
    files: Sequence[Path] | Mapping[Path, pl.DataFrame], *, id_column: str | None, columns: Columns, source: str | None
) -> pl.DataFrame:
    """record_id (a number of ours), id and source as the files tell them, and the mapped fields as text.

    Without a column for ids, a row's place in its file, the line of headings counted, is its id.
    """
    read = files if isinstance(files, Mapping) else read_files(files)
    _need_every_column(read, columns)
    frames = [_mapped(rows, path, id_column, columns, source) for path, rows in read.items()]
    records = pl.concat(frames).with_row_index("record_id", offset=1)
    _need_ids(records, id_column)
    return records.with_columns(pl.col("record_id").cast(pl.Int64))


def _need_ids(records: pl.DataFrame, id_column: str | None) -> None:
    """Every row has an id of its own within its source."""
    without = records.filter(pl.col("id").is_null())
    if without.height:
        told = "; ".join(" ".join(v for v in row[3:] if v) for row in without.head(2).iter_rows())
        raise ColumnError(
            f"{without.height} rows have nothing in `{id_column}` (such as: {told}); every row needs its own id. "
            "Without --id the number of its line is taken"
        )
    twice = records.filter(pl.struct("source", "id").is_duplicated())["id"].unique(maintain_order=True).head(3)
    if twice.len():
        raise ColumnError(
            f"ids must be unique; `{'`, `'.join(twice)}` stand more than once in `{id_column}`. "
            "Name the column that tells the lists apart by --source, or leave --id out to number the rows"
        )


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise ColumnError(f"{path}: there is no such file")
    try:
        pieces = [piece.rows for piece in read_file(path, FileSpec(files=path.name))]
    except (ConnectorError, OSError) as error:
        raise ColumnError(str(error)) from error
    if not pieces:
        raise ColumnError(f"{path}: the file holds no rows")
    rows = pl.concat(pieces, how="diagonal").with_row_index(LINE, offset=2)
    told = [_cell(column).is_not_null() for column in rows.columns if column != LINE]
    return rows.filter(pl.any_horizontal(told))


def _mapped(
    rows: pl.DataFrame, path: Path, id_column: str | None, columns: Columns, source: str | None
) -> pl.DataFrame:
    known = [column for column in rows.columns if column != LINE]
    for needed in filter(None, (id_column, source)):
        if needed not in known:
            raise ColumnError(f"{path}: there is no column `{needed}`; {_instead(needed, known)}")
    fields = [_field(name, told, rows.columns).alias(name) for name, told in columns.items()]
    from_ = pl.col(source).cast(pl.String) if source else pl.lit(path.name)
    return rows.select(_id(id_column).alias("id"), from_.alias("source"), *fields)


def _id(column: str | None) -> pl.Expr:
    text = pl.col(column or LINE).cast(pl.String)
    return pl.when(text.str.strip_chars() != "").then(text)


def _instead(wanted: str, known: Sequence[str]) -> str:
    """The column that was probably meant, else all there are."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wanted.lower(), by_lower, n=1, cutoff=0.75)
    return f"did you mean `{by_lower[near[0]]}`?" if near else f"there are {', '.join(known)}"


def _field(name: str, told: list[list[str]], given: Iterable[str]) -> pl.Expr:
    known = set(given)
    choices = [_joined([column for column in columns if column in known]) for columns in told]
    if name in SEVERAL:
        text = pl.concat_str(choices, separator=";", ignore_nulls=True)
        return pl.when(text != "").then(text)
    return pl.coalesce(choices)


def _joined(columns: list[str]) -> pl.Expr:
    if not columns:
        return pl.lit(None, pl.String)
    if len(columns) == 1:
        return _cell(columns[0])
    text = pl.concat_str([_cell(column) for column in columns], separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _cell(column: str) -> pl.Expr:
    """The text of a cell; null where it is blank or holds what programs write for nothing."""
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when((text != "") & ~text.is_in(NOTHING)).then(text)


def _need_every_column(read: Mapping[Path, pl.DataFrame], columns: Columns) -> None:
    """A column may be missing in one file of several, yet not in all: that is a slip of the pen."""
    known = headings(read)
    for field, told in columns.items():
        for column in (name for group in told for name in group):
            if column not in known:
                raise ColumnError(f"no file has the column `{column}` for {field}; {_instead(column, known)}")


def headings(read: Mapping[Path, pl.DataFrame]) -> list[str]:
    """Every column that one of the files has, in their order."""
    return [name for name in dict.fromkeys(name for rows in read.values() for name in rows.columns) if name != LINE]
