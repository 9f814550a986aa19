"""A window's ends as values of the column that tells when a row changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncengine.connectors.errors import ConnectorError

ISO = re.compile(r"\d{4}-\d\d-\d\d(?:(?P<sep>[T ])\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?$")
NUMBERS = ("integer", "bigint", "smallint", "numeric", "real", "double precision")
FOLD = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a window as the column holds them; both belong to it."""

    since: str | int | None
    until: str | int


def window_ends(since: str | None, until: str, *, word: str, sample: str | None, zone: ZoneInfo) -> Ends:
    """Return the ends for a column of this type; `sample` shows how a text column writes its times."""
    if word in NUMBERS:
        return Ends(int(since) if since is not None else None, int(until))
    write = WRITERS.get(word) or _writer_like(sample or "")
    first = None if since is None else datetime.fromisoformat(since)
    last = datetime.fromisoformat(until)
    return Ends(None if first is None else write(_earliest(first, last, zone)), write(_latest(last, zone)))


@dataclass(frozen=True, slots=True)
class End:
    """One end: the instant, and the local time that surely lies outside of it."""

    instant: datetime
    local: datetime


def _earliest(since: datetime, until: datetime, zone: ZoneInfo) -> End:
    # When clocks go back, an hour of local times comes twice: the smaller offset reaches behind both.
    offsets = [_offset(at, zone) for at in (since, since + FOLD, until)]
    return End(since, _naive(since) + min(offsets))


def _latest(until: datetime, zone: ZoneInfo) -> End:
    return End(until, _naive(until) + max(_offset(until, zone), _offset(until - FOLD, zone)))


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _instant(end: End) -> str:
    return end.instant.isoformat()


def _local(end: End) -> str:
    return end.local.isoformat(" ")


def _day(end: End) -> str:
    return end.local.date().isoformat()


WRITERS: Mapping[str, Callable[[End], str]] = {
    "timestamp with time zone": _instant,
    "timestamp without time zone": _local,
    "date": _day,
}


def _writer_like(sample: str) -> Callable[[End], str]:
    """Return a writer whose texts sort among texts like the sample."""
    form = ISO.match(sample)
    if form is None:
        raise ConnectorError(
            f"the modified column holds {sample[:40]!r}, which does not sort by time: leave `modified` out, "
            "or read a query that casts it to ISO 8601"
        )
    separator, zoned = form["sep"], form["zone"] is not None
    if zoned and form["zone"] not in ("Z", "+00:00", "+0000"):
        raise ConnectorError(
            f"the modified column holds times with changing offsets ({sample[:40]!r}), which do not sort by "
            "time: leave `modified` out, or read a query that casts it to UTC"
        )

    def write(end: End) -> str:
        at = _naive(end.instant) if zoned else end.local
        return at.strftime(f"%Y-%m-%d{separator}%H:%M:%S") if separator else at.strftime("%Y-%m-%d")

    return write
