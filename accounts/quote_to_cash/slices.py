"""The part of the business a page asks about: months, owner, segment, own company; within the reader's reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.access.scope import Scope
from accounts.models import Chain


@dataclass(frozen=True)
class Slice:
    """Which chains: those of a cohort of months, of an owner, a segment, one of our companies, one customer."""

    user: Reader
    since: date | None = None
    until: date | None = None
    owner: str = ""
    segment: str = ""
    entity: str = ""
    account: int | None = None

    @property
    def cohort(self) -> str:
        """The date chains are counted by: when the deal was won, for who does not see deals when it was ordered."""
        return "cohort_date" if self.sees("pipeline") else "ordered_date"

    def sees(self, *classes: str) -> bool:
        """Whether the reader sees all these classes in full."""
        return all(treatment(self.user, name) == "full" for name in classes)

    def scope(self) -> Scope:
        """The customers within the reader's reach."""
        return scope_of(self.user)

    def chains(self) -> QuerySet[Chain]:
        """The chains of the slice."""
        rows = self.within(Chain.objects.all(), self.cohort)
        if self.owner:
            rows = rows.filter(owner=self.owner)
        return rows

    def within(self, rows: QuerySet[Any], day: str) -> QuerySet[Any]:
        """Documents or chains of the slice's customers whose day lies in its months."""
        if not self.sees("order"):
            return rows.none()
        scope = self.scope()
        if _has(rows, "original_number"):  # a copy of a document that counts belongs to nobody
            rows = rows.exclude(original_number__isnull=False, account__isnull=True)
        rows = rows if scope.everything else rows.filter(scope.condition("account"))
        given = {
            f"{day}__gte": self.since,
            f"{day}__lte": self.until,
            "account__segment": self.segment,
            "legal_entity": self.entity if _has(rows, "legal_entity") else "",
            "account": self.account,
        }
        return rows.filter(**{name: value for name, value in given.items() if value})


def _has(rows: QuerySet[Any], column: str) -> bool:
    return any(field.name == column for field in rows.model._meta.get_fields())
