"""Which merges one person must not decide alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from accounts.models import Account, AccountSummary
from accounts.reference import get_tolerance
from syncengine.models import StewardTask
from syncengine.resolution.guards import LIMITS_DIFFER, OPEN_BOTH
from syncengine.steward.identifiers import clashing_identifiers, clashing_pairs

MOST_RECORDS = 5


def why_two_people(task: StewardTask, left: Sequence[int], right: Sequence[int]) -> list[str]:
    """Reasons, in words; none where one person may decide."""
    reasons = list(task.hold.reasons) if task.hold else []
    ids = [pk for pk in (task.account_id, task.other_account_id) if pk]
    summaries = list(AccountSummary.objects.filter(pk__in=ids))
    limits = set(Account.objects.filter(pk__in=ids, credit_limit__isnull=False).values_list("credit_limit", flat=True))
    revenue = sum((row.revenue_ttm or Decimal(0) for row in summaries), Decimal(0))
    most = get_tolerance("merge_two_people").amount
    told = [
        (OPEN_BOTH, len(summaries) == 2 and all((row.open_receivable or 0) > 0 for row in summaries)),
        (LIMITS_DIFFER, len(limits) > 1),
        ("much revenue", most is not None and revenue > most),
        ("many records", len(left) + len(right) > MOST_RECORDS),
        *((f"different {name}", True) for name in clashing_identifiers(left, right)),
    ]
    return list(dict.fromkeys([*reasons, *(words for words, holds in told if holds)]))


def many_need_two(tasks: Sequence[StewardTask]) -> set[int]:
    """Which of these tasks one person must not decide, in a few queries; hard identifiers that clash included."""
    accounts = {pk for task in tasks for pk in (task.account_id, task.other_account_id) if pk}
    limits = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "credit_limit"))
    revenue = dict(AccountSummary.objects.filter(pk__in=accounts).values_list("pk", "revenue_ttm"))
    most = get_tolerance("merge_two_people").amount
    clashes = clashing_pairs([(task.records[0], task.records[1]) for task in tasks if len(task.records) == 2])
    found = set()
    for task in tasks:  # the tasks of one batch; no query inside
        pair = [task.account_id or 0, task.other_account_id or 0]
        told = [limits.get(pk) for pk in pair if limits.get(pk) is not None]
        worth = sum((revenue.get(pk) or Decimal(0) for pk in pair), Decimal(0))
        dear = most is not None and worth > most
        if task.both_open or len(set(told)) > 1 or dear or tuple(task.records) in clashes:
            found.add(task.pk)
    return found
