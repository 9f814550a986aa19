"""Rows of catalogue objects as programs get them: which columns are read and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts import models
from accounts.access import restrict, shown
from accounts.access.fields import Reader
from accounts.catalogue import load, remembered
from accounts.models.own_field import with_own_fields
from accounts.models.source_row import SourceRow

# What a crosswalk reference leads to, by the model of the crosswalk.
GOLDEN_OF = {
    "AccountCrosswalk": "account_id",
    "ContactCrosswalk": "contact_id",
    "ProductCrosswalk": "product_id",
    "AddressCrosswalk": "address_id",
}


@dataclass(frozen=True)
class Shape:
    """How one object is read: API name -> (path in the database, catalogue field or None)."""

    object: str
    paths: Mapping[str, tuple[str, str | None]]
    account_path: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields as programs know them."""
        return tuple(self.paths)


@remembered
def shape_of(object: str) -> Shape:
    """The shape of a catalogue object."""
    spec = load()[object]
    model = getattr(models, spec.model)
    paths: dict[str, tuple[str, str | None]] = {"id": ("id", None)}
    for name, field in spec.fields.items():
        if field.type == "reference":
            paths[f"{name}_id"] = (_reference_path(model, name), name)
        else:
            paths[name] = (name, name)
    if issubclass(model, SourceRow):
        paths |= {"source": ("source__name", None), "key": ("key", None)}
        paths |= {"modified_at": ("modified_at", None), "published_at": ("published_at", None)}
    else:
        paths |= {"created_at": ("created_at", None), "changed_at": ("changed_at", None)}
    return Shape(object, paths, _account_path(model, spec.parent))


def _reference_path(model: Any, name: str) -> str:
    columns = {column.name: column for column in model._meta.get_fields()}
    if name in columns:
        return f"{name}_id"
    walk = columns[f"{name}_ref"].related_model.__name__
    return f"{name}_ref__{GOLDEN_OF[walk]}"


def _account_path(model: Any, parent: str | None) -> str | None:
    """Where a row's customer is found: its own, else that of the document it is a line of."""
    if any(column.name == "account" for column in model._meta.get_fields()):
        return "account"
    if parent is None:
        return None
    above = getattr(models, load()[parent].model)
    return f"{parent}__account" if any(c.name == "account" for c in above._meta.get_fields()) else None


def visible_rows(user: Reader, object: str) -> QuerySet[Any]:
    """Rows of an object the user may see."""
    shape = shape_of(object)
    rows = getattr(models, load()[object].model).objects.all()
    if object == "price_entry":  # a price without a customer is everybody's
        general = Q(account_ref__isnull=True)
        return restrict(rows.filter(general), user, object, None) | restrict(rows.exclude(general), user, object)
    return restrict(rows, user, object, shape.account_path)


def with_references(rows: QuerySet[Any], object: str) -> QuerySet[Any]:
    """The rows with the company's own fields, and with what their references lead to today, read by joins."""
    return with_own_fields(rows, object).annotate(
        **{_attribute(path): F(path) for path, _ in shape_of(object).paths.values() if "__" in path}
    )


def _attribute(path: str) -> str:
    return path if "__" not in path else f"at_{path.replace('__', '_')}"


def row_of(user: Reader, object: str, row: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A row of `with_references` as the user may see it, with the names of what was left out."""
    paths = shape_of(object).paths
    values = {name: getattr(row, _attribute(path)) for name, (path, _) in paths.items()}
    names = {field: name for name, (_, field) in paths.items() if field is not None}
    seen = shown({field: values[name] for field, name in names.items()}, user, object)
    told = {names[field]: _told(names[field], value) for field, value in seen.values.items()}
    technical = {name: values[name] for name, (_, field) in paths.items() if field is None and name != "id"}
    return {"id": str(row.pk)} | told | technical, tuple(names[field] for field in seen.redacted)


def _told(name: str, value: Any) -> Any:
    """Ids are opaque to programs and amounts exact, so both travel as text."""
    is_id = name.endswith("_id") and isinstance(value, int)
    return str(value) if is_id else exact(value)


def exact(value: Any) -> Any:
    """Decimals as text, also within lists: a program's floats would round them."""
    if isinstance(value, Decimal):
        return str(value)
    return [exact(item) for item in value] if isinstance(value, (list, tuple)) else value
