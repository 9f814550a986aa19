"""Waking the publish lane once the transaction that queued something has committed."""

from __future__ import annotations

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

LANE_TASK = "syncengine.publish"


def wake_lane() -> None:
    """Ask a worker for a round after commit; without a broker the sweep of the schedule finds the rows."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task(LANE_TASK, retry=False, ignore_result=True)
    except OperationalError:
        return  # the rows are the truth; the sweep runs every few seconds
