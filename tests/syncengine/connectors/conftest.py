"""Real sources for the connectors' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.syncengine.connectors.tryton_server import TrytonServer, run_tryton


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """A real Tryton with a small trading company; skips where it cannot be installed."""
    with run_tryton(tmp_path_factory.mktemp("tryton")) as server:
        yield server
