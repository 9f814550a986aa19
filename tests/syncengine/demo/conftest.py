"""One small company, made once for all tests that only read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from syncengine.demo import Summary, generate

TODAY = date(2026, 11, 19)


@dataclass(frozen=True)
class Company:
    """A company on disk, its files read as text."""

    folder: Path
    summary: Summary

    def read(self, name: str) -> pl.DataFrame:
        """All drop files of a table in time order, later rows in place of earlier ones, as strings."""
        stem, _, ending = name.rpartition(".")
        paths = sorted(self.folder.glob(f"{stem}-2*.{ending}")) or [self.folder / name]
        frame = pl.concat([read_rows(path) for path in paths])
        return frame.unique(frame.columns[0], keep="last", maintain_order=True)


def read_rows(path: Path) -> pl.DataFrame:
    """The rows of an export file; broken lines are left out."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".jsonl":
        return pl.read_ndjson(path, ignore_errors=True).filter(pl.col("id").is_not_null())
    erp = path.parent.name == "erp"
    text = path.read_bytes().decode("cp1252" if erp else "utf-8")
    width = text.split("\n", 1)[0].count(";" if erp else ",")
    kept = [line for line in text.split("\n") if not erp or (line.count(";") == width and not line.startswith(";"))]
    source = "\n".join(line for line in kept if "99000" not in line and "0Dn99" not in line and "TDn99" not in line)
    return pl.read_csv(source.encode(), separator=";" if erp else ",", infer_schema=False)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company of 400 customers."""
    folder = tmp_path_factory.mktemp("company")
    return Company(folder, generate(folder, customers=400, seed=5, today=TODAY))
