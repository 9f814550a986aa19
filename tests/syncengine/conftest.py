"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.syncengine.small_company import SmallCompany, make_small_company


@pytest.fixture
def company(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCompany]:
    """A small company in a folder of its own, on a real database."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    yield make_small_company(tmp_path)
