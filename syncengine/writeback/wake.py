"""Waking senders once the transaction that planned something has committed; the sweeper finds what that lost."""

from __future__ import annotations

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

OUTBOX_TASK = "syncengine.send_outbox"


def wake_outbox() -> None:
    """Ask a worker to send after commit."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task(OUTBOX_TASK, retry=False, ignore_result=True)
    except OperationalError:
        return  # the rows are the truth; the sweep of the schedule runs every few seconds
