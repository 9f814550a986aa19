"""The outbox's rows: planned in sets, claimed one record at a time, and never sent twice for one decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction

from accounts.catalogue import load
from accounts.frames import execute, read, rows, stage
from syncengine.models import Echo, OutboxField, OutboxMessage, Pin
from syncengine.steward.approvals import renew_requests

ACCOUNT = load()["account"].code
LEASE = timedelta(minutes=2)
FIELDS = {
    "message_id": "bigint", "field": "smallint", "value": "text", "base": "text", "origin_pin": "bigint",
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """Values to be written (stream_id, record_id, key, account_id, field, value, base, needs) by one decision."""

    wanted: pl.DataFrame
    decision: str
    request_id: int | None = None
    pins: Mapping[int, int] = field(default_factory=dict)
    too_many: bool = False
    approved: bool = False
    object: int = ACCOUNT
    action: str = "update"


def plan_messages(planned: Planned, *, now: datetime) -> int:
    """Write the messages and their fields in sets; how many there are. One decision plans a record once."""
    wanted = planned.wanted.with_columns(decision=_decision(planned))
    ids = _insert_messages(wanted, planned, now)
    if not ids.height:
        return 0
    pins = pl.DataFrame(
        {"field": list(planned.pins), "origin_pin": list(planned.pins.values())},
        schema={"field": pl.Int16, "origin_pin": pl.Int64},
    )
    fields = wanted.join(ids, on=["decision", "stream_id", "record_id"]).join(pins, on="field", how="left")
    stage("outbox_fields", FIELDS, fields)
    names = ", ".join(FIELDS)
    execute(f"INSERT INTO syncengine_outboxfield ({names}) SELECT {names} FROM outbox_fields")
    stage("planned_ids", {"message_id": "bigint"}, ids.select("message_id"))
    if planned.object == ACCOUNT and planned.action == "update":
        _tell_origins()
    if not planned.approved:
        if planned.object == ACCOUNT:
            _join_reviews()
        _ask_for_approval(planned, now)
    return ids.height


def _decision(planned: Planned) -> pl.Expr:
    """What finance approves travels apart from what nobody has to look at."""
    plain = pl.lit(planned.decision)
    if planned.approved:
        return plain
    return pl.when(pl.col("needs") == "").then(plain).otherwise(pl.concat_str(plain, pl.lit(" for "), "needs"))


def _insert_messages(wanted: pl.DataFrame, planned: Planned, now: datetime) -> pl.DataFrame:
    named = wanted.unique(["decision", "stream_id", "record_id"], keep="first", maintain_order=True)
    named = named.with_columns(correlation=pl.Series([str(uuid.uuid4()) for _ in range(named.height)], dtype=pl.String))
    shape = {
        "decision": "text", "stream_id": "smallint", "record_id": "bigint", "key": "text", "account_id": "bigint",
        "needs": "text", "correlation": "uuid",
    }  # fmt: skip
    stage("outbox_rows", shape, named)
    waits = "false" if planned.approved else f"({'true' if planned.too_many else 'false'} OR needs <> '')"
    execute(
        "INSERT INTO syncengine_outboxmessage (decision, stream_id, object, key, record_id, account_id, action, state, "
        "request_id, cause, correlation, extra, attempts, next_at, reason, planned_at) "
        "SELECT decision, stream_id, %s, key, record_id, account_id, %s, "
        f"CASE WHEN {waits} THEN 'waiting' ELSE 'planned' END, %s, decision, correlation, "
        "jsonb_build_object('needs', needs), 0, %s, '', %s FROM outbox_rows ORDER BY record_id ON CONFLICT DO NOTHING",
        [planned.object, planned.action, planned.request_id, now, now],
    )
    return read(
        "SELECT m.id, m.decision, m.stream_id, m.record_id FROM syncengine_outboxmessage m "
        "JOIN outbox_rows r ON r.correlation = m.correlation",
        {"message_id": pl.Int64(), "decision": pl.String(), "stream_id": pl.Int16(), "record_id": pl.Int64()},
    )


def _tell_origins() -> None:
    """Whose word each value is: the record that won it in the customer's lineage, or the pin that stands over all."""
    execute(
        "UPDATE syncengine_outboxfield f SET origin_source = l.sources[l.winners[f.field]], "
        "origin_key = l.keys[l.winners[f.field]] FROM planned_ids p JOIN syncengine_outboxmessage m "
        "ON m.id = p.message_id JOIN accounts_accountlineage l ON l.account_id = m.account_id "
        "WHERE f.message_id = p.message_id AND f.origin_pin IS NULL AND l.winners[f.field] > 0"
    )
    execute(
        "UPDATE syncengine_outboxfield f SET origin_pin = n.id FROM planned_ids p JOIN syncengine_outboxmessage m "
        "ON m.id = p.message_id JOIN accounts_accountcrosswalk x ON x.account_id = m.account_id "
        "JOIN syncengine_pin n ON n.record_id = x.id AND n.released_at IS NULL WHERE f.message_id = p.message_id "
        "AND n.field = f.field AND f.origin_pin IS NULL AND f.origin_source IS NULL "
        "AND n.value IS NOT DISTINCT FROM f.value"
    )


