"""The company moved on: what was told plus what is news is the company of that moment."""

from __future__ import annotations

import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from syncengine.demo import generate, tick
from syncengine.demo.files import WHOSE
from syncengine.demo.generate import FULL, State, Summary, make_slices
from tests.syncengine.demo.conftest import TODAY, Company

NEXT = TODAY + timedelta(days=1)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of 100 customers, told up to the middle of the day."""
    folder = tmp_path_factory.mktemp("told")
    generate(folder, customers=100, seed=9, today=TODAY, share=0.5)
    return folder


@pytest.fixture
def folder(told: Path, tmp_path: Path) -> Path:
    """A copy of it to move on."""
    return shutil.copytree(told, tmp_path / "company")


def _listing(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _told(folder: Path, name: str) -> pl.DataFrame:
    return Company(folder, Summary(folder, TODAY)).read(name)


def _world(day: date, share: float) -> dict[str, pl.DataFrame]:
    (slice_,) = make_slices(State(9, 100, TODAY, day, share, "all"))
    return slice_.tables


def test_tick_twice_for_the_same_moment_changes_nothing(folder: Path) -> None:
    tick(folder, today=NEXT, share=0.25)
    before = _listing(folder)
    summary = tick(folder, today=NEXT, share=0.25)

    assert (summary.rows, _listing(folder)) == ({}, before)


def test_tick_into_the_past_changes_nothing(folder: Path) -> None:
    before = _listing(folder)
    tick(folder, today=TODAY - timedelta(days=3))

    assert _listing(folder) == before


def test_ticks_add_up_to_the_company_of_that_moment(folder: Path) -> None:
    for day, share in ((TODAY, 0.75), (NEXT + timedelta(days=9), 1.0)):
        tick(folder, today=day, share=share)
    world = _world(NEXT + timedelta(days=9), 1.0)

    for name in ("erp/invoices.csv", "erp/orders.csv", "erp/payments.csv", "crm/opportunities.csv"):
        expected = world[name].drop(WHOSE)
        key = expected.columns[0]
        gone = "IsDeleted" if "IsDeleted" in expected.columns else "Loeschkz"
        told = _told(folder, name).filter(~pl.col(gone).fill_null("").is_in(["true", "X"]))
        as_text = expected.with_columns(pl.all().cast(pl.String))
        assert _plain(told, key).equals(_plain(as_text, key))


def _plain(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    return frame.sort(key).with_columns(pl.col(pl.String).replace("", None))


def test_whole_listings_are_replaced(folder: Path) -> None:
    tick(folder, today=NEXT + timedelta(days=30))

    assert sorted(path.name for path in (folder / "crm").glob("accounts*")) == ["accounts.csv"]


def test_numbers_of_papers_never_change(folder: Path) -> None:
    before = _world(TODAY, 0.5)["erp/orders.csv"].select("Auftragsnr", "BestellnrKunde", "Auftragsdatum")
    after = _world(NEXT + timedelta(days=20), 0.3)["erp/orders.csv"]

    kept = after.join(before, on=["Auftragsnr", "BestellnrKunde", "Auftragsdatum"], how="semi")
    assert kept.height == before.height


def test_many_small_files_become_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["syncengine.demo.tick"], "MOST_DROPS", 1)
    for days in (4, 8):
        tick(folder, today=TODAY + timedelta(days=days))

    assert len(list(folder.glob("erp/orders-2*.csv"))) <= 2
    expected = _world(TODAY + timedelta(days=8), 1.0)["erp/orders.csv"]
    assert set(expected["Auftragsnr"]) <= set(_told(folder, "erp/orders.csv")["Auftragsnr"])


def test_full_listings_and_drops_are_told_apart() -> None:
    state = State(1, 10, TODAY, TODAY, 0.5, "all")

    assert state.file_of("crm/accounts.csv") == "crm/accounts.csv"
    assert state.file_of("erp/orders.csv") == f"erp/orders-{TODAY}-1200.csv"
    assert "crm/accounts.csv" in FULL
