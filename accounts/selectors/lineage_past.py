"""Values and their origin as they stood on a past day, from the images that the change log keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field

from accounts.catalogue import FieldSpec, load
from accounts.models import Account, AccountLineage
from accounts.models.change import LINEAGE_CODE
from accounts.selectors.history import get_row_as_of

# The oldest image taken after the moment is what stood then.
IMAGE = """
SELECT (before->>'policy_version')::integer AS policy_version, (before->>'sources')::smallint[] AS sources,
       (before->>'keys')::text[] AS keys, (before->>'observed')::timestamptz[] AS observed,
       (before->>'winners')::smallint[] AS winners, (before->>'rules')::smallint[] AS rules
  FROM accounts_change WHERE object = %s AND row_id = %s AND changed_at > %s ORDER BY changed_at, id LIMIT 1
"""
NAMES = ("policy_version", "sources", "keys", "observed", "winners", "rules")


@dataclass(frozen=True, slots=True)
class Past:
    """A customer at a moment: its columns, and who had won them."""

    at: datetime
    row: dict[str, Any]
    lineage: AccountLineage

    def value(self, spec: FieldSpec) -> Any:
        """What stood in a field, of the type that the field has."""
        name = f"{spec.name}_id" if spec.type == "reference" else spec.name
        told = self.row.get(name)
        column = None if spec.own else Account._meta.get_field(spec.name)
        return column.to_python(told) if isinstance(column, Field) else told


def get_past(account: Account, at: datetime) -> Past | None:
    """The customer as it stood then; None before it was known."""
    row = get_row_as_of("account", account.pk, at)
    lineage = _lineage_at(account, at) if row is not None else None
    return Past(at, row, lineage) if row is not None and lineage is not None else None


def _lineage_at(account: Account, at: datetime) -> AccountLineage | None:
    with connection.cursor() as cursor:
        cursor.execute(IMAGE, [load()["account"].code + LINEAGE_CODE, account.pk, at])
        found = cursor.fetchone()
    if found is None:  # nothing has changed since
        return AccountLineage.objects.filter(account=account).first()
    return AccountLineage(account=account, **dict(zip(NAMES, found, strict=True)))
