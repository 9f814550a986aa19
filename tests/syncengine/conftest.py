"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.syncengine.small_company import SmallCompany, make_small_company
from tests.syncengine.writeback.two_systems import TwoSystems, make_two_systems


@pytest.fixture
def company(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCompany]:
    """A small company in a folder of its own, on a real database."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    yield make_small_company(tmp_path)


@pytest.fixture
def systems(db: None, tmp_path: Path) -> TwoSystems:
    """A CRM and an ERP that know one customer, in agreement."""
    made = make_two_systems(tmp_path)
    for name in ("crm", "erp"):
        made.put(name, "7", name="Brandt Maschinenbau GmbH", phone="+49 221 5511", segment="A", city="Köln", terms="30",
                 tax="DE136695976")  # fmt: skip
    made.settle()
    return made
