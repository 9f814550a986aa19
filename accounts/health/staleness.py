"""Sources whose data is too old to be judged by."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.health.measures import MEASURES
from accounts.selectors.sources import list_source_states


def stale_sources(at: datetime, stale_after: int) -> dict[str, list[int]]:
    """Per measure the sources of its objects that are past their threshold; measures without one are left out."""
    late = [
        (age.object, age.source_id) for age in list_source_states(at)
        if age.state != "new" and (age.age is None or age.age > max(age.target, timedelta(minutes=1)) * stale_after)
    ]  # fmt: skip
    found = {
        measure.name: sorted({source for object, source in late if object in measure.objects}) for measure in MEASURES
    }
    return {name: ids for name, ids in found.items() if ids}
