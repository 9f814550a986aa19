"""How much work waits, for the counters of the navigation."""

from __future__ import annotations

from syncengine.models import StewardTask


def count_open_tasks() -> int:
    """Open tasks of the stewards."""
    return StewardTask.objects.filter(state="open").count()
