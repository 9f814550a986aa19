"""What every source record of a customer says, field by field, as far as the reader may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import field_access, treatment
from accounts.catalogue import load
from accounts.models import Account, User
from accounts.models.own_field import with_own_fields
from accounts.selectors.sources import record_url, sources
from syncengine.models import CanonicalAccount


@dataclass(frozen=True, slots=True)
class Member:
    """One source record of a customer with what it says."""

    source: str
    label: str
    key: str
    url: str | None
    observed_at: datetime
    live: bool
    values: dict[str, Any]


def list_members(user: User, account: Account) -> list[Member]:
    """Records of the customer, by source; none for roles that see values of provenance not at all."""
    if treatment(user, "provenance") != "full":
        return []
    known, access = sources(), field_access(user, "account")
    fields = [spec for spec in load()["account"].fields.values() if spec.type != "reference"]
    names = [spec.name for spec in fields if access.allows(spec.name)]
    told = with_own_fields(CanonicalAccount.objects.filter(crosswalk__account=account), "account")
    records = told.order_by("source_id", "key")
    return [_member(record, known[record.source_id], names) for record in records if record.source_id in known]


def _member(record: CanonicalAccount, source: Any, names: list[str]) -> Member:
    return Member(
        source=source.name,
        label=source.label,
        key=record.key,
        url=record_url(source, "account", record.key),
        observed_at=record.modified_at or record.observed_at,
        live=record.live,
        values={name: getattr(record, name) for name in names},
    )
