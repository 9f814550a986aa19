"""Publishing documents: mapped rows get their base amounts and are written with their references."""

from __future__ import annotations

import polars as pl

from accounts.golden.changes import Cause
from accounts.golden.documents import Written, publish_documents, tombstone_documents
from syncengine.policies import Reference
from syncengine.publish.rates import with_base_amounts


def publish_mapped(name: str, source_id: int, mapped: pl.DataFrame, reference: Reference, *, cause: Cause) -> Written:
    """Write one source's documents of one object."""
    frame = with_base_amounts(name, mapped, reference, today=cause.at.date()).with_columns(
        source_id=pl.lit(source_id, pl.Int16), deleted_at=pl.lit(None, pl.Datetime("us", "UTC"))
    )
    return publish_documents(name, frame, cause=cause)


def publish_gone(name: str, source_id: int, gone: pl.DataFrame, *, cause: Cause) -> int:
    """Bury the documents (key, deleted_at) that the source has no more; how many there were."""
    return tombstone_documents(name, gone.with_columns(source_id=pl.lit(source_id, pl.Int16)), cause=cause)
