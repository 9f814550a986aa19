"""One moment of the database for everything a page or an answer reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db import connection, transaction

Found = TypeVar("Found")
# What was read in the moment that is being looked at; None outside of one.
_read: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("read", default=None)


@contextmanager
def snapshot() -> Iterator[None]:
    """A repeatable-read, read-only transaction; inside one that already runs it changes nothing."""
    if _read.get() is not None:
        yield
        return
    token = _read.set({})
    try:
        with _one_moment():
            yield
    finally:
        _read.reset(token)


@contextmanager
def _one_moment() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def once(read: Callable[[], Found]) -> Callable[[], Found]:
    """Reads once in a moment what every section of a page asks for; outside of one each call reads anew."""

    @wraps(read)
    def remembered() -> Found:
        known = _read.get()
        if known is None:
            return read()
        if read not in known:
            known[read] = read()
        return known[read]

    return remembered
