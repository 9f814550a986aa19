"""Taking back the second person's word: the decision waits for one again, and what it had bound comes apart."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from syncengine.models import Decision, Hold, StewardTask
from syncengine.steward.bindings import touch
from syncengine.steward.settling import AlreadySettled

WAITS = "waits for a second person"


def reconsider(*, task: StewardTask, now: datetime) -> None:
    """Open an answered approval again, its decision pending as before. Raises AlreadySettled where that is gone."""
    decision = Decision.objects.select_for_update().filter(pk=task.decision_id or 0).first()
    if decision is None or (decision.closed_at is not None and task.outcome != "rejected"):
        raise AlreadySettled("The decision was taken back; there is nothing left to approve.")
    asked = StewardTask.objects.filter(pk=decision.evidence.get("task"))
    if task.outcome == "rejected":
        _ask_no_more(asked, decision)
    else:
        _let_go(task, decision, now)
    Decision.objects.filter(pk=decision.pk).update(
        pending=True, approved_by=None, approved_at=None, closed_by=None, closed_at=None
    )
    asked.update(state="done", outcome=WAITS, decision=decision)
    StewardTask.objects.filter(pk=task.pk).update(state="open", outcome="", closed_at=None, closed_by=None)


def _ask_no_more(asked: QuerySet[StewardTask], decision: Decision) -> None:
    """The question that the no had opened again is answered as it was, unless somebody answered it anew."""
    if not asked.filter(state="open").update(closed_by=decision.made_by, closed_at=decision.made_at):
        raise AlreadySettled("The question was answered anew since; take that answer back instead.")


def _let_go(task: StewardTask, decision: Decision, now: datetime) -> None:
    """What the yes had merged comes apart with the next publish; its guard holds again."""
    if task.hold_id:
        Hold.objects.filter(pk=task.hold_id).exclude(state="open").update(state="open", closed_at=None)
    touch([*decision.records_l, *decision.records_r], cause=f"second word on decision {decision.pk}", now=now)
