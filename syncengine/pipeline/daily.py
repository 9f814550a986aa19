"""The daily pass: renews what moves at midnight without any data, in the lane like everything else.

It is run every half hour and finds the customers for whom a day has ended since, so each time zone has its
own midnight. It renews in rounds: whatever else waits for the lane slips in between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import derived
from accounts.forecast.making import make_due
from accounts.golden import touched
from accounts.golden.days import touch_behind
from accounts.golden.shape import GOLDEN
from accounts.partitions import ensure_partitions
from syncengine.models import Run
from syncengine.pipeline.lane import hold_lane
from syncengine.pipeline.rejudge import expire_waivers
from syncengine.pipeline.source_run import now_utc
from syncengine.policies import current_policies
from syncengine.publish.ripening import ripen
from syncengine.quality import measure_all
from syncengine.steward.pins import expire_pins
from syncengine.steward.relations import propose_relations

ROUND_CUSTOMERS = 50_000


def renew_day(*, keep_runs_days: int = 90, clock: Callable[[], datetime] = now_utc) -> int:
    """Renew the figures of every customer whose day has ended; how many customers that were."""
    now = clock()
    end_terms(now=now)
    renewed = last = 0
    while True:
        count, last = _renew_round(now, after=last)
        if not count:
            break
        renewed += count
    if renewed:
        with transaction.atomic():
            hold_lane()
            propose_relations(now=now)
    with transaction.atomic():
        ensure_partitions(now.date())
        _forget_runs(now - timedelta(days=keep_runs_days))
    measure_all(now=now)
    make_due(today=now.date(), at=now)
    return renewed


def _renew_round(now: datetime, *, after: int) -> tuple[int, int]:
    """Customers renewed and the last id among them."""
    with transaction.atomic():
        hold_lane()
        touched.begin()
        last = touch_behind(now, after=after, limit=ROUND_CUSTOMERS)
        count = touched.settle()
        if count:
            derived.renew(at=now)
    return count, last


def end_terms(*, now: datetime) -> int:
    """What stood for a time only: pins and waivers that expire, values that have come of age; records queued."""
    policies = current_policies()
    with transaction.atomic():
        expired = expire_pins(now=now)
        ripe = sum(ripen(name, policies, now=now) for name in GOLDEN)
    return expired + ripe + expire_waivers(policies, now=now)


def _forget_runs(before: datetime) -> None:
    """Runs are kept for a while; what they refused is kept until it is settled."""
    Run.objects.filter(finished_at__lt=before, dead_letters=None).delete()
