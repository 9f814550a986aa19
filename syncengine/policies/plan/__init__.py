"""What policies would change, told before anything does: the pipeline run dry, and the differences counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
from django.db import transaction

from accounts.catalogue.own import using
from accounts.frames import rows
from accounts.golden.shape import GOLDEN
from syncengine.policies.current import current_policies, environment
from syncengine.policies.differences import changed_survivorship, compare, remapped_streams
from syncengine.policies.fields import catalogue_with
from syncengine.policies.load import Checked, check, check_documents
from syncengine.policies.plan.golden import GoldenDiff, diff_golden
from syncengine.policies.plan.links import LinkDiff, diff_links
from syncengine.policies.plan.money import customers_of, money_of
from syncengine.policies.plan.records import Remapped, remap
from syncengine.policies.plan.reference import diff_reference
from syncengine.policies.plan.shapes import (
    FieldChange,
    Judged,
    LinkChange,
    Money,
    PolicyPlan,
    TaskChange,
    WriteBack,
)
from syncengine.policies.plan.writes import diff_writes
from syncengine.policies.shapes import PolicySet

__all__ = [
    "FieldChange",
    "Judged",
    "LinkChange",
    "Money",
    "PolicyPlan",
    "TaskChange",
    "WriteBack",
    "plan_documents",
    "plan_folder",
]


def plan_folder(folder: Path | str, *, now: datetime) -> PolicyPlan:
    """Compare a folder with the policies in force; nothing is written."""
    current_policies()  # whose own fields this process must know before it reads any text
    return _plan(check(folder, environ=environment()), now)


def plan_documents(documents: Mapping[str, str], *, now: datetime) -> PolicyPlan:
    """Compare policy texts with the policies in force; nothing is written."""
    current_policies()
    return _plan(check_documents(documents, environ=environment()), now)


def _plan(checked: Checked, now: datetime) -> PolicyPlan:
    before, after = current_policies(), checked.policy_set
    if checked.mistakes:
        return PolicyPlan(before.number, checked.mistakes)
    told = tuple(compare(before, after))
    position, waiting = rows("SELECT max(id), count(*) FROM syncengine_dirty")[0]
    plan = PolicyPlan(before.number, (), told, position=position, waiting=waiting, planned_at=now)
    if not before.sources:
        return plan
    both = catalogue_with(before.own_fields.values(), after.own_fields.values())
    with using(both), transaction.atomic():  # what is compared is staged
        return _compared(plan, before, after, now)


def _compared(plan: PolicyPlan, before: PolicySet, after: PolicySet, now: datetime) -> PolicyPlan:
    """The plan with what would differ: values, links, tasks, write-backs, and the money they touch."""
    remapped = remap(before, after, now=now)
    diffs = _golden(before, after, remapped, now)
    writes = [message for diff in diffs for message in diff_writes(diff, after)]
    links = diff_links(remapped.overlays, now=now)
    referred = diff_reference(before.reference, after.reference)
    customers = pl.concat([customers_of(diffs), links.accounts, referred.customers]).unique()
    return replace(
        plan,
        golden=(*(change for diff in diffs for change in diff.changes), *referred.territories),
        documents=(*remapped.documents, *referred.amounts),
        links=links.change,
        tasks=_tasks(diffs, links, remapped),
        judged=tuple(found for found in remapped.judged if any((found.refused, found.held, found.warned, found.freed))),
        write_backs=tuple(writes),
        money=money_of(customers),
        read_anew=tuple(remapped_streams(before, after)),
    )


def _golden(before: PolicySet, after: PolicySet, remapped: Remapped, now: datetime) -> list[GoldenDiff]:
    names = {*changed_survivorship(before, after), *(overlay.object for overlay in remapped.overlays)}
    return [diff_golden(name, before, after, remapped.overlays, now=now) for name in GOLDEN if name in names]


def _tasks(diffs: Sequence[GoldenDiff], links: LinkDiff, remapped: Remapped) -> tuple[TaskChange, ...]:
    accounts = [diff for diff in diffs if diff.object == "account"]
    found = (
        TaskChange("conflict", sum(d.opened for d in accounts), sum(d.closed for d in accounts)),
        TaskChange("duplicate", links.asked, 0),
        TaskChange("validation", sum(j.held for j in remapped.judged), sum(j.freed for j in remapped.judged)),
    )
    return tuple(change for change in found if change.opened or change.closed)