def _join_reviews() -> None:
    """Messages that wait for finance join the review a system asked for, so that one answer serves both."""
    execute(
        "WITH joined AS (UPDATE syncengine_outboxmessage m SET request_id = r.id FROM planned_ids p, "
        "accounts_changerequest r WHERE p.message_id = m.id AND m.state = 'waiting' AND r.kind = 'event' "
        "AND r.state = 'waiting' AND r.account_id = m.account_id AND m.extra->>'needs' = 'finance' "
        "RETURNING m.id, r.id AS request_id), told AS (SELECT j.request_id, jsonb_agg(DISTINCT jsonb_build_object("
        "'field', f.field, 'before', f.base, 'after', f.value)) AS changes FROM joined j "
        "JOIN syncengine_outboxfield f ON f.message_id = j.id GROUP BY 1) "
        "UPDATE accounts_changerequest r SET changes = t.changes FROM told t WHERE r.id = t.request_id"
    )


def _ask_for_approval(planned: Planned, now: datetime) -> None:
    """One request for each customer whose messages wait, so that a person sees before and after."""
    sentence = (
        "More records than usual would change at once: somebody has to look."
        if planned.too_many
        else "The policy of the target asks for approval before this is written."
    )
    execute(
        "WITH waiting AS (SELECT m.id, m.account_id, m.object, m.action, "
        "CASE WHEN m.object = %s THEN m.account_id ELSE m.id END AS one, "
        "coalesce(nullif(m.extra->>'needs', ''), 'steward') AS role "
        "FROM syncengine_outboxmessage m JOIN planned_ids p ON p.message_id = m.id "
        "WHERE m.state = 'waiting' AND m.request_id IS NULL), "
        "asked AS (INSERT INTO accounts_changerequest (account_id, kind, state, changes, reason, policy, approvers, "
        "detail, requested_at, answer) SELECT w.account_id, 'sync', 'waiting', "
        "jsonb_agg(DISTINCT jsonb_build_object('field', f.field, 'before', f.base, 'after', f.value)), "
        "'Systems are to be brought into agreement.', %s, ARRAY[w.role], "
        "jsonb_build_object('messages', jsonb_agg(DISTINCT w.id), 'object', w.object, 'create', w.action = 'create'), "
        "%s, '' FROM waiting w "
        "JOIN syncengine_outboxfield f ON f.message_id = w.id "
        "GROUP BY w.account_id, w.object, w.action, w.one, w.role RETURNING id, detail) "
        "UPDATE syncengine_outboxmessage m SET request_id = a.id FROM asked a "
        "WHERE m.id IN (SELECT jsonb_array_elements_text(a.detail->'messages')::bigint)",
        [ACCOUNT, sentence, now],
    )
    renew_requests(now=now)


def due(now: datetime, *, limit: int = 50) -> list[int]:
    """Messages whose turn it is: planned ones, sent ones to be confirmed, and unknown ones to be looked up."""
    found = rows(
        "SELECT m.id FROM syncengine_outboxmessage m WHERE m.state IN ('planned', 'sent', 'unknown') "
        "AND m.next_at <= %s ORDER BY m.next_at, m.id LIMIT %s",
        [now, limit],
    )
    return [int(row[0]) for row in found]


def expire_leases(now: datetime) -> int:
    """Messages whose sender is gone: nobody knows whether the call arrived, until the target is read."""
    return OutboxMessage.objects.filter(state="sending", lease_until__lt=now).update(
        state="unknown", next_at=now, reason="the sender did not come back"
    )


