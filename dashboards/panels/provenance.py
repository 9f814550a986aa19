"""The data tab: what each record says field by field, and how the golden record changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.access import field_access
from accounts.catalogue import load
from accounts.selectors.history import list_changes
from accounts.selectors.lineage import lineage_of
from dashboards.panels.differences import text_of
from dashboards.panels.facts import LABELS
from dashboards.panels.section import Panel, Reading, class_of
from syncengine.selectors.members import Member, list_members

WIDEST = 8  # records side by side; a customer of more is read record by record


@dataclass(frozen=True)
class GridCell:
    """What one record says of one field, and whether it is what stands."""

    text: str
    won: bool
    differs: bool


@dataclass(frozen=True)
class GridRow:
    """One field across all records."""

    name: str
    label: str
    value: str
    disputed: bool
    rule: str
    cells: Sequence[GridCell]


def _grid(reading: Reading) -> Any:
    members = list_members(reading.user, reading.customer.account)[:WIDEST]
    if not members:
        return None
    told = lineage_of(reading.user, [reading.customer.account]).get(reading.customer.id, {})
    access = field_access(reading.user, "account")
    fields = [spec for spec in load()["account"].fields.values() if spec.type != "reference"]
    specs = [spec for spec in fields if access.allows(spec.name)]
    rows = [_row(spec, members, told.get(spec.name), reading) for spec in specs]
    shown = [row for row in rows if row.value or any(cell.text for cell in row.cells)]
    return {
        "members": members,
        "rows": shown,
        "filled": sum(bool(row.value) for row in rows),
        "fields": len(rows),
        "hidden": [name for name in reading.customer.redacted if name != "parent"],
    }


def _row(spec: Any, members: Sequence[Member], told: Any, reading: Reading) -> GridRow:
    value = text_of(reading.customer.values.get(spec.name))
    return GridRow(
        name=spec.name,
        label=LABELS.get(spec.name, spec.label),
        value=value,
        disputed=spec.name in reading.customer.disputed,
        rule=told.rule.replace("_", " ") if told else "",
        cells=[_cell(member, spec.name, told, value) for member in members],
    )


def _cell(member: Member, name: str, told: Any, value: str) -> GridCell:
    text = text_of(member.values.get(name))
    won = told is not None and (told.source, told.key) == (member.source, member.key)
    return GridCell(text, won, bool(text) and text != value)


def _changes(reading: Reading) -> Any:
    changes = list_changes(reading.user, "account", reading.customer.id)
    return {"changes": [(change, [_told(field) for field in change.fields]) for change in changes]}


def _told(change: Any) -> tuple[str, str, str]:
    return LABELS.get(change.field, change.label), text_of(change.before), text_of(change.after)


knows = class_of("provenance", "full", "summary")
PANELS = (
    Panel("grid", "What each record says", "dashboards/customer/_grid.html", _grid, class_of("provenance")),
    Panel("changes", "History", "dashboards/customer/_changes.html", _changes, knows),
)
