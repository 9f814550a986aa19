"""Why two records are proposed as one customer, worked out afresh from what they say today."""

from __future__ import annotations

from syncengine.canonical import read_canonical
from syncengine.identity import Explanation, default_model, explain, standardise
from syncengine.models import StewardTask
from syncengine.resolution.accounts import MATCHED
from syncengine.resolution.models import in_force, load_model


def explain_task(task: StewardTask) -> Explanation | None:
    """The steps of a duplicate task's score; None where the task has no two live records any more."""
    if task.kind != "duplicate" or len(task.records) != 2:
        return None
    left, right = (int(record) for record in task.records)
    records = read_canonical("account", f"c.crosswalk_id IN ({left}, {right})", columns=MATCHED)
    if records.height != 2:
        return None
    number = in_force()
    # Reading a card never makes a version, so without any it is the default model that explains.
    model = default_model() if number is None else load_model(number)
    return explain(standardise(records), left, right, model)
