"""Labelled files of other people, read as somebody would who only maps columns, and the measure of pairs."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from syncengine.identity.anyfile.columns import parse_columns, read_records

_ABOVE = [folder / "shared" / "data" for folder in Path(__file__).resolve().parents]
SHARED = next((folder for folder in _ABOVE if folder.exists()), Path("shared/data"))
EARLY = "name=name,street=address,postcode=zip,phone=phone"
SENZING = (
    "name=PRIMARY_NAME_FULL,name=PRIMARY_NAME_ORG,name=PRIMARY_NAME_FIRST+PRIMARY_NAME_MIDDLE+PRIMARY_NAME_LAST,"
    "name=NATIVE_NAME_FULL,address=ADDR_FULL,street=ADDR_LINE1,city=ADDR_CITY,region=ADDR_STATE,"
    "postcode=ADDR_POSTAL_CODE,country=ADDR_COUNTRY,phone=PHONE_NUMBER,email=EMAIL_ADDRESS,birth_date=DATE_OF_BIRTH,"
    "person_id=PASSPORT_NUMBER,person_id=DRIVERS_LICENSE_NUMBER,person_id=SSN_NUMBER,person_id=NATIONAL_ID_NUMBER,"
    "tax_id=TAX_ID_NUMBER"
)


def early_childhood() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sites of many organisations in one city, and record_id with truth."""
    file = SHARED / "early_childhood" / "records.csv"
    records = read_records([file], id_column="record_id", columns=parse_columns(EARLY), source=None)
    truth = pl.read_csv(file, infer_schema=False).select(id="record_id", truth="true_id")
    return records, records.select("record_id", "id").join(truth, on="id").drop("id")


def senzing() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Persons and organisations of three lists, and record_id with truth."""
    folder = SHARED / "senzing_truthset"
    files = [folder / f"{name}.csv" for name in ("customers", "reference", "watchlist")]
    columns = parse_columns(SENZING)
    records = read_records(files, id_column="RECORD_ID", columns=columns, source="DATA_SOURCE")
    told = pl.read_csv(folder / "truth.csv", infer_schema=False)
    truth = told.select(source="DATA_SOURCE", id="RECORD_ID", truth="CLUSTER_ID")
    return records, records.select("record_id", "source", "id").join(truth, on=["source", "id"]).drop("source", "id")


def measured(clusters: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Pair precision, recall and F1 over all records."""
    found = clusters.join(truth, on="record_id")
    right, made, true = _pairs(found, "cluster", "truth"), _pairs(found, "cluster"), _pairs(found, "truth")
    return {"precision": right / max(made, 1), "recall": right / true, "f1": 2 * right / (made + true)}


def _pairs(frame: pl.DataFrame, *columns: str) -> int:
    sizes = frame.group_by(columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
