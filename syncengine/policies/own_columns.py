"""The company's own fields put in force: their rows, and their columns wherever the object is kept."""

from __future__ import annotations

from datetime import datetime

from accounts.golden.own_columns import add_column, add_index, keep_declared
from accounts.golden.shape import GOLDEN, table_of
from syncengine.canonical import table
from syncengine.policies.fields import catalogue_with
from syncengine.policies.shapes import PolicySet


def register_own_fields(after: PolicySet, *, now: datetime) -> None:
    """Declare what the policies declare, with a column for each new field."""
    declared = catalogue_with(after.own_fields.values())
    specs = [spec for known in declared for spec in known.own]
    for spec in specs:
        add_column(table_of(spec.object), spec)
        add_index(table_of(spec.object), spec)
        if spec.object in GOLDEN:
            add_column(table(spec.object), spec)
    keep_declared(specs, at=now)
