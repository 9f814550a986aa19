"""The company's own fields: what the applied policies declare, and how queries read columns no model names."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Col

from accounts.catalogue import FieldSpec, load
from accounts.models import columns

Row = TypeVar("Row", bound=models.Model)


class OwnField(models.Model):
    """One declared field; a withdrawn one keeps its code and its column, and nobody sees it."""

    object = models.TextField()
    name = models.TextField()
    code = models.SmallIntegerField()
    type = models.TextField()
    title = models.TextField(blank=True)
    unit = models.TextField(null=True, blank=True)
    choices = ArrayField(models.TextField(), default=list)
    sensitivity = models.TextField()
    owner = models.TextField()
    meaning = models.TextField()
    filtered = models.BooleanField(default=False)
    searched = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "name"], name="own_field_name"),
            models.UniqueConstraint(fields=["object", "code"], name="own_field_code"),
            models.CheckConstraint(condition=models.Q(name__startswith="x_"), name="own_field_prefix"),
            models.CheckConstraint(condition=models.Q(code__gte=64), name="own_field_code_range"),
        ]

    def __str__(self) -> str:
        return f"{self.object}.{self.name}"


_COLUMNS = {
    "integer": columns.whole,
    "decimal": columns.quantity,
    "money": columns.money,
    "percent": columns.percent,
    "date": columns.day,
    "datetime": columns.instant,
    "boolean": columns.flag,
    "tags": columns.tags,
    "country": columns.country,
    "currency": columns.currency,
}


def column_of(spec: FieldSpec) -> models.Field[Any, Any]:
    """A column of the field's type, tied to no model: it cleans what people type, and types what is read."""
    made: models.Field[Any, Any]
    made = columns.code(*spec.choices) if spec.type == "choice" else _COLUMNS.get(spec.type, columns.text)()
    made.set_attributes_from_name(spec.name)
    return made


class OwnColumn(models.Expression):
    """The column of an own field in a query over its object."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(output_field=column_of(spec))
        self.spec = spec

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Any:
        column = column_of(self.spec)
        column.model = query.model
        return Col(query.get_initial_alias(), column)

    def __repr__(self) -> str:
        return f"OwnColumn({self.spec.name})"


def with_own_fields(rows: models.QuerySet[Row], object: str) -> models.QuerySet[Row]:
    """The rows with the company's own fields of their object as attributes."""
    own = load()[object].own
    return rows.annotate(**{spec.name: OwnColumn(spec) for spec in own}) if own else rows
