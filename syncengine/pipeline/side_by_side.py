"""Sources read side by side: while one waits for the database, another is parsed and mapped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TypeVar

from django.db import connection

from syncengine.models import Stream

T = TypeVar("T")
AT_ONCE = 3


def read_each(streams: Sequence[Stream], read: Callable[[Stream], T], *, at_once: int = AT_ONCE) -> list[T]:
    """What `read` gives for every stream, in their order: one source after another is taken up by a free thread,
    its streams in turn. Inside somebody's transaction there is but one connection, so all of them in turn."""
    if at_once < 2 or connection.in_atomic_block:
        return [read(stream) for stream in streams]
    sources = [list(group) for _, group in groupby(streams, key=lambda stream: stream.source_id)]
    with ThreadPoolExecutor(at_once, thread_name_prefix="read") as threads:
        return [result for results in threads.map(lambda own: _in_turn(own, read), sources) for result in results]


def _in_turn(streams: Sequence[Stream], read: Callable[[Stream], T]) -> list[T]:
    """A thread has a connection of its own, which ends with its source."""
    try:
        return [read(stream) for stream in streams]
    finally:
        connection.close()