@transaction.atomic
def claim(message_id: int, *, version: str | None, now: datetime) -> OutboxMessage | None:
    """The message, `sending` from this commit on; None where it is overtaken, not its turn, or taken.

    What the message rests on is checked here once more, so that an unmerge cancels what it overtook.
    """
    message = OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=message_id).first()
    if message is None or message.state != "planned" or message.next_at > now or _busy(message):
        return None
    why = _overtaken(message)
    if why:
        settle(message, "cancelled", now=now, reason=why)
        return None
    message.state, message.lease_until, message.expected_version = "sending", now + LEASE, version
    message.attempts += 1
    message.sent_at = now
    message.save(update_fields=["state", "lease_until", "expected_version", "attempts", "sent_at"])
    _expect_echoes(message, now)
    return message


def _busy(message: OutboxMessage) -> bool:
    """One message at a time for a record of a target."""
    if message.record_id is None:
        return False
    # Locked in the order of ids, so that two senders cannot both find the other idle.
    rows("SELECT pg_advisory_xact_lock(7304, %s)", [message.record_id % 2_000_000_000])
    others = OutboxMessage.objects.filter(record_id=message.record_id, stream_id=message.stream_id)
    return others.filter(state__in=["sending", "sent", "unknown"]).exclude(pk=message.pk).exists()


def _overtaken(message: OutboxMessage) -> str:
    if message.record_id is not None and is_told(message):
        found = rows("SELECT account_id FROM accounts_accountcrosswalk WHERE id = %s", [message.record_id])
        if not found or found[0][0] != message.account_id:
            return "the record belongs to another customer now"
    if message.request is not None and message.request.state not in ("approved", "applied"):
        return f"what asked for it is {message.request.state}"
    pins = [f.origin_pin for f in message.fields.all() if f.origin_pin]
    if pins and Pin.objects.filter(pk__in=pins, released_at=None).count() < len(set(pins)):
        return "the value was taken back"
    return ""


def is_told(message: OutboxMessage) -> bool:
    """Whether it changes a customer's record that we read too; what is only kept there never comes back to us."""
    return message.object == ACCOUNT and bool(message.stream.active)


def _expect_echoes(message: OutboxMessage, now: datetime) -> None:
    """From the moment the call may arrive, its values are ours wherever they show up."""
    if message.record_id is None or not is_told(message):
        return
    fields = list(message.fields.all())
    standing = Echo.objects.filter(
        object=message.object, record_id=message.record_id, field__in=[f.field for f in fields], closed_at=None
    )
    # What is overwritten was ours already: the target's own word is what stood before that.
    own = {(echo.field, echo.value): echo.base for echo in standing}
    standing.update(closed_at=now)
    Echo.objects.bulk_create(
        Echo(
            object=message.object, record_id=message.record_id, field=f.field, value=f.value,
            base=own.get((f.field, f.base), f.base), origin_source=f.origin_source, origin_key=f.origin_key,
            origin_pin=f.origin_pin, message=message, written_at=now,
        )
        for f in fields
        # Its own word written back to where it came from is no echo: it counts as it did.
        if (f.field, f.base) not in own or own[f.field, f.base] != f.value
    )  # fmt: skip


@transaction.atomic
def settle(message: OutboxMessage, state: str, *, now: datetime, reason: str = "", version: str | None = None) -> None:
    """The message's end, or a station on its way; what was not written is no echo."""
    changes: dict[str, object] = {"state": state, "reason": reason, "lease_until": None}
    if state not in ("planned", "sent", "unknown"):
        changes["settled_at"] = now
    if version is not None:
        changes["returned_version"] = version
        Echo.objects.filter(message=message, closed_at=None).update(version=version)
    OutboxMessage.objects.filter(pk=message.pk).update(**changes)
    if state in ("refused", "conflict", "planned"):
        _forget_echoes(message)
    message.refresh_from_db()


def _forget_echoes(message: OutboxMessage) -> None:
    """Nothing was written: the echoes this message had replaced are in force again."""
    gone, _ = Echo.objects.filter(message=message, seen_at=None).delete()
    if gone and message.sent_at and message.record_id:
        before = Echo.objects.filter(record_id=message.record_id, object=message.object, closed_at=message.sent_at)
        before.exclude(message=message).update(closed_at=None)


def later(message: OutboxMessage, state: str, *, at: datetime, now: datetime, reason: str) -> None:
    """Try or look again at a moment."""
    settle(message, state, now=now, reason=reason)
    OutboxMessage.objects.filter(pk=message.pk).update(next_at=at)


def fields_of(message: OutboxMessage) -> list[OutboxField]:
    """The values a message carries."""
    return list(message.fields.order_by("field"))
