"""Schema drift: what a source's columns were and are, judged by whether somebody uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from syncengine.mapping.drift import likely_names
from syncengine.models import SchemaDrift, Stream
from syncengine.operations.habits import Broken

ANSWERS = {"ignore": "ignored", "block": "blocked", "accept": "accepted"}


class Blocked(Exception):
    """Somebody decided that this stream is not read until its schema is looked at."""


def blocking(stream_id: int) -> str:
    """Why the stream is not to be read; empty where nothing stands in the way."""
    columns = list(SchemaDrift.objects.filter(stream_id=stream_id, state="blocked").values_list("column", flat=True))
    named = ", ".join(sorted(column or "its volume" for column in columns))
    return f"blocked since {named} changed: see its schema page" if columns else ""


@transaction.atomic
def note_columns(stream: Stream, found: Mapping[str, str], mapped: set[str], *, now: datetime) -> list[SchemaDrift]:
    """Compare with the columns of the reading before; what differs. What is only new and unused is accepted."""
    known: Mapping[str, str] | None = stream.columns
    if known == dict(found):
        return []
    Stream.objects.filter(pk=stream.pk).update(columns=dict(found))
    if known is None:
        return []
    differences = _differences(known, found)
    return _note(stream, [_drift(stream, *difference, mapped, now) for difference in differences])


@transaction.atomic
def note_habits(stream: Stream, broken: Sequence[Broken], mapped: set[str], *, now: datetime) -> list[SchemaDrift]:
    """Note what a reading brought that is unlike those before; what nobody uses is accepted."""
    return _note(stream, [_drift(stream, b.column, b.kind, b.was, b.now, mapped, now) for b in broken])


def _drift(
    stream: Stream, column: str, kind: str, was: str, now_is: str, mapped: set[str], now: datetime
) -> SchemaDrift:
    used = column in mapped or kind == "volume"
    accepted = not used and kind in ("added", "values", "nulls")
    return SchemaDrift(stream=stream, column=column, kind=kind, was=was, now=now_is, mapped=used, seen_at=now,
                       state="accepted" if accepted else "open")  # fmt: skip


def _note(stream: Stream, rows: Sequence[SchemaDrift]) -> list[SchemaDrift]:
    """A column that differs again speaks for itself: what was said of it before is over."""
    back = [row.column for row in rows]
    SchemaDrift.objects.filter(stream=stream, column__in=back, state__in=["open", "blocked"]).update(state="over")
    return SchemaDrift.objects.bulk_create(rows)


def _differences(known: Mapping[str, str], found: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    gone, new = [name for name in known if name not in found], [name for name in found if name not in known]
    names = {old: name for name, old in {name: old for old, name in likely_names(gone, new).items()}.items()}
    renamed = [(old, "renamed", old, name) for old, name in names.items()]
    added = [(name, "added", "", found[name]) for name in new if name not in names.values()]
    removed = [(name, "removed", known[name], "") for name in gone if name not in names]
    retyped = [
        (name, "retyped", known[name], found[name])
        for name in found
        if name in known and known[name] != found[name] and "null" not in (known[name], found[name])
    ]
    return [*added, *renamed, *removed, *retyped]


@transaction.atomic
def decide_drift(*, drift: SchemaDrift, answer: str, user: User, now: datetime) -> None:
    """Ignore it, accept it, or read nothing more of the stream until it is looked at."""
    if answer not in ANSWERS:
        raise ValueError(f"unknown answer to drift: {answer}")
    SchemaDrift.objects.filter(pk=drift.pk).update(state=ANSWERS[answer], decided_by=user, decided_at=now)
    audit.record(user=user, action=f"drift: {ANSWERS[answer]}", object="stream", row_id=drift.stream_id, at=now,
                 detail={"column": drift.column, "kind": drift.kind})  # fmt: skip
