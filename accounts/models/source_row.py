"""What every document and line has: the system it came from, its key there, and when it last changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models


class SourceRow(models.Model):
    """A row that is one source's own record; identified by (source, key)."""

    source = models.ForeignKey(  # unchecked as in the crosswalk
        "accounts.Source", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    key = models.TextField()
    source_version = models.TextField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def source_row(name: str) -> list[models.BaseConstraint]:
    """The constraint that makes a row findable by what its source calls it."""
    return [models.UniqueConstraint(fields=["source", "key"], name=f"{name}_source_key")]


def one_of(name: str, **choices: Sequence[str]) -> list[models.BaseConstraint]:
    """Check constraints that hold each column to its vocabulary."""
    return [
        models.CheckConstraint(
            condition=models.Q(**{f"{column}__in": list(values)}) | models.Q(**{f"{column}__isnull": True}),
            name=f"{name}_{column}_known",
        )
        for column, values in choices.items()
    ]


def crosswalk(model: str, *, indexed: bool = False) -> models.ForeignKey:
    """An immutable reference to the crosswalk row of a golden record, whoever it belongs to today."""
    return models.ForeignKey(
        f"accounts.{model}",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=indexed,
    )


def account_cache(*, indexed: bool = False) -> models.ForeignKey:
    """The customer the reference leads to today; rewritten by publish, null until the customer arrives."""
    return models.ForeignKey(
        "accounts.Account",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=indexed,
    )


def document(model: str) -> models.ForeignKey:
    """A reference to another document of the same source; null until that document arrives."""
    return models.ForeignKey(f"accounts.{model}", models.SET_NULL, null=True, blank=True, related_name="+")
