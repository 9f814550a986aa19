"""Two systems kept in agreement both ways: a short form of the soak's story, with every kind of trouble in it."""

from __future__ import annotations

import pytest

from tests.flows.two_way import tell
from tests.syncengine.connectors.tryton_server import prepare

SECONDS = 30.0


@pytest.mark.slow
def test_two_systems_agree_after_kills_cuts_and_slow_answers() -> None:
    tell(_erp(), seconds=SECONDS, seed=7)


def _erp() -> str:
    """A real Tryton; where none can be installed, a second PostgreSQL stands for it."""
    try:
        prepare()
    except pytest.skip.Exception:
        return "postgres"
    return "tryton"
