"""Replaying what was refused: the kept payloads go through the same stages again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models.functions import Coalesce

from accounts.catalogue import load
from accounts.frames import stage
from accounts.golden.shape import GOLDEN
from syncengine import landing
from syncengine.canonical import read_canonical
from syncengine.mapping import compile_stream, map_rows, rows_from_payloads
from syncengine.models import DeadLetter, Run, Stream
from syncengine.pipeline.batch import Reading, judged, take
from syncengine.pipeline.source_run import now_utc
from syncengine.policies import current_policies
from syncengine.validation.repairs import suggest

AT_ONCE, REHEARSED, SHOWN = 5_000, 1_000, 5


def replay(
    dead_letter_ids: Sequence[int], *, waive_holds: bool = False, clock: Callable[[], datetime] = now_utc
) -> list[Run]:
    """Try refused records again under today's policies; one run a stream. What is refused again stays open."""
    letters = DeadLetter.objects.filter(pk__in=dead_letter_ids, state="open").exclude(stage="read")
    streams = Stream.objects.filter(pk__in=letters.values("stream_id")).select_related("source")
    return [_replay_stream(stream, letters.filter(stream=stream), waive_holds, clock()) for stream in streams]


def _replay_stream(stream: Stream, letters: object, waive_holds: bool, now: datetime) -> Run:
    policies = current_policies()
    told = Coalesce("edited_payload", "payload")
    chosen = list(letters.order_by("pk").values_list("pk", "key", told))  # type: ignore[attr-defined]
    with transaction.atomic():
        run = Run.objects.create(
            stream=stream,
            kind="replay",
            started_at=now,
            heartbeat_at=now,
            policy_version=policies.number,
            known_before=landing.count_live(stream.pk),
        )
        DeadLetter.objects.filter(pk__in=[pk for pk, _, _ in chosen]).update(state="replayed", closed_at=now)
        declared = policies.stream(stream.source.name, stream.name)
        plan = compile_stream(declared, load())
        payloads = pl.Series([payload for _, _, payload in chosen], dtype=pl.String)
        raw = rows_from_payloads(payloads, plan.columns)
        tally = take(raw, (), Reading(stream, declared, plan, policies, run.pk, waive_holds), now=now)
        tally.write(run.pk, state="succeeded", finished_at=now, known_after=landing.count_live(stream.pk))
    run.refresh_from_db()
    return run


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of replayed records, or would become of them: how many, and why those refused again were."""

    tried: int
    taken: int
    again: int
    reasons: tuple[str, ...] = ()


def replay_many(dead_letter_ids: Sequence[int], *, clock: Callable[[], datetime] = now_utc) -> Outcome:
    """Replay any number of records, some thousands in one transaction."""
    parts = [dead_letter_ids[at : at + AT_ONCE] for at in range(0, len(dead_letter_ids), AT_ONCE)]
    return _outcome([run for part in parts for run in replay(part, clock=clock)])


def rehearse(dead_letter_ids: Sequence[int], *, clock: Callable[[], datetime] = now_utc) -> Outcome:
    """What replaying the first of these records would do; nothing of it stays."""
    with transaction.atomic():
        outcome = _outcome(replay(dead_letter_ids[:REHEARSED], clock=clock))
        transaction.set_rollback(True)
    return outcome


def _outcome(runs: Sequence[Run]) -> Outcome:
    again = sum(run.rejected + run.held for run in runs)
    open_again = DeadLetter.objects.filter(run__in=[run.pk for run in runs], state="open").exclude(severity="warn")
    reasons = open_again.values_list("reason", flat=True).order_by("reason").distinct()[:SHOWN]
    return Outcome(sum(run.read for run in runs), sum(run.read for run in runs) - again, again, tuple(reasons))


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a record would do: its fields as they are known, as they would be, and why not, if refused."""

    changes: tuple[tuple[str, str, str], ...]
    refused: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether the record would be accepted."""
        return not self.refused and not self.held


def preview(letter_id: int, payload: str | None = None, *, now: datetime) -> Preview:
    """What replaying a refused record would change, with another payload where one is given; nothing is written."""
    letter = DeadLetter.objects.select_related("stream__source").get(pk=letter_id)
    stream = letter.stream
    policies = current_policies()
    declared = policies.stream(stream.source.name, stream.name)
    plan = compile_stream(declared, load())
    told = pl.Series([payload or letter.edited_payload or letter.payload], dtype=pl.String)
    mapped = map_rows(rows_from_payloads(told, plan.columns), plan, now=now)[0]
    reading = Reading(stream, declared, plan, policies, run_id=0)
    with transaction.atomic():  # rules stage what they look up
        checked = judged(mapped, reading, now)
        before = _known_row(stream, letter.key)
    return Preview(
        changes=_changes(before, mapped.rows),
        refused=tuple(refusal.reason for refusal in checked.refused),
        held=tuple(refusal.reason for refusal in checked.held),
        warnings=tuple(refusal.reason for refusal in checked.warnings),
    )


def _known_row(stream: Stream, key: str | None) -> dict[str, Any]:
    """The accepted canonical row of a key; empty for documents and for what was never accepted."""
    if stream.object not in GOLDEN or key is None:
        return {}
    stage("previewed_key", {"key": "text"}, pl.DataFrame({"key": [key]}))
    where = f"c.source_id = {int(stream.source_id)} AND c.key IN (SELECT key FROM previewed_key)"
    found = read_canonical(stream.object, where)
    return found.row(0, named=True) if found.height else {}


def _changes(before: dict[str, Any], rows: pl.DataFrame) -> tuple[tuple[str, str, str], ...]:
    after = rows.row(0, named=True) if rows.height else {}
    names = [name for name in after if name not in ("key", "source_version", "modified_at", "deleted")]
    return tuple(
        (name, _shown(before.get(name)), _shown(after[name]))
        for name in names
        if _shown(before.get(name)) != _shown(after[name])
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A better value for one column of a refused record, and the payload with it."""

    field: str
    column: str
    before: str
    after: str
    payload: str


def list_suggestions(letter_id: int, *, now: datetime) -> list[Suggestion]:
    """What the record was probably meant to say, for each field of the rule it broke."""
    letter = DeadLetter.objects.select_related("stream__source").get(pk=letter_id)
    stream, policies = letter.stream, current_policies()
    declared = policies.stream(stream.source.name, stream.name)
    rule = next((r for r in policies.rules_for(declared, stream.object) if r.name == letter.rule), None)
    payload = json.loads(letter.edited_payload or letter.payload)
    if rule is None or not isinstance(payload, dict):
        return []
    maps = {m.field: m for m in declared.fields if m.how == "column"}
    found = []
    for name in (name for name in rule.fields if name in maps):
        column = maps[name].columns[0]
        value = str(payload.get(column) or "")
        better = suggest(rule, load()[stream.object].fields[name], value) if value else None
        if better is not None:
            told = json.dumps({**payload, column: better}, ensure_ascii=False, separators=(",", ":"))
            found.append(Suggestion(name, column, value, better, told))
    return found
