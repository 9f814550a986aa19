"""Tasks of a killed worker are handed out again at the next start."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from kombu import Connection

from portal.launcher.redelivery import restore_unacknowledged

BASE = Path(__file__).resolve().parent.parent.parent
TAKE_AND_DIE = """
    import os, signal, sys
    from kombu import Connection
    queue = Connection(sys.argv[1]).SimpleQueue("taken")
    for _ in range(3):
        queue.get(timeout=5)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def app() -> Iterator[Celery]:
    """An application on the suite's broker, whose queue is emptied again."""
    app = Celery("redelivery", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    yield app
    with Connection(settings.CELERY_BROKER_URL) as connection:
        connection.SimpleQueue("taken").clear()


def waiting() -> int:
    """Tasks in the queue."""
    with Connection(settings.CELERY_BROKER_URL) as connection:
        return connection.SimpleQueue("taken").qsize()


def test_unacknowledged_tasks_return_at_once(app: Celery) -> None:
    with Connection(settings.CELERY_BROKER_URL) as connection:
        queue = connection.SimpleQueue("taken")
        for number in range(5):
            queue.put({"id": number})
    command = [sys.executable, "-c", textwrap.dedent(TAKE_AND_DIE), settings.CELERY_BROKER_URL]
    subprocess.run(command, cwd=BASE)
    left = waiting()

    restored = restore_unacknowledged(app)

    assert (left, restored, waiting()) == (2, 3, 5)
    assert restore_unacknowledged(app) == 0
