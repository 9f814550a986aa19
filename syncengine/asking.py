"""What a connector is asked, from what a stream declares."""

from __future__ import annotations

from datetime import datetime

from syncengine.connectors import StreamRequest
from syncengine.policies import Stream


def request_of(
    declared: Stream, *, until: datetime, watermark: str | None = None, keys: tuple[str, ...] | None = None
) -> StreamRequest:
    """One reading of a stream: from its watermark on, or of single records."""
    return StreamRequest(
        name=declared.name,
        object=declared.object,
        read=declared.read,
        key=declared.key,
        until=until,
        modified=_column(declared.modified),
        version=declared.version,
        deleted=_column(declared.deleted),
        listing=declared.listing,
        overlap=declared.overlap,
        watermark=watermark,
        keys=keys,
    )


def _column(mapped: object) -> str | None:
    columns = getattr(mapped, "columns", None)
    return columns[0] if columns else None
