"""What a copied row refers to, by the key the target knows it under."""

from __future__ import annotations

from accounts.catalogue import FieldSpec, load
from accounts.frames import rows
from accounts.golden.shape import GOLDEN, crosswalk_of, table_of
from syncengine.writeback.targets import Target


class NotThereYet(Exception):
    """The target does not hold yet what the row refers to; once it does, the row can follow."""


def key_in(target: Target, field: FieldSpec, row: str | None) -> str | None:
    """The target's key of what a reference's row stands for. Raises NotThereYet."""
    if row is None:
        return None
    source = target.stream.source_id
    to = field.to or ""
    if to in GOLDEN:
        found = _golden(to, int(row), source)
    else:
        found = rows(f"SELECT key FROM {table_of(to)} WHERE id = %s AND source_id = %s", [row, source])
        found = found or _copied(to, int(row), source)
    if not found:
        raise NotThereYet(f"waits until {target.label} knows the {load()[to].label.lower()} it belongs to")
    return str(found[0][0])


def _golden(to: str, record: int, source: int) -> list[tuple[object, ...]]:
    """The record of the same customer or product in the target, the oldest first; else the one made as a copy."""
    table = crosswalk_of(to)
    found = rows(
        f"SELECT y.key FROM {table} x JOIN {table} y ON y.{to}_id = x.{to}_id WHERE x.id = %s AND y.source_id = %s "
        "AND y.deleted_at IS NULL ORDER BY y.id LIMIT 1",
        [record, source],
    )
    if found:
        return found
    home = rows(f"SELECT {to}_id FROM {table} WHERE id = %s", [record])
    return _copied(to, int(home[0][0]), source) if home and home[0][0] else []


def _copied(to: str, row: int, source: int) -> list[tuple[object, ...]]:
    return rows(
        "SELECT m.key FROM syncengine_outboxmessage m JOIN syncengine_stream t ON t.id = m.stream_id "
        "WHERE m.object = %s AND m.record_id = %s AND t.source_id = %s AND m.action = 'create' "
        "AND m.state = 'confirmed' ORDER BY m.id DESC LIMIT 1",
        [load()[to].code, row, source],
    )
