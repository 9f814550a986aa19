"""manage.py resolve_files: files of any kind in, clusters and pairs out, slips named."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings
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
        ({"columns": ["name=company"]}, "did you mean `Company`"),
        ({"id": "nr"}, "there is no column `nr`; there are key, Company"),
        ({"out": Path("/nowhere/out.csv")}, "there is no folder /nowhere"),
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


def test_columns_and_ids_that_nobody_told(tmp_path: Path) -> None:
    """The headings say what the columns hold; the line in the file tells the rows apart, empty lines counted."""
    text = (
        "Firma;Straße;PLZ;Ort;Ust-Id;first_name\nMüller GmbH;Hauptstr. 5;50667;Köln;DE136695976;NA\n;;;;;\n"
        "Mueller;Hauptstraße 5;50667;Koeln;DE136695976;\nHuber;;8010;Graz;N/A;\n"
    )
    (tmp_path / "kunden.csv").write_text(text, encoding="latin-1")
    said = StringIO()
    call_command("resolve_files", str(tmp_path / "kunden.csv"), out=tmp_path / "out.csv", stdout=said)
    assert "name=Firma,street=Straße,city=Ort,postcode=PLZ,tax_id=Ust-Id'" in said.getvalue()
    assert (tmp_path / "out.csv").read_text() == "record_id,cluster_id\n2,2\n4,2\n5,5\n"


def test_it_runs_where_the_portal_cannot(tmp_path: Path) -> None:
    """No settings, no database, no broker: only the file."""
    pl.DataFrame(ROWS).write_csv(tmp_path / "one.csv")
    words = [sys.executable, "manage.py", "resolve_files", str(tmp_path / "one.csv"), "--id", "key"]
    told = subprocess.run(
        [*words, "--columns", MAP, "--out", str(tmp_path / "out.csv")], capture_output=True, text=True, check=False,
        cwd=settings.BASE_DIR, env={"DATABASE_URL": "nowhere", "PORTAL_HOME": "/dev/null", "PATH": ""},
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("3 rows are 2 clusters")
