"""Fixtures of the write-back's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.syncengine.writeback.two_systems import TwoSystems, make_two_systems


@pytest.fixture
def systems(db: None, tmp_path: Path) -> TwoSystems:
    """A CRM and an ERP that know one customer, in agreement."""
    made = make_two_systems(tmp_path)
    for name in ("crm", "erp"):
        made.put(name, "7", name="Brandt Maschinenbau GmbH", phone="+49 221 5511", segment="A", city="Köln", terms="30",
                 tax="DE136695976")  # fmt: skip
    made.settle()
    return made
