"""The daily pass: renews what moves at midnight without any data, in the lane like everything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import derived
from accounts.golden import touched
from accounts.golden.shape import GOLDEN
from accounts.partitions import ensure_partitions
from syncengine.models import Run
from syncengine.pipeline.lane import hold_lane
from syncengine.pipeline.rejudge import expire_waivers
from syncengine.pipeline.source_run import now_utc
from syncengine.policies import current_policies
from syncengine.publish.ripening import ripen
from syncengine.steward.pins import expire_pins


def renew_day(*, keep_runs_days: int = 90, clock: Callable[[], datetime] = now_utc) -> int:
    """Figures of every customer whose ageing or windows have moved; how many changed."""
    now = clock()
    end_terms(now=now)
    today = timezone.localdate(now, ZoneInfo(settings.TIME_ZONE))
    with transaction.atomic():
        hold_lane()
        ensure_partitions(today)
        touched.begin()
        touched.touch("SELECT account_id FROM accounts_accountsummary WHERE computed_date < %s", [today])
        touched.settle()
        changed = derived.renew(at=now, today=today)
        _forget_runs(now - timedelta(days=keep_runs_days))
    return sum(changed.values())


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
