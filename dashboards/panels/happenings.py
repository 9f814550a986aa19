"""The timeline as a tab: one stream of everything, by kind, by month, and what is new since the last visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from accounts.selectors import timeline
from accounts.workspace import last_visit
from dashboards.panels.customer import happens
from dashboards.panels.events import Event, event_view, kind_label
from dashboards.panels.section import Panel, Reading

SHOWN = 60


@dataclass(frozen=True)
class KindChip:
    """A filter of one kind of happening."""

    label: str
    query: str
    on: bool


@dataclass(frozen=True)
class Month:
    """The happenings of one month."""

    first: date
    events: Sequence[Event]


def _timeline(reading: Reading) -> Any:
    params, visit = reading.params, last_visit(reading.user, reading.customer.account, reading.now)
    kinds = [kind for kind in params.get("kinds", "").split(",") if kind]
    fresh = params.get("new") == "1" and visit is not None
    found = timeline.list_timeline(
        reading.user,
        reading.customer.account,
        now=_until(params.get("month", ""), reading.now),
        limit=SHOWN + 1,
        kinds=kinds,
        after=visit if fresh else None,
        cursor=_cursor(params.get("before", "")),
    )
    shown, more = found[:SHOWN], len(found) > SHOWN
    return {
        "months": _months(shown, visit),
        "kinds": _chips(timeline.kinds_of(reading.user), kinds, params),
        "older": _query(params, before=_write(shown[-1])) if more else "",
        "visit": visit,
        "fresh": fresh,
    } | _ways(params, fresh)


def _ways(params: Any, fresh: bool) -> dict[str, Any]:
    """Where the controls of the stream lead: only what is new, one line each, another month."""
    return {
        "fresh_query": _query(params, new=None if fresh else "1"),
        "dense": params.get("rows") == "dense",
        "dense_query": _query(params, rows=None if params.get("rows") == "dense" else "dense"),
        "month": params.get("month", ""),
        "kept": [(name, value) for name, value in params.items() if name not in ("month", "before")],
    }


def _months(found: Sequence[timeline.Happening], visit: datetime | None) -> list[Month]:
    events = [event_view(happening, new=visit is not None and happening.at > visit) for happening in found]
    months = groupby(events, key=lambda event: event.at.date().replace(day=1))
    return [Month(first, list(events)) for first, events in months]


def _chips(offered: Sequence[str], chosen: Sequence[str], params: Any) -> list[KindChip]:
    def toggled(kind: str) -> str:
        rest = [name for name in offered if (name in chosen) != (name == kind)]
        return _query(params, kinds=",".join(rest) or None)

    return [KindChip(kind_label(kind), toggled(kind), kind in chosen) for kind in offered]


def _query(params: Any, **changes: str | None) -> str:
    kept = {name: value for name, value in params.items() if name != "before"} | changes
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _until(month: str, now: datetime) -> datetime:
    """The end of a month such as 2026-03; now for what isn't one."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return now
    return min((first + timedelta(days=32)).replace(day=1) - timedelta(seconds=1), now)


def _write(last: timeline.Happening) -> str:
    return f"{last.at.isoformat()}~{last.object}~{last.id}"


def _cursor(text: str) -> timeline.Cursor | None:
    """The line a page goes on from; none where the text is damaged."""
    at, _, rest = text.partition("~")
    object, _, id = rest.partition("~")
    try:
        return datetime.fromisoformat(at), object, int(id)
    except ValueError:
        return None


PANELS = (
    Panel(
        "timeline",
        "Timeline",
        "dashboards/customer/_stream.html",
        _timeline,
        happens,
    ),
)
