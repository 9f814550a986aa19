"""The groups of a customer list as rows, each with the address of its own customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.selectors.groups import GROUPINGS, Group
from dashboards.panels.list_state import ListState

SUMS = (
    ("revenue_ttm", "Revenue, 12 mo", True),
    ("open_pipeline", "Pipeline", True),
    ("overdue_receivable", "Overdue", True),
    ("open_tickets", "Tickets", False),
)


@dataclass(frozen=True)
class GroupRow:
    """One group: its name, size, sums and the address that shows its customers."""

    label: str
    count: int
    sums: Sequence[Any]
    share: float
    query: str
    margin: Decimal | None


@dataclass(frozen=True)
class GroupTable:
    """The groups with what their columns are called."""

    by: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[GroupRow]
    margins: bool


def group_table(groups: Sequence[Group], state: ListState) -> GroupTable:
    """Groups ready to be written; bars compare their revenue, or their size where none is seen."""
    seen = [part for part in SUMS if groups and part[0] in groups[0].sums]
    most = max((_size(group) for group in groups), default=0) or 1
    rows = [
        GroupRow(
            label=group.label or f"No {GROUPINGS[state.group].lower()}",
            count=group.count,
            sums=[(group.sums[name], money) for name, _, money in seen],
            share=_size(group) / most,
            query=_address(group, state),
            margin=group.margin,
        )
        for group in groups
    ]
    return GroupTable(GROUPINGS[state.group], [(label, money) for _, label, money in seen], rows,
                      any(row.margin is not None for row in rows))  # fmt: skip


def _address(group: Group, state: ListState) -> str:
    wanted: Mapping[str, Any] = {state.group: group.value} if group.value else {"missing": state.group}
    return state.link(group=None, **wanted)


def _size(group: Group) -> float:
    return float(group.sums.get("revenue_ttm", group.count) or 0)
