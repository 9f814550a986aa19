"""The company's own fields in this process: read from their table, and kept in step with the applied policies."""

from __future__ import annotations

from accounts.catalogue import FieldSpec
from accounts.catalogue.own import declare, with_own
from accounts.models import OwnField

_seen: list[object] = []  # the version that was last read, and the rows it had


def forget() -> None:
    """As in a process that has read nothing yet: the shipped fields only."""
    _seen.clear()
    declare(None)


def refresh() -> None:
    """Put in force what the table says, in one query; nothing is built anew where it says the same."""
    rows = list(OwnField.objects.order_by("object", "code"))
    told = [(_spec(row), row.withdrawn_at) for row in rows]
    if _seen[1:] != [told]:
        standing = [spec for spec, gone in told if gone is None]
        declare(with_own(standing, [spec for spec, gone in told if gone]) if told else None)
        _seen[:] = [None, told]


def keep_up(version: object) -> None:
    """Read the table where another version of the policies is in force than when it was last read."""
    if _seen[:1] != [version]:
        refresh()
        _seen[0] = version


def _spec(row: OwnField) -> FieldSpec:
    return FieldSpec(
        object=row.object, name=row.name, code=row.code, type=row.type, sensitivity=row.sensitivity, owner=row.owner,
        meaning=row.meaning, unit=row.unit, choices=tuple(row.choices), title=row.title, filtered=row.filtered,
        searched=row.searched,
    )  # fmt: skip
