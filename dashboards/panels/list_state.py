"""The state of the customer list as its address tells it: filters, sort, columns, grouping, row height, view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.filtersets import CONTROLS

DISPLAY = ("columns", "group", "density", "view", "col", "move", "id", "state")
DENSITIES = ("comfortable", "default", "compact")


@dataclass(frozen=True)
class ListState:
    """What one address of the list says."""

    filters: Mapping[str, str]
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    density: str = ""
    view: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> ListState:
        """The state an address tells; repeated filters are joined, since repeating means or."""
        filters = {
            name: ",".join(value for value in values if value)
            for name, values in params.lists()
            if name not in DISPLAY and name not in CONTROLS
        }
        return cls(
            filters={name: value for name, value in filters.items() if value},
            sort=params.get("sort", ""),
            columns=tuple(name for name in params.get("columns", "").split(",") if name),
            group=params.get("group", ""),
            density=params.get("density", "") if params.get("density") in DENSITIES else "",
            view=params.get("view", ""),
            cursor=params.get("cursor", ""),
        )

    @property
    def query(self) -> str:
        """The state as the end of an address, without the place on it."""
        return self.link()

    def link(self, **changes: Any) -> str:
        """The address with something changed: a part of the state, or a filter; None takes it away."""
        parts: dict[str, Any] = {
            "sort": self.sort,
            "columns": ",".join(self.columns),
            "group": self.group,
            "density": self.density,
            "view": self.view,
        }
        pairs = dict(self.filters) | parts | changes
        kept = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(kept)}"

    @property
    def saved(self) -> dict[str, Any]:
        """What a view keeps of it."""
        return {
            "filters": dict(self.filters),
            "sort": self.sort,
            "columns": list(self.columns),
            "grouping": self.group,
            "density": self.density,
        }
