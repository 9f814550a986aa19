"""Tasks of a killed worker are handed out again at the next start."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from kombu import Connection

from portal.launcher.redelivery import restore_unacknowledged
from portal.services.process import await_condition

BASE = Path(__file__).resolve().parent.parent.parent
TAKE_AND_DIE = """
    import os, signal, sys
    from kombu import Connection
    queue = Connection(sys.argv[1]).SimpleQueue("taken")
    for _ in range(3):
        queue.get(timeout=5)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def app_of(url: str) -> Celery:
    """An application as ours is set up, on a broker."""
    app = Celery("redelivery", broker=url, set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return app


def waiting(url: str) -> int:
    """Tasks in the queue."""
    with Connection(url) as connection:
        return connection.SimpleQueue("taken").qsize()


def take_and_die(url: str) -> int:
    """Five tasks are sent, and somebody who took three is killed; how many wait at that moment."""
    with Connection(url, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as connection:
        queue = connection.SimpleQueue("taken")
        for number in range(5):
            queue.put({"id": number})
    subprocess.run([sys.executable, "-c", textwrap.dedent(TAKE_AND_DIE), url], cwd=BASE)
    return waiting(url)


def clear(url: str) -> None:
    """Leave nothing behind on a broker that others use."""
    with Connection(url) as connection:
        connection.SimpleQueue("taken").clear()


def test_unacknowledged_tasks_return_at_once() -> None:
    url = settings.CELERY_BROKER_URL
    app, left = app_of(url), take_and_die(url)

    restored = restore_unacknowledged(app)

    assert (left, restored, waiting(url)) == (2, 3, 5)
    assert restore_unacknowledged(app) == 0
    clear(url)


def test_rabbitmq_hands_out_again_by_itself() -> None:
    url = os.environ.get("TEST_AMQP_URL")
    if not url:
        pytest.skip("no RabbitMQ: name one as TEST_AMQP_URL, such as amqp://guest:guest@127.0.0.1//")
    take_and_die(url)

    assert await_condition(lambda: waiting(url) == 5, 10)
    assert restore_unacknowledged(app_of(url)) == 0
    clear(url)
