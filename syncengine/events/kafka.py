"""The same events from a Kafka topic: committed there only once they are noted here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

import structlog

from syncengine.connectors.secrets import resolve_secrets
from syncengine.events.inbox import store_events
from syncengine.events.shapes import NotUnderstood, Told, read_event
from syncengine.policies import PolicySet, Source, current_policies

log = structlog.get_logger(__name__)
AT_ONCE, WAIT = 200, 1.0


class KafkaMissing(RuntimeError):
    """The optional client is not installed."""


def sources_with_topics(policies: PolicySet) -> list[Source]:
    """Sources that tell of changes over a topic."""
    return [source for source in policies.sources.values() if source.events and source.events.kafka]


def consume(
    source: Source, *, clock: Callable[[], datetime], going: Callable[[], bool] = lambda: True, **options: Any
) -> int:
    """Take messages of a source's topic for as long as `going` says; how many events were new."""
    assert source.events is not None
    declared = resolve_secrets(dict(source.events.kafka), os.environ)
    consumer = _consumer(declared, options)
    consumer.subscribe([declared["topic"]])
    noted = 0
    try:
        while going():
            messages = consumer.consume(AT_ONCE, WAIT)
            good = [message for message in messages if message.error() is None]
            noted += store_events(_read(good, source.name), via="kafka", now=clock()) if good else 0
            if good:
                consumer.commit(asynchronous=False)  # a crash before this line brings them again, which is no news
        return noted
    finally:
        consumer.close()


def _consumer(declared: dict[str, Any], options: dict[str, Any]) -> Any:
    try:
        client = import_module("confluent_kafka")
    except ImportError:
        raise KafkaMissing("Kafka needs its client: pip install confluent-kafka") from None
    settings = {
        "bootstrap.servers": declared["brokers"],
        "group.id": declared.get("group", "concord"),
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    own = {str(name): value for name, value in dict(declared.get("options", {})).items()}
    return client.Consumer(settings | own | options)


def _read(messages: list[Any], source: str) -> list[Told]:
    """What can be read of the messages; one that cannot is logged by its place and passed over."""
    found: list[Told] = []
    policies = current_policies()
    for message in messages:
        place = f"{message.topic()}/{message.partition()}/{message.offset()}"
        try:
            found += read_event(json.loads(message.value()), policies, source=source, id=_id(message))
        except (NotUnderstood, ValueError, TypeError) as error:
            log.warning("event not understood", place=place, reason=str(error))
    return found


def _id(message: Any) -> str | None:
    """The sender's own id, so that an event sent over two ways is one; else a hash of what it says."""
    headers = dict(message.headers() or [])
    given = headers.get("webhook-id") or headers.get("id")
    return given.decode() if isinstance(given, bytes) else given
