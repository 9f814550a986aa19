"""Why two records are proposed as one customer, worked out afresh from what they say today."""

from __future__ import annotations

from functools import lru_cache

from syncengine.canonical import read_canonical
from syncengine.identity import Explanation, Model, default_model, explain, standardise
from syncengine.models import MatchVersion, StewardTask
from syncengine.resolution.accounts import MATCHED


def explain_task(task: StewardTask) -> Explanation | None:
    """The steps of a duplicate task's score; None where the task has no two live records any more."""
    if task.kind != "duplicate" or len(task.records) != 2:
        return None
    left, right = (int(record) for record in task.records)
    records = read_canonical("account", f"c.crosswalk_id IN ({left}, {right})", columns=MATCHED)
    if records.height != 2:
        return None
    return explain(standardise(records), left, right, _model(_version()))


def _version() -> int | None:
    return MatchVersion.objects.order_by("-number").values_list("number", flat=True).first()


@lru_cache(maxsize=2)
def _model(number: int | None) -> Model:
    """The model of a version; reading a card never makes one, so without any it is the default."""
    return (
        default_model()
        if number is None
        else Model.from_bytes(bytes(MatchVersion.objects.get(pk=number).body))
    )
