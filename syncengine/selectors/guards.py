"""Guards that fired, and the round whose merges wait, as the person asking may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access import treatment
from accounts.models import User
from syncengine.models import Firing, Hold, Run, Stop

SHOWN = 20
LABELS = {
    "placeholder": "Placeholder", "key limit": "Value that too many share", "cluster limit": "Customer too large",
    "veto": "Kept apart", "hub": "Shared value",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fired:
    """A guard that fired, as a reader may know it."""

    run_id: int
    at: datetime
    label: str
    subject: str
    records: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A round whose merges were stopped, with the largest of them."""

    stop: Stop
    holds: Sequence[Hold]
    more: int


def list_fired(user: User, *, run: Run | None = None, limit: int = SHOWN) -> list[Fired]:
    """What fired in a run, else in the latest run in which anything did; most records first."""
    found = Firing.objects.select_related("run")
    if run is None:
        latest = found.order_by("-run_id").values_list("run_id", flat=True).first()
        found = found.filter(run_id=latest or 0)
    else:
        found = found.filter(run=run)
    values = treatment(user, "identity") == "full"
    return [_fired(row, values) for row in found.order_by("-records", "pk")[:limit]]


def _fired(row: Firing, values: bool) -> Fired:
    """Placeholders are values of customers: who sees those only masked is told how many, not which."""
    hidden = row.guard == "placeholder" and not values
    return Fired(
        run_id=row.run_id,
        at=row.run.started_at,
        label=LABELS.get(row.guard, row.guard.capitalize()),
        subject="" if hidden else row.subject,
        records=row.records,
        sentence="A value too many names share is taken for a placeholder." if hidden else row.sentence,
    )


def get_stop(user: User, stop_id: int) -> Stopped | None:
    """A stopped round with the merges it holds; None for roles that see no evidence."""
    stop = Stop.objects.select_related("closed_by").filter(pk=stop_id).first()
    if stop is None or treatment(user, "provenance") != "full":
        return None
    holds = Hold.objects.filter(stop=stop).select_related("account", "other_account").order_by("pk")
    shown = list(holds[:SHOWN])
    return Stopped(stop, shown, max(stop.merges - len(shown), 0))
