"""Schema drift: what a source's columns were and are, judged by whether somebody uses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from syncengine.models import SchemaDrift, Stream

ANSWERS = {"ignore": "ignored", "block": "blocked", "accept": "accepted"}


class Blocked(Exception):
    """Somebody decided that this stream is not read until its schema is looked at."""


def blocking(stream_id: int) -> str:
    """Why the stream is not to be read; empty where nothing stands in the way."""
    columns = list(
        SchemaDrift.objects.filter(stream_id=stream_id, state="blocked").values_list("column", flat=True)
    )
    return f"blocked since {', '.join(sorted(columns))} changed: see its schema page" if columns else ""


@transaction.atomic
def note_columns(stream: Stream, found: Mapping[str, str], mapped: set[str], *, now: datetime) -> int:
    """Compare with the columns of the reading before; how many differ. What is only new and unused is accepted."""
    known: Mapping[str, str] | None = stream.columns
    if known == dict(found):
        return 0
    Stream.objects.filter(pk=stream.pk).update(columns=dict(found))
    if known is None:
        return 0
    rows = [
        SchemaDrift(stream=stream, column=name, kind=kind, was=was, now=new, mapped=name in mapped, seen_at=now,
                    state="accepted" if kind == "added" and name not in mapped else "open")
        for name, kind, was, new in _differences(known, found)
    ]  # fmt: skip
    back = [row.column for row in rows]
    SchemaDrift.objects.filter(stream=stream, column__in=back, state__in=["open", "blocked"]).update(state="over")
    SchemaDrift.objects.bulk_create(rows)
    return len(rows)


def _differences(known: Mapping[str, str], found: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    added = [(name, "added", "", found[name]) for name in found if name not in known]
    removed = [(name, "removed", known[name], "") for name in known if name not in found]
    retyped = [
        (name, "retyped", known[name], found[name])
        for name in found
        if name in known and known[name] != found[name] and "null" not in (known[name], found[name])
    ]
    return [*added, *removed, *retyped]


@transaction.atomic
def decide_drift(*, drift: SchemaDrift, answer: str, user: User, now: datetime) -> None:
    """Ignore it, accept it, or read nothing more of the stream until it is looked at."""
    if answer not in ANSWERS:
        raise ValueError(f"unknown answer to drift: {answer}")
    SchemaDrift.objects.filter(pk=drift.pk).update(state=ANSWERS[answer], decided_by=user, decided_at=now)
    audit.record(user=user, action=f"drift: {ANSWERS[answer]}", object="stream", row_id=drift.stream_id, at=now,
                 detail={"column": drift.column, "kind": drift.kind})  # fmt: skip
