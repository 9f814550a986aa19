"""Drift as the schema page shows it: what changed, and what it could be mapped to by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.catalogue import load
from accounts.models import User
from dashboards.panels.rules import may_edit
from syncengine.models import SchemaDrift
from syncengine.policies import PolicySet, current_policies


@dataclass(frozen=True)
class Answerable:
    """One change with the places it could be mapped to; none where this reader cannot map it."""

    row: SchemaDrift
    asks: str = ""
    choices: Sequence[tuple[str, str]] = ()

    @property
    def waits(self) -> bool:
        """Whether somebody has to answer."""
        return self.row.state in ("open", "blocked")


def answerable(user: User, drifts: Iterable[SchemaDrift]) -> list[Answerable]:
    """Changes with what each could be mapped to, for those who edit the rules."""
    rows = list(drifts)
    if not rows or not may_edit(user):
        return [Answerable(row) for row in rows]
    policies = current_policies()
    return [Answerable(row, *_choices(row, policies)) for row in rows]


def _choices(row: SchemaDrift, policies: PolicySet) -> tuple[str, Sequence[tuple[str, str]]]:
    if row.kind == "renamed" and row.mapped:
        return "Read it as", [(row.now, row.now)]
    if row.kind == "removed" and row.mapped:
        return "Read instead", [(name, name) for name in sorted(row.stream.columns or {})]
    source = policies.sources.get(row.stream.source.name)
    declared = source.streams.get(row.stream.name) if source else None
    if declared is None or row.kind not in ("added", "values"):
        return "", ()
    fields = load()[row.stream.object].fields
    if row.kind == "added":
        taken = {m.field for m in declared.fields}
        free = sorted(name for name, spec in fields.items() if name not in taken and spec.of is None)
        return "Map to", [(name, name.replace("_", " ")) for name in free]
    fed = [fields[m.field] for m in declared.fields if row.column in m.columns]
    found = fed[0].choices if len(fed) == 1 and fed[0].type == "choice" else ()
    asks = f"“{row.now.split(', ')[0]}” means" if found else ""
    return asks, [(name, name.replace("_", " ")) for name in found]
