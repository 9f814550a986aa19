"""Dead letters: what was refused or held, kept with reason and payload, counted once, closed when it heals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.db import transaction

from accounts import audit
from accounts.frames import execute, stage
from accounts.models import User
from syncengine.models import DeadLetter
from syncengine.operations.fingerprints import group_fingerprint, stripped
from syncengine.operations.groups import count_groups
from syncengine.records import Refusal

STAGED = {
    "key": "text", "stage": "text", "rule": "text", "severity": "text", "reason": "text", "where": "text",
    "payload": "text", "fingerprint": "text", "group_key": "text", "title": "text",
}  # fmt: skip


def keep(refusals: Sequence[Refusal], *, stream_id: int, run_id: int, now: datetime) -> int:
    """Store refusals; one seen before and still open is counted again instead of stored twice."""
    if not refusals:
        return 0
    stage("refused_rows", STAGED, _frame(refusals))
    kept = execute(
        "INSERT INTO syncengine_deadletter AS d (stream_id, run_id, key, stage, rule, severity, reason, "
        '"where", payload, '
        "fingerprint, state, seen_count, created_at, seen_at) "
        'SELECT DISTINCT ON (fingerprint) %s, %s, key, stage, rule, severity, reason, "where", payload, fingerprint, '
        "'open', 1, %s, %s FROM refused_rows ORDER BY fingerprint ON CONFLICT (stream_id, fingerprint) "
        "WHERE state = 'open' DO UPDATE SET seen_count = d.seen_count + 1, seen_at = excluded.seen_at, "
        "run_id = excluded.run_id",
        [stream_id, run_id, now, now],
    )
    count_groups(stream_id=stream_id, now=now)
    return kept


def _frame(refusals: Sequence[Refusal]) -> pl.DataFrame:
    """Refused rows are few; each becomes one row here."""
    table = [
        {
            "key": refusal.key,
            "stage": refusal.stage,
            "rule": refusal.rule,
            "severity": refusal.severity,
            "reason": refusal.reason,
            "where": refusal.where,
            "payload": refusal.payload.replace("\x00", "\ufffd"),
            "fingerprint": fingerprint(refusal),
            "group_key": group_fingerprint(refusal.stage, refusal.rule, refusal.reason),
            "title": stripped(refusal.reason),
        }
        for refusal in refusals
    ]
    return pl.DataFrame(table, schema=dict.fromkeys(STAGED, pl.String))


def fingerprint(refusal: Refusal) -> str:
    """The same for the same rows refused for the same reason."""
    parts = (refusal.key or "", refusal.stage, refusal.rule, refusal.reason, refusal.payload)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def heal(stream_id: int, keys: pl.Series, *, now: datetime, state: str = "resolved") -> int:
    """Close the open dead letters of records that were accepted in the end."""
    if not keys.len():
        return 0
    stage("healed_keys", {"key": "text"}, pl.DataFrame({"key": keys}))
    return execute(
        "UPDATE syncengine_deadletter d SET state = %s, closed_at = %s FROM healed_keys h "
        "WHERE d.stream_id = %s AND d.key = h.key AND d.state = 'open' AND d.severity <> 'warn'",
        [state, now, stream_id],
    )


def heal_warnings(stream_id: int, keys: pl.Series, *, run_id: int, now: datetime) -> int:
    """Close the warnings of accepted records that this run did not meet again."""
    if not keys.len():
        return 0
    stage("warned_keys", {"key": "text"}, pl.DataFrame({"key": keys}))
    return execute(
        "UPDATE syncengine_deadletter d SET state = 'resolved', closed_at = %s FROM warned_keys w "
        "WHERE d.stream_id = %s AND d.key = w.key AND d.state = 'open' AND d.severity = 'warn' "
        "AND d.run_id IS DISTINCT FROM %s",
        [now, stream_id, run_id],
    )


class NotEditable(Exception):
    """The record cannot be edited: it is settled already, or the text is no record of this kind."""


@transaction.atomic
def edit(*, letter_id: int, payload: str, reason: str, user: User, now: datetime) -> DeadLetter:
    """Keep what a person made of a refused record; replaying takes it in place of what the source sent."""
    letter = _open_letter(letter_id)
    _check_payload(letter, payload)
    DeadLetter.objects.filter(pk=letter_id).update(edited_payload=payload, note=reason)
    _tell(letter, "edited a refused record", reason, user, now)
    letter.refresh_from_db()
    return letter


@transaction.atomic
def await_source(*, letter_id: int, reason: str, user: User, now: datetime) -> DeadLetter:
    """The source will be mended: the record waits, and closes by itself once the source sends a sound one."""
    letter = _open_letter(letter_id)
    DeadLetter.objects.filter(pk=letter_id).update(waits_for_source=True, note=reason)
    _tell(letter, "asked the source to mend a record", reason, user, now)
    letter.refresh_from_db()
    return letter


@transaction.atomic
def dismiss(*, letter_id: int, reason: str, user: User, now: datetime) -> DeadLetter:
    """The record is not wanted: what is known of it stays as it is."""
    letter = _open_letter(letter_id)
    DeadLetter.objects.filter(pk=letter_id).update(state="dismissed", closed_at=now, note=reason)
    _tell(letter, "dismissed a refused record", reason, user, now)
    letter.refresh_from_db()
    return letter


def _open_letter(letter_id: int) -> DeadLetter:
    letter = DeadLetter.objects.select_for_update().get(pk=letter_id)
    if letter.state != "open":
        raise NotEditable(f"The record was {letter.state} before.")
    return letter


def _check_payload(letter: DeadLetter, payload: str) -> None:
    try:
        given, known = json.loads(payload), json.loads(letter.payload)
    except json.JSONDecodeError as error:
        raise NotEditable(f"This is no record: {error}.") from error
    if not isinstance(given, dict) or not isinstance(known, dict):
        raise NotEditable("What could not be read as a record cannot be edited.")
    strange = sorted(set(given) - set(known))
    if strange:
        raise NotEditable(f"The source's record has no “{strange[0]}”.")


def _tell(letter: DeadLetter, action: str, reason: str, user: User, now: datetime) -> None:
    detail = {"stream": letter.stream_id, "key": letter.key, "rule": letter.rule, "reason": reason}
    audit.record(user=user, action=action, object="dead letter", row_id=letter.pk, detail=detail, at=now)
