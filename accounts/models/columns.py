"""Column types of the unified model, one per type of the field catalogue.

Every value may be missing: what a source did not say is null, never an empty string or a zero.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

LONG_AGO = date(1, 1, 1)


def text(**options: Any) -> models.TextField:
    """Words of any length."""
    return models.TextField(null=True, blank=True, **options)


def code(*choices: str) -> models.TextField:
    """A small vocabulary; the check constraint stands with the table."""
    return models.TextField(null=True, blank=True, choices=[(choice, choice) for choice in choices])


def country() -> models.CharField:
    """Two letters of ISO 3166."""
    return models.CharField(max_length=2, null=True, blank=True)


def currency() -> models.CharField:
    """Three letters of ISO 4217."""
    return models.CharField(max_length=3, null=True, blank=True)


def money() -> models.DecimalField:
    """Amounts and unit prices; four decimals because unit prices need them."""
    return models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)


def quantity() -> models.DecimalField:
    """Pieces, metres or hours; six decimals, as sources keep them."""
    return models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)


def percent() -> models.DecimalField:
    """Percent as sources tell them: 19 is nineteen percent."""
    return models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)


def rate() -> models.DecimalField:
    """Base currency per unit of the document's currency, as used for its base amounts."""
    return models.DecimalField(max_digits=18, decimal_places=9, null=True, blank=True)


def whole() -> models.BigIntegerField:
    """A number without decimals."""
    return models.BigIntegerField(null=True, blank=True)


def day() -> models.DateField:
    """A calendar day."""
    return models.DateField(null=True, blank=True)


def instant(**options: Any) -> models.DateTimeField:
    """A moment, kept in UTC."""
    return models.DateTimeField(null=True, blank=True, **options)


def flag() -> models.BooleanField:
    """Yes, no, or not told."""
    return models.BooleanField(null=True, blank=True)


def tags() -> ArrayField:
    """Several words."""
    return ArrayField(models.TextField(), null=True, blank=True)


class Fold(models.Func):
    """Text in lower case without accents, as the database folds it for search and sorting."""

    function = "fold"
    arity = 1
    output_field = models.TextField()


def folded(column: str) -> Fold:
    """What names are sorted by; an unknown one sorts first."""
    return Fold(Coalesce(column, Value("")))


class NameAndMail(models.Func):
    """What people are searched by: name and mail address, folded."""

    template = "fold(coalesce(%(expressions)s, ''))"
    arg_joiner = ", '') || ' ' || coalesce("
    output_field = models.TextField()


def named_or_mailed() -> NameAndMail:
    """Name and mail address of a person, as they are indexed."""
    return NameAndMail("name", "email")


def or_zero(column: str) -> Coalesce:
    """What amounts are sorted by; never null, since a page cannot go on after a null."""
    return Coalesce(column, Value(0), output_field=models.DecimalField(max_digits=20, decimal_places=4))


def positive(column: str) -> Q:
    """Whether an amount is more than nothing, asked as it is indexed: where few have one, the others aren't read.

    That it is known says nothing more, and makes an inner join where the amount stands in another table.
    """
    return Q(**{f"{column}__isnull": False}) & Q(GreaterThan(or_zero(column), 0))


def or_never(column: str) -> Coalesce:
    """What dates are sorted by; an unknown one sorts as long ago."""
    return Coalesce(column, Value(LONG_AGO), output_field=models.DateField())
