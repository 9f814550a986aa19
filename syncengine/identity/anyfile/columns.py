"""What `--columns name=COL,street=COL,…` says, and the rows of the files under those names."""

from __future__ import annotations

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


def read_records(files: Sequence[Path], *, id_column: str, columns: Columns, source: str | None) -> pl.DataFrame:
    """record_id (a number of ours), id and source as the files tell them, and the mapped fields as text."""
    read = {path: _read(path) for path in files}
    _need_every_column(read, columns)
    frames = [_mapped(rows, path, id_column, columns, source) for path, rows in read.items()]
    records = pl.concat(frames).with_row_index("record_id", offset=1)
    if records["id"].has_nulls():
        raise ColumnError(
            f"{records['id'].null_count()} rows have nothing in `{id_column}`; every row needs its own id"
        )
    twice = records.filter(pl.struct("source", "id").is_duplicated())["id"].unique(maintain_order=True).head(3)
    if twice.len():
        raise ColumnError(f"ids must be unique; `{'`, `'.join(twice)}` stand more than once in `{id_column}`")
    return records.with_columns(pl.col("record_id").cast(pl.Int64))


def _read(path: Path) -> pl.DataFrame:
    try:
        pieces = [piece.rows for piece in read_file(path, FileSpec(files=path.name))]
    except (ConnectorError, OSError) as error:
        raise ColumnError(f"{path}: {error}") from error
    if not pieces:
        raise ColumnError(f"{path}: the file holds no rows")
    return pl.concat(pieces, how="diagonal")


def _mapped(rows: pl.DataFrame, path: Path, id_column: str, columns: Columns, source: str | None) -> pl.DataFrame:
    for needed in filter(None, (id_column, source)):
        if needed not in rows.columns:
            raise ColumnError(f"{path}: there is no column `{needed}`; it has {', '.join(rows.columns)}")
    fields = [_field(name, told, rows.columns).alias(name) for name, told in columns.items()]
    from_ = pl.col(source).cast(pl.String) if source else pl.lit(path.name)
    return rows.select(pl.col(id_column).cast(pl.String).alias("id"), from_.alias("source"), *fields)


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
    text = pl.concat_str(
        [pl.col(c).cast(pl.String).str.strip_chars() for c in columns], separator=" ", ignore_nulls=True
    )
    return pl.when(text.str.strip_chars() != "").then(text.str.strip_chars())


def _need_every_column(read: Mapping[Path, pl.DataFrame], columns: Columns) -> None:
    """A column may be missing in one file of several, yet not in all: that is a slip of the pen."""
    known = sorted({name for rows in read.values() for name in rows.columns})
    for field, told in columns.items():
        for column in (name for group in told for name in group):
            if column not in known:
                raise ColumnError(f"no file has the column `{column}` for {field}; there are {', '.join(known)}")
