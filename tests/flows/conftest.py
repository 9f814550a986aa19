"""The real Tryton of the connectors' tests, for flows that go from its network to a page."""

from tests.syncengine.connectors.conftest import tryton

__all__ = ["tryton"]
