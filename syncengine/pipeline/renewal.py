"""Figures of a few customers renewed at once, after a person decided something about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts import derived
from accounts.frames import rows
from accounts.golden import touched
from syncengine.pipeline.lane import LANE_LOCK, hold_lane


def renew_customers(ids: Sequence[int], *, now: datetime, wait: bool = False) -> bool:
    """Renew what follows from these customers' documents; False if a publish is running and we don't wait."""
    with transaction.atomic():
        if wait:
            hold_lane()
        elif not rows("SELECT pg_try_advisory_xact_lock(%s)", [LANE_LOCK])[0][0]:
            return False
        touched.begin()
        touched.touch("SELECT id FROM accounts_account WHERE id = ANY(%s)", [list(ids)])
        touched.settle()
        derived.renew(at=now)
    return True
