"""The golden record field by field: value, the record it came from, and the rule that chose it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import field_access
from accounts.catalogue import load
from accounts.models import User
from accounts.selectors.customer import Customer
from accounts.selectors.lineage import lineage_of
from dashboards.panels.differences import text_of
from dashboards.panels.facts import LABELS


@dataclass(frozen=True)
class RecordRow:
    """One field of the golden record."""

    name: str
    label: str
    meaning: str
    value: str
    source: str
    key: str
    rule: str
    observed_at: datetime | None
    disputed: bool


def record_rows(user: User, customer: Customer) -> Sequence[RecordRow]:
    """Fields that have a value and whose origin the reader may know, in the order of the catalogue."""
    told = lineage_of(user, [customer.account]).get(customer.id, {})
    hidden = field_access(user, "account").redacted
    specs = [spec for spec in load()["account"].fields.values() if spec.name in told and spec.name not in hidden]
    return [_row(spec, told[spec.name], customer) for spec in specs]


def _row(spec: Any, origin: Any, customer: Customer) -> RecordRow:
    labels = {chip.source: chip.label for chip in customer.chips}
    value = customer.parent if spec.name == "parent" else customer.values.get(spec.name)
    return RecordRow(
        name=spec.name,
        label=LABELS.get(spec.name, spec.label),
        meaning=spec.meaning,
        value=text_of(value),
        source=labels.get(origin.source or "", origin.source or "Steward"),
        key=origin.key or "",
        rule=origin.rule.replace("_", " "),
        observed_at=origin.observed_at,
        disputed=spec.name in customer.disputed,
    )
