"""How each system writes its exports: encodings, decimal marks, dates; files appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

CHUNK = 500_000
WHOSE = "_customer"  # which customer a row is about; stands in no file
OWN = pl.col("id").alias(WHOSE)


def point(cents: pl.Expr) -> pl.Expr:
    """Cents as 1234.50."""
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + (cents.abs() // 100).cast(pl.String) + "." + (cents.abs() % 100).cast(pl.String).str.zfill(2)


def comma(cents: pl.Expr) -> pl.Expr:
    """Cents as 1234,50."""
    return point(cents).str.replace(".", ",", literal=True)


def german(day: pl.Expr) -> pl.Expr:
    """Days as 31.12.2026."""
    return day.dt.strftime("%d.%m.%Y")


def iso(name: str) -> pl.Expr:
    """Days of a column as 2026-12-31."""
    return pl.col(name).dt.to_string("%Y-%m-%d")


def moment(at: pl.Expr) -> pl.Expr:
    """Moments as 2026-12-31T08:15:00Z."""
    return at.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(frame: pl.DataFrame, *, separator: str, encoding: str, header: bool) -> bytes:
    """The frame as CSV in an encoding; letters it lacks lose their accent."""
    text = frame.write_csv(separator=separator, include_header=header, line_terminator="\n")
    if encoding == "utf-8" or text.isascii():
        return text.encode()
    plain = text.translate(str.maketrans("łŁśŚżŻźŹąĄęĘćĆńŃ", "lLsSzZzZaAeEcCnN"))
    return plain.encode(encoding, "replace")


class Drop:
    """One export file being written: rows are appended, and the name becomes right at the end."""

    def __init__(self, path: Path, *, separator: str = ",", encoding: str = "utf-8") -> None:
        self.path, self.separator, self.encoding = path, separator, encoding
        self.part = path.with_name(path.name + ".part")
        self.rows = 0
        self.started = False

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        frame = frame.drop(WHOSE, strict=False)
        with self.part.open("ab" if self.started else "wb") as file:
            if self.path.suffix == ".jsonl":
                frame.write_ndjson(file)
            else:
                for start in range(0, max(frame.height, 1), CHUNK):
                    piece, first = frame.slice(start, CHUNK), not self.started and start == 0
                    file.write(encoded(piece, separator=self.separator, encoding=self.encoding, header=first))
        self.started = True
        self.rows += frame.height

    def add_text(self, text: str) -> None:
        """Append lines as they are: what a crash or a careless hand leaves in an export."""
        with self.part.open("ab") as file:
            file.write(text.encode(self.encoding, "replace"))

    def close(self) -> None:
        """Give the file its name."""
        os.replace(self.part, self.path)


class Table:
    """One Parquet file being written."""

    def __init__(self, path: Path) -> None:
        self.path, self.frames, self.rows = path, [], 0  # type: ignore[var-annotated]

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        self.frames.append(frame.drop(WHOSE, strict=False))
        self.rows += frame.height

    def close(self) -> None:
        """Write the file under its name."""
        part = self.path.with_name(self.path.name + ".part")
        pl.concat(self.frames).write_parquet(part, compression="zstd")
        os.replace(part, self.path)


def open_drop(folder: Path, name: str) -> Drop | Table:
    """The writer for an export file of a system, by folder and name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        return Table(path)
    if path.parent.name == "erp":
        return Drop(path, separator=";", encoding="cp1252")
    return Drop(path)
