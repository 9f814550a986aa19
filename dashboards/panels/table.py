"""A section's rows as a table ready to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboards.panels.columns import Cell, Column, cells, visible

ON_THE_WAY = ("confirmed", "partly_shipped")


@dataclass(frozen=True)
class Table:
    """Columns, rows of cells, what to call it, and whether there are more rows than shown."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    more: bool
    currency: str = ""  # the one currency of all amounts, then said once, in the heading


def document_table(section: Any, columns: Sequence[Column], caption: str, today: date | None = None) -> Table:
    """The rows of a section in the columns its reader may see."""
    shown = visible(columns, section.redacted)
    rows = [_row(row.values, shown, today) for row in section.rows]
    currencies = {row.values.get("currency") for row in section.rows}
    only = currencies.pop() if len(currencies) == 1 else None
    return Table(caption, shown, rows, bool(section.more), only or "")


def _row(row: Mapping[str, Any], columns: Sequence[Column], today: date | None) -> list[Cell]:
    return [_marked(cell, row, today) for cell in cells(row, columns)]


def _marked(cell: Cell, row: Mapping[str, Any], today: date | None) -> Cell:
    """A promise that wasn't kept is marked late, an invoice past its due date overdue."""
    if cell.column.name == "status" and (row.get("days_overdue") or 0) > 0:
        return replace(cell, value="overdue", tone="bad")
    missed = cell.column.kind == "promise" and today and cell.value and cell.value < today
    return replace(cell, tone="late") if missed and row.get("status") in ON_THE_WAY else cell
