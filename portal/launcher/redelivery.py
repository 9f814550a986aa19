"""Tasks that died with their worker, handed out again at once instead of hours later."""

from __future__ import annotations

from celery import Celery
from kombu.transport.redis import Channel

ALL = 1_000_000


def restore_unacknowledged(app: Celery) -> int:
    """The number of tasks given back to their queues; 0 where a worker lives that may still do them.

    Redis and Valkey keep a taken task aside until the visibility timeout; RabbitMQ needs none of this.
    """
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        if not isinstance(channel, Channel):
            return 0
        waiting = int(channel.client.zcard(channel.unacked_index_key))
        if not waiting or app.control.ping(timeout=0.5):
            return 0
        channel.qos.visibility_timeout = 0
        channel.qos.restore_visible(num=ALL, interval=1)
    return waiting
