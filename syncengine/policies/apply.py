"""Policies from a folder into the database, as an immutable version; and back into a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from accounts import audit, own_fields
from accounts.catalogue.own import using
from accounts.models import User
from accounts.reference import get_tolerance
from syncengine.models import PolicyDraft, PolicyVersion, Stream
from syncengine.policies.current import current_policies, current_version, environment, policies_of
from syncengine.policies.fields import catalogue_with
from syncengine.policies.load import check, check_documents, read_documents
from syncengine.policies.mistakes import Mistake
from syncengine.policies.own_columns import register_own_fields
from syncengine.policies.plan import plan_documents
from syncengine.policies.registry import register
from syncengine.policies.renew import renew
from syncengine.policies.shapes import PolicySet
from syncengine.policies.uniqueness import keep_unique_indexes

APPLY_LOCK = 7302
# Written by `pull`, so that `apply` knows which version was edited.
BASE_FILE = ".base"


class PolicyMistakes(Exception):
    """Policies that cannot be applied; one line a mistake, and nothing was applied."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class StaleBase(Exception):
    """Somebody applied another version since the one these policies were edited from."""


class PlanMoved(Exception):
    """What applying would change is not what was planned; nothing was applied."""


def apply_folder(
    folder: Path | str, *, by: User | None, now: datetime, base: int | None = None, note: str = ""
) -> PolicyVersion:
    """Apply a folder; the version it made, or the current one where it says the same.

    Where the folder was planned against the version in force, the plan must still hold.
    """
    path = Path(folder)
    base = base if base is not None else read_base(path)
    documents = _checked_documents(path)
    version = apply_documents(documents, by=by, now=now, base=base, note=note, planned=planned_counts(documents))
    if (path / BASE_FILE).exists():
        (path / BASE_FILE).write_text(f"{version.number}\n", encoding="utf-8")
    return version


@transaction.atomic
def apply_documents(
    documents: Mapping[str, str],
    *,
    by: User | None,
    now: datetime,
    base: int | None,
    note: str = "",
    planned: Mapping[str, int] | None = None,
) -> PolicyVersion:
    """Apply sound documents in one transaction with their audit row, while nothing is published.

    Raises StaleBase for an old base, and PlanMoved where the counts of a plan hold no more. What follows from
    the version is queued in the same transaction, and the lane works it off: killed, it goes on where it was.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLY_LOCK])
    current_policies()  # whose own fields this process must know before it reads any text
    current = current_version()
    digest = digest_of(documents)
    if current is not None and current.digest == digest:
        register(policies_of(current), now=now)
        return current
    number = _same_base(base, current)
    told = _hold_to_plan(documents, planned, now) if planned is not None else None
    version = PolicyVersion.objects.create(
        documents=dict(documents), digest=digest, note=note, applied_by=by, applied_at=now, base=number, plan=told
    )
    _put_in_force(version, current, now)
    audit.record(user=by, action="applied policies", object="policy", row_id=version.number, at=now,
                 detail={"base": number, "note": note})  # fmt: skip
    return version


def _same_base(base: int | None, current: PolicyVersion | None) -> int | None:
    """The number in force. Raises StaleBase where the texts were written against another."""
    number = current.number if current else None
    if base is not None and base != number:
        raise StaleBase(f"these policies start from version {base}, but version {number} was applied since")
    return number


def _put_in_force(version: PolicyVersion, current: PolicyVersion | None, now: datetime) -> None:
    version.queued = _take_effect(policies_of(current) if current else PolicySet(), policies_of(version), now)
    version.save(update_fields=["queued"])


def planned_counts(documents: Mapping[str, str]) -> dict[str, int] | None:
    """The counts of the latest plan of exactly these documents against the version in force."""
    current = current_version()
    number = current.number if current else None
    draft = (
        PolicyDraft.objects.filter(digest=digest_of(documents), base=number, plan__isnull=False).order_by("-pk").first()
    )
    return dict(draft.plan["counts"]) if draft and draft.plan else None


def _hold_to_plan(documents: Mapping[str, str], planned: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """Plan again and compare; the plan that is being applied."""
    plan, tolerance = plan_documents(documents, now=now), get_tolerance("plan")
    counts = plan.counts()
    moved = [
        f"{name}: {planned.get(name, 0)} planned, {counts.get(name, 0)} now"
        for name in sorted({*planned, *counts})
        if not tolerance.allows(Decimal(planned.get(name, 0)), Decimal(counts.get(name, 0)))
    ]
    if moved:
        raise PlanMoved(f"the records have moved since the plan was made ({'; '.join(moved)})")
    return plan.as_data()


def revert_to(number: int, *, by: User | None, now: datetime, note: str = "") -> PolicyVersion:
    """Put an earlier version's documents in force again, as a new version. Raises PolicyVersion.DoesNotExist."""
    wanted, current = PolicyVersion.objects.get(number=number), current_version()
    base = current.number if current else None
    current_policies()
    checked = check_documents(wanted.documents, environ=environment())
    if checked.mistakes:
        raise PolicyMistakes(checked.mistakes)
    why = note or f"back to version {number}"
    return apply_documents(wanted.documents, by=by, now=now, base=base, note=why)


def _take_effect(before: PolicySet, after: PolicySet, now: datetime) -> int:
    _refuse_other_objects(after)
    register(after, now=now)
    with using(catalogue_with(before.own_fields.values(), after.own_fields.values())):
        queued = renew(before, after, now=now)
    register_own_fields(after, now=now)  # last: from here on until the commit, whoever reads these tables waits
    with using(catalogue_with(after.own_fields.values())):
        keep_unique_indexes(after)
    transaction.on_commit(own_fields.refresh)
    return queued


def _refuse_other_objects(policies: PolicySet) -> None:
    """A stream's records are of one object for ever; its name cannot be given to another."""
    known = {(s.source.name, s.name): s.object for s in Stream.objects.select_related("source")}
    mistakes = [
        Mistake(
            source.name,
            0,
            f"the stream {stream.name} holds {known[source.name, stream.name]} records, not {stream.object}",
            "give the new stream another name",
        )
        for source in policies.sources.values()
        for stream in source.streams.values()
        if known.get((source.name, stream.name), stream.object) != stream.object
    ]
    if mistakes:
        raise PolicyMistakes(tuple(mistakes))


def digest_of(documents: Mapping[str, str]) -> str:
    """The same for the same files."""
    return hashlib.sha256(json.dumps(dict(documents), sort_keys=True).encode()).hexdigest()


def _checked_documents(path: Path) -> dict[str, str]:
    current_policies()
    checked = check(path, environ=environment())
    if checked.mistakes:
        raise PolicyMistakes(checked.mistakes)
    return read_documents(path)[0]


def read_base(folder: Path) -> int | None:
    """The version a folder was pulled from, if it was."""
    file = folder / BASE_FILE
    text = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    return int(text) if text.isdigit() else None


def pull(folder: Path | str) -> PolicyVersion | None:
    """Write the current version's files into a folder; None before the first version."""
    version, path = current_version(), Path(folder)
    if version is None:
        return None
    for name, text in version.documents.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for extra in set(read_documents(path)[0]) - set(version.documents):
        (path / extra).unlink()
    (path / BASE_FILE).write_text(f"{version.number}\n", encoding="utf-8")
    return version
