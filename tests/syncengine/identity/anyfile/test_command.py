"""manage.py resolve_files: files of any kind in, clusters and pairs out, slips named."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

ROWS = {
    "key": ["a1", "a2", "a3"],
    "Company": ["Müller Maschinen GmbH", "Mueller Maschinen", "Bäckerei Huber"],
    "Town": ["Köln", "Koeln", "Graz"],
    "Phone": ["+49 221 1234567", "0221/1234567", "0316 765432"],
}
MAP = "name=Company,city=Town,phone=Phone"


def run(*files: Path, out: Path, **options: object) -> str:
    said = StringIO()
    call_command("resolve_files", *map(str, files), id="key", columns=[MAP], out=out, stdout=said, **options)
    return said.getvalue()


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_file_of_any_kind(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"customers.{ending}"
    frame = pl.DataFrame(ROWS)
    {"csv": frame.write_csv, "xlsx": frame.write_excel, "parquet": frame.write_parquet}[ending](file)
    said = run(file, out=tmp_path / "out.csv", pairs=tmp_path / "pairs.csv")
    assert (tmp_path / "out.csv").read_text() == "record_id,cluster_id\na1,a1\na2,a1\na3,a3\n"
    (pair,) = pl.read_csv(tmp_path / "pairs.csv").iter_rows(named=True)
    assert (pair["record_id_l"], pair["record_id_r"], pair["together"]) == ("a1", "a2", True)
    assert pair["probability"] > 0.9 and "same phone" in pair["reason"]
    assert said.startswith("3 rows are 2 clusters")


def test_files_with_other_columns_and_the_same_ids(tmp_path: Path) -> None:
    pl.DataFrame(ROWS).write_csv(tmp_path / "one.csv")
    pl.DataFrame(ROWS).drop("Phone").write_csv(tmp_path / "two.csv")
    run(tmp_path / "one.csv", tmp_path / "two.csv", out=tmp_path / "out.csv")
    found = pl.read_csv(tmp_path / "out.csv")
    assert found.columns == ["record_id", "cluster_id", "source"]
    assert found.filter(pl.col("record_id") == "a3")["cluster_id"].to_list() == ["one.csv:a3", "one.csv:a3"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": ["nam=Company"]}, "`nam=Company` is not FIELD=COLUMN"),
        ({"columns": ["name=Firm"]}, "no file has the column `Firm` for name"),
        ({"id": "nr"}, "there is no column `nr`"),
        ({"threshold": 2.0}, "--threshold is a probability"),
    ],
)
def test_slips_are_named(tmp_path: Path, options: dict[str, object], said: str) -> None:
    pl.DataFrame(ROWS).write_csv(tmp_path / "one.csv")
    given = {"id": "key", "columns": [MAP], "out": tmp_path / "out.csv", **options}
    with pytest.raises(CommandError, match=said):
        call_command("resolve_files", str(tmp_path / "one.csv"), **given)


def test_repeated_ids_are_named(tmp_path: Path) -> None:
    pl.DataFrame({**ROWS, "key": ["a", "a", "b"]}).write_csv(tmp_path / "one.csv")
    with pytest.raises(CommandError, match="`a` stand more than once in `key`"):
        run(tmp_path / "one.csv", out=tmp_path / "out.csv")
