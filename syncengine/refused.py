"""Dead letters: what was refused or held, kept with reason and payload, counted once, closed when it heals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from accounts.frames import execute, stage
from syncengine.records import Refusal

STAGED = {
    "key": "text", "stage": "text", "rule": "text", "severity": "text", "reason": "text", "where": "text",
    "payload": "text", "fingerprint": "text",
}  # fmt: skip


def keep(refusals: Sequence[Refusal], *, stream_id: int, run_id: int, now: datetime) -> int:
    """Store refusals; one seen before and still open is counted again instead of stored twice."""
    if not refusals:
        return 0
    stage("refused_rows", STAGED, _frame(refusals))
    return execute(
        "INSERT INTO syncengine_deadletter AS d (stream_id, run_id, key, stage, rule, severity, reason, "
        '"where", payload, '
        "fingerprint, state, seen_count, created_at, seen_at) "
        'SELECT DISTINCT ON (fingerprint) %s, %s, key, stage, rule, severity, reason, "where", payload, fingerprint, '
        "'open', 1, %s, %s FROM refused_rows ORDER BY fingerprint ON CONFLICT (stream_id, fingerprint) "
        "WHERE state = 'open' DO UPDATE SET seen_count = d.seen_count + 1, seen_at = excluded.seen_at, "
        "run_id = excluded.run_id",
        [stream_id, run_id, now, now],
    )


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
