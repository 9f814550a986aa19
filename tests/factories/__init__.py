"""One factory per model; `make("invoice", …)` finds a document's by its catalogue name."""

from __future__ import annotations

from typing import Any

from tests.factories.alerts import AlertFactory
from tests.factories.documents import DOCUMENTS
from tests.factories.golden import (
    AccountCrosswalkFactory,
    AccountFactory,
    AccountHealthFactory,
    AccountLineageFactory,
    AccountMonthsFactory,
    AccountSearchFactory,
    AccountSummaryFactory,
    AddressCrosswalkFactory,
    AddressFactory,
    AddressLineageFactory,
    ContactCrosswalkFactory,
    ContactFactory,
    ContactLineageFactory,
    IdentifierFactory,
    ProductCrosswalkFactory,
    ProductFactory,
    ProductLineageFactory,
)
from tests.factories.people import (
    ApiTokenFactory,
    AuditEntryFactory,
    GroupFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.factories.world import CurrencyRateFactory, LegalEntityFactory, SourceFactory, SourceStateFactory

__all__ = [
    "DOCUMENTS",
    "AccountCrosswalkFactory",
    "AccountFactory",
    "AccountHealthFactory",
    "AccountLineageFactory",
    "AccountMonthsFactory",
    "AccountSearchFactory",
    "AccountSummaryFactory",
    "AddressCrosswalkFactory",
    "AddressFactory",
    "AddressLineageFactory",
    "AlertFactory",
    "ApiTokenFactory",
    "AuditEntryFactory",
    "ContactCrosswalkFactory",
    "ContactFactory",
    "ContactLineageFactory",
    "CurrencyRateFactory",
    "GroupFactory",
    "IdentifierFactory",
    "LegalEntityFactory",
    "ProductCrosswalkFactory",
    "ProductFactory",
    "ProductLineageFactory",
    "SourceFactory",
    "SourceStateFactory",
    "TerritoryFactory",
    "UserFactory",
    "make",
]


def make(object: str, **values: Any) -> Any:
    """A document or line by its catalogue name, every field of it filled."""
    return DOCUMENTS[object](**values)
