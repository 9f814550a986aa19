"""How often each source was right about a field, when people had to choose."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.catalogue import load
from accounts.frames import rows


@dataclass(frozen=True, slots=True)
class Trust:
    """A source was chosen so many of the times that it was among those that disagreed."""

    source_id: int
    right: int
    total: int

    @property
    def share(self) -> float:
        """The share of times it was right."""
        return self.right / self.total if self.total else 0.0


def list_trust(field: int) -> dict[int, Trust]:
    """Trust by source, from the conflicts of a field that people settled with a value still standing."""
    column = load()["account"].by_code[field].column
    found = rows(
        f"SELECT c.source_id, count(*) FILTER (WHERE c.{column}::text = p.value), count(*) "
        "FROM syncengine_stewardtask t JOIN syncengine_pin p ON p.id = t.pin_id "
        "JOIN accounts_accountcrosswalk x ON x.account_id = t.account_id "
        "JOIN syncengine_canonicalaccount c ON c.crosswalk_id = x.id "
        f"WHERE t.kind = 'conflict' AND t.state = 'done' AND t.field = %s AND c.{column} IS NOT NULL GROUP BY 1",
        [field],
    )
    return {source: Trust(source, right, total) for source, right, total in found}
