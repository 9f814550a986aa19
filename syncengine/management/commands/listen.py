"""manage.py listen: takes events from the Kafka topics that sources declare, until stopped."""

from __future__ import annotations

import signal
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from syncengine.events.kafka import KafkaMissing, consume, sources_with_topics
from syncengine.policies import Source, current_policies


class Command(BaseCommand):
    help = "Take events from the Kafka topics that sources declare under `events: kafka:`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="name of the source; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        sources = [s for s in sources_with_topics(current_policies()) if options["source"] in (None, s.name)]
        if not sources:
            raise CommandError("No source declares a topic; add `kafka:` below `events:` in its YAML.")
        stopped = Event()
        failures: list[Exception] = []
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stopped.set())
        threads = [Thread(target=_listen, args=(source, stopped, failures)) for source in sources]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise CommandError(str(failures[0]))


def _listen(source: Source, stopped: Event, failures: list[Exception]) -> None:
    try:
        consume(source, clock=timezone.now, going=lambda: not stopped.is_set())
    except KafkaMissing as error:
        failures.append(error)
        stopped.set()
    finally:
        connection.close()
