"""Factories of documents and lines, one per model, made from the catalogue so that every field is filled."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts import models
from accounts.catalogue import FieldSpec, ObjectSpec, load
from tests.factories.golden import AccountCrosswalkFactory, AccountFactory
from tests.factories.world import NOW, TODAY, SourceFactory

VALUES: dict[str, Any] = {
    "integer": 3,
    "decimal": Decimal("2.000000"),
    "money": Decimal("100.0000"),
    "percent": Decimal("50.0000"),
    "date": TODAY,
    "datetime": datetime(2026, 2, 1, 9, tzinfo=UTC),
    "boolean": False,
    "currency": "EUR",
    "country": "DE",
    "email": "erika@customer.example",
    "phone": "+49 221 12345617",
    "url": "https://customer.example",
}


class DocumentFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    source = factory.SubFactory(SourceFactory)
    key = factory.Sequence(lambda n: f"D{n}")
    published_at = NOW
    modified_at = NOW


def _ref_of(document: Any) -> Any:
    """The source's record of the customer, made when the document names one."""
    return AccountCrosswalkFactory(account=document.account) if document.account else None


def _value(spec: FieldSpec) -> Any:
    if spec.type == "choice":
        return spec.choices[0]
    if spec.name == "original_number":  # of copies alone
        return None
    if spec.name == "number":
        return factory.Sequence(lambda n: f"{spec.object[:2].upper()}-{n:05}")
    return VALUES.get(spec.type, f"some {spec.name.replace('_', ' ')}")


def _factory_of(spec: ObjectSpec) -> type[DocumentFactory]:
    model = getattr(models, spec.model)
    columns = {column.name for column in model._meta.get_fields()}
    body = {name: _value(field) for name, field in spec.fields.items() if name in columns}
    body = {name: value for name, value in body.items() if spec.fields[name].type != "reference"}
    if "account" in columns:
        body["account"] = factory.SubFactory(AccountFactory)
        body["account_ref"] = factory.LazyAttribute(_ref_of)
    body["Meta"] = type("Meta", (), {"model": model})
    return type(f"{spec.model}Factory", (DocumentFactory,), body)


DOCUMENTS = {spec.name: _factory_of(spec) for spec in load() if spec.kind != "golden"}
