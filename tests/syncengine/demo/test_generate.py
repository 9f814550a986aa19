"""The company's files: the same for the same seed, in the right form, and whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from syncengine.demo import generate
from syncengine.demo.part import SYSTEMS
from tests.syncengine.demo.conftest import TODAY, Company


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("customers", [1, 10, 200])
def test_company_is_the_same_for_the_same_seed(tmp_path: Path, customers: int) -> None:
    for name in "ab":
        generate(tmp_path / name, customers=customers, seed=3, today=TODAY)

    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")


def test_company_is_another_for_another_seed(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), customers=10, seed=seed, today=TODAY)

    assert _digests(tmp_path / "1") != _digests(tmp_path / "2")


def test_company_replaces_a_former_one(tmp_path: Path) -> None:
    generate(tmp_path / "a", customers=50, seed=1, today=TODAY)
    generate(tmp_path / "a", customers=10, seed=2, today=TODAY)
    generate(tmp_path / "b", customers=10, seed=2, today=TODAY)

    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")


def test_accounts_alone_are_those_of_the_whole_company(tmp_path: Path, company: Company) -> None:
    summary = generate(tmp_path, customers=400, seed=5, today=TODAY, objects="accounts")

    assert sorted(summary.rows) == [
        "ai/companies.parquet",
        "crm/accounts.csv",
        f"erp/customers-{TODAY}.csv",
        f"helpdesk/organizations-{TODAY}.jsonl",
    ]
    assert (tmp_path / "truth.parquet").read_bytes() == (company.folder / "truth.parquet").read_bytes()
    assert (tmp_path / "crm/accounts.csv").read_bytes() == (company.folder / "crm/accounts.csv").read_bytes()


def test_truth_names_every_account_record(company: Company) -> None:
    truth = pl.read_parquet(company.folder / "truth.parquet")
    files = {
        "crm": "accounts.csv",
        "erp": "customers.csv",
        "helpdesk": "organizations.jsonl",
        "ai": "companies.parquet",
    }
    for system in SYSTEMS:
        frame = company.read(f"{system}/{files[system]}")
        known = truth.filter(pl.col("source") == system)["key"]
        assert sorted(frame[frame.columns[0]].to_list()) == sorted(known.to_list())


def test_truth_holds_duplicates_within_a_system_and_overlap_between_systems(company: Company) -> None:
    truth = pl.read_parquet(company.folder / "truth.parquet")
    share = {s: (truth.filter(source=s, copy=1).height / truth.filter(source=s, copy=0).height) for s in ("crm", "erp")}

    assert 0.02 < share["crm"] < 0.08
    assert 0.01 < share["erp"] < 0.07
    crm, erp = (set(truth.filter(source=s)["customer"]) for s in ("crm", "erp"))
    assert 0.65 < len(crm & erp) / len(crm) < 0.95


def test_erp_files_are_in_windows_letters_with_decimal_commas(company: Company) -> None:
    raw = next(company.folder.glob("erp/customers-2*.csv")).read_bytes()

    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "ü" in raw.decode("cp1252")
    amounts = company.read("erp/orders.csv")["Nettowert"]
    assert amounts.str.contains(r"^\d+,\d{2}$").all()


def test_crm_misses_what_sales_people_leave_out(company: Company) -> None:
    accounts = company.read("crm/accounts.csv")
    missing = {name: accounts[name].null_count() / accounts.height for name in ("Website", "VatId__c")}

    assert 0.36 < missing["Website"] < 0.54
    assert 0.60 < missing["VatId__c"] < 0.80
