"""The demo company's customer records in the columns identity reads, with the truth kept aside."""

from __future__ import annotations

from pathlib import Path

import polars as pl

CRM = {
    "key": "Id",
    "name": "Name",
    "trade_names": "TradeName__c",
    "street": "BillingStreet",
    "city": "BillingCity",
    "region": "BillingState",
    "postcode": "BillingPostalCode",
    "country": "BillingCountry",
    "phone": "Phone",
    "email": "Email__c",
    "website": "Website",
    "tax_id": "VatId__c",
}
ERP = {
    "key": "Kundennr",
    "name": "Name1",
    "street": "Strasse",
    "city": "Ort",
    "region": "Region",
    "postcode": "PLZ",
    "country": "Land",
    "phone": "Telefon",
    "email": "EMail",
    "tax_id": "UStIdNr",
    "registration_id": "HRNr",
    "duns": "DUNS",
}
AI = {"key": "company_id", "name": "company_name", "website": "domain", "city": "city", "country": "country"}


def demo_company(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of all four systems, and record_id with truth."""
    erp = _file(folder / "erp", "customers").read_bytes().decode("cp1252").encode()
    desk = pl.read_ndjson(_file(folder / "helpdesk", "organizations")).unnest("address")
    parts = [
        _as("crm", pl.read_csv(_file(folder / "crm", "accounts"), infer_schema=False), CRM),
        _as("erp", pl.read_csv(erp, separator=";", infer_schema=False), ERP),
        _as(
            "helpdesk",
            desk,
            {
                "key": "id",
                "name": "name",
                "website": "domain",
                "street": "street",
                "postcode": "zip",
                "city": "city",
                "country": "country_code",
                "phone": "phone",
            },
        ),
        _as("ai", pl.read_parquet(_file(folder / "ai", "companies")), AI),
    ]
    records = pl.concat(parts, how="diagonal").with_row_index("record_id", offset=1)
    truth = records.select("record_id", "source", "key").join(
        pl.read_parquet(folder / "truth.parquet"), on=["source", "key"]
    )
    return records.drop("source"), truth.select(pl.col("record_id").cast(pl.Int64), truth="customer")


def _file(folder: Path, name: str) -> Path:
    """The one drop of a table, whatever day its name carries."""
    (found,) = folder.glob(f"{name}*")
    return found


def _as(source: str, frame: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    told = [pl.col(theirs).cast(pl.String).alias(ours) for ours, theirs in columns.items()]
    return frame.select(pl.lit(source).alias("source"), *told)
