"""A run as its page tells it: its log, the good run before it, and whom it touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.access import treatment, visible_accounts
from accounts.frames import rows
from accounts.golden.shape import GOLDEN, document_shape
from accounts.models import Account, User
from syncengine.models import DeadLetter, ErrorGroup, Run, RunLine, SourceRecord, Stream

COMPARED = {
    "read": "Read", "unchanged": "Unchanged", "created": "Created", "updated": "Updated", "tombstoned": "Deleted",
    "rejected": "Refused", "held": "Held", "absent": "Absent", "known_after": "Known after",
}  # fmt: skip
NAMED = 8
LINES = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One count of a run beside that of the good run before it."""

    label: str
    now: float
    before: float

    @property
    def unlike(self) -> bool:
        """More than twice or less than half of what it was, where it is more than a handful."""
        high, low = max(self.now, self.before), min(self.now, self.before)
        return high > 20 and high > 2 * low


@dataclass(frozen=True, slots=True)
class Affected:
    """Customers whom something concerns: how many, and the few the reader may see by name."""

    count: int
    named: Sequence[Account]


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run leaves to read besides its ledger."""

    lines: Sequence[RunLine]
    good: Run | None
    differences: Sequence[Difference]
    affected: Affected | None
    groups: Sequence[ErrorGroup]


def run_report(user: User, run: Run) -> RunReport:
    """The report of a run; rounds of the lane have no good run to compare with, nor a source."""
    good = _good_before(run)
    return RunReport(
        lines=list(run.lines.order_by("-id")[:LINES])[::-1],
        good=good,
        differences=_differences(run, good),
        affected=_touched(user, run),
        groups=list(_groups(run)),
    )


def _good_before(run: Run) -> Run | None:
    if run.stream_id is None:
        return None
    same = Run.objects.filter(stream_id=run.stream_id, kind=run.kind, state="succeeded", pk__lt=run.pk)
    brought = same.filter(Q(created__gt=0) | Q(updated__gt=0) | Q(tombstoned__gt=0))
    return brought.order_by("-id").first() or same.order_by("-id").first()


def _differences(run: Run, good: Run | None) -> list[Difference]:
    """Nothing where the source simply had nothing new."""
    if good is None or (run.state == "succeeded" and not run.read):
        return []
    found = [Difference(label, getattr(run, name), getattr(good, name)) for name, label in COMPARED.items()]
    return [row for row in found if row.now or row.before]


def _groups(run: Run) -> QuerySet[ErrorGroup]:
    met = ErrorGroup.objects.filter(letters__run=run).select_related("stream__source", "owner")
    waiting = Q(letters__state="open", letters__run=run)
    return met.annotate(open=Count("letters", filter=waiting)).order_by("-open", "id")


def _touched(user: User, run: Run) -> Affected | None:
    if run.stream is None:
        return None
    keys = SourceRecord.objects.filter(stream_id=run.stream.pk, run_id=run.pk).values("key")
    return customers_of(user, run.stream, keys)


def affected_by(user: User, group: ErrorGroup) -> Affected | None:
    """Customers whose records wait in an error group."""
    keys = DeadLetter.objects.filter(group=group, state="open", key__isnull=False).values("key")
    return customers_of(user, group.stream, keys)


def customers_of(user: User, stream: Stream, keys: QuerySet[Any, Any]) -> Affected | None:
    """Customers that records of a stream are about, as far as they are known here; None where none can be."""
    found = _customers(stream)
    if not found:
        return None
    listed, params = keys.query.sql_with_params()
    ids = f"{found} = ANY(ARRAY({listed})) AND t.source_id = %s"
    count = rows(f"SELECT count(DISTINCT account_id) FROM ({ids}) x", [*params, stream.source_id])[0][0]
    if not count or treatment(user, "identity") != "full":
        return Affected(int(count), ())
    some = rows(f"SELECT DISTINCT account_id FROM ({ids}) x LIMIT 200", [*params, stream.source_id])
    seen = visible_accounts(user).filter(pk__in=[pk for (pk,) in some]).order_by("name", "id")[:NAMED]
    return Affected(int(count), list(seen))


def _customers(stream: Stream) -> str:
    """SQL of the customers of a stream's records, up to the comparison of keys; empty where they have none."""
    name = stream.object
    if name == "account":
        return "SELECT t.account_id FROM accounts_accountcrosswalk t WHERE t.account_id IS NOT NULL AND t.key"
    if name in ("contact", "address"):
        joined = f"accounts_{name}crosswalk t JOIN accounts_{name} g ON g.id = t.{name}_id"
        return f"SELECT g.account_id FROM {joined} WHERE g.account_id IS NOT NULL AND t.key"
    if name in GOLDEN or not document_shape(name).has_account:
        return ""
    return f"SELECT t.account_id FROM {document_shape(name).table} t WHERE t.account_id IS NOT NULL AND t.key"
