"""Why two records are proposed as one customer, worked out afresh from what they say today."""

from __future__ import annotations

from syncengine.identity import Explanation
from syncengine.models import StewardTask
from syncengine.selectors.pairs import explain_records

PAIRED = ("duplicate", "guard", "relation", "approval")


def explain_task(task: StewardTask) -> Explanation | None:
    """The steps of a task's pair; None where it has no two live records any more."""
    if task.kind not in PAIRED or len(task.records) != 2:
        return None
    left, right = (int(record) for record in task.records)
    return explain_records(left, right)
