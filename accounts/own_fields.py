"""The company's own fields in this process: read from their table, and kept in step with the applied policies."""

from __future__ import annotations

from accounts.catalogue import Catalogue, FieldSpec
from accounts.catalogue.own import declare, with_own
from accounts.models import OwnField

_seen: list[object] = []  # the version that was last read, and the rows it had


def forget() -> None:
    """As in a process that has read nothing yet: the shipped fields only."""
    _seen.clear()
    declare(None)


def refresh() -> None:
    """Put in force what the table says; nothing is built anew where it says the same."""
    rows = list(OwnField.objects.order_by("object", "code").values_list())
    if _seen[1:] != [rows]:
        declare(catalogue_in_table())
        _seen[:] = [None, rows]


def keep_up(version: object) -> None:
    """Read the table where another version of the policies is in force than when it was last read."""
    if _seen[:1] != [version]:
        refresh()
        _seen[0] = version


def catalogue_in_table() -> Catalogue | None:
    """The shipped catalogue with the fields of the table; None where it has none."""
    rows = list(OwnField.objects.order_by("object", "code"))
    standing = [_spec(row) for row in rows if row.withdrawn_at is None]
    return with_own(standing, [_spec(row) for row in rows if row.withdrawn_at]) if rows else None


def _spec(row: OwnField) -> FieldSpec:
    return FieldSpec(
        object=row.object, name=row.name, code=row.code, type=row.type, sensitivity=row.sensitivity, owner=row.owner,
        meaning=row.meaning, unit=row.unit, choices=tuple(row.choices), title=row.title, filtered=row.filtered,
        searched=row.searched,
    )  # fmt: skip

