"""One record followed from what its source said to the page and back out, with times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.access import treatment, visible_accounts
from accounts.catalogue import load
from accounts.models import AccountCrosswalk, User
from syncengine.models import (
    DeadLetter,
    Echo,
    InboxEvent,
    MatchPair,
    OutboxMessage,
    Payload,
    SourceRecord,
)
from syncengine.operations.fingerprints import stripped
from syncengine.selectors.sync import list_refused, may_see_runs, show_payload


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a record."""

    name: str
    at: datetime | None
    words: str
    tone: str = "ok"
    detail: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A record of a stream with every station it passed."""

    record: SourceRecord
    source: str
    stream: str
    object: str
    steps: list[Step] = field(default_factory=list)
    account_id: int | None = None


def trace(user: User, key: str, *, source: str | None = None) -> list[Trace]:
    """Records of this key in any stream, each with its way; empty for roles without the operations pages."""
    if not may_see_runs(user) or not key.strip():
        return []
    found = SourceRecord.objects.filter(key=key.strip()).select_related("stream__source").order_by("stream_id")
    if source:
        found = found.filter(stream__source__name=source)
    return [_traced(user, record) for record in found[:8]]


def list_turned_away(user: User, key: str, source: str | None = None) -> list[DeadLetter]:
    """What sources sent under this key and was never taken, the latest first."""
    found = list_refused(user).filter(key=key.strip()) if key.strip() else DeadLetter.objects.none()
    return list((found.filter(stream__source__name=source) if source else found)[:8])


def _traced(user: User, record: SourceRecord) -> Trace:
    stream = record.stream
    made = Trace(record, stream.source.label, stream.name, stream.object)
    walk = AccountCrosswalk.objects.filter(source=stream.source, key=record.key).first()
    is_account = stream.object == "account"
    steps = [*_events(record), *_landed(user, record), *_refused(user, record)]
    account_id = None
    if is_account and walk is not None:
        account_id = walk.account_id
        steps += [*_matched(walk), *_golden(user, walk), *_written(walk)]
    return Trace(made.record, made.source, made.stream, made.object, steps, account_id)


def _events(record: SourceRecord) -> list[Step]:
    events = InboxEvent.objects.filter(stream=record.stream, key=record.key).order_by("-id")[:3]
    return [
        Step("Event", event.received_at, f"{event.kind} over {event.via}: {event.state}",
             "ok" if event.state == "done" else "warn", event.reason)
        for event in events
    ]  # fmt: skip


def _landed(user: User, record: SourceRecord) -> list[Step]:
    words = "deleted at its source" if record.deleted_at else f"landed by run {record.run_id}"
    body = ""
    if show_payload(user):
        payload = Payload.objects.filter(record_id=record.pk).order_by("-landed_at").values_list("body", flat=True)
        body = payload.first() or ""
    first = Step("First seen", record.first_seen_at, "known since then")
    return [first, Step("Landed", record.changed_at, words, "warn" if record.deleted_at else "ok", body)]


def _refused(user: User, record: SourceRecord) -> list[Step]:
    masked = treatment(user, "runs") == "masked"
    letters = DeadLetter.objects.filter(stream=record.stream, key=record.key).order_by("-id")[:3]
    return [
        Step("Refused" if letter.severity == "reject" else "Held", letter.seen_at,
             f"{stripped(letter.reason) if masked else letter.reason}: {letter.state}",
             "bad" if letter.state == "open" else "ok")
        for letter in letters
    ]  # fmt: skip


def _matched(walk: AccountCrosswalk) -> list[Step]:
    left = MatchPair.objects.filter(record_l=walk.pk)
    pairs = left.union(MatchPair.objects.filter(record_r=walk.pk)).order_by("-match_probability")[:3]
    words = [f"{pair.match_probability:.1%} with record {_other(pair, walk.pk)} by {pair.rule}" for pair in pairs]
    return [Step("Matched", walk.linked_at, "; ".join(words) or "with no other record", "ok")]


def _other(pair: Any, record_id: int) -> int:
    return int(pair.record_r if pair.record_l == record_id else pair.record_l)


def _golden(user: User, walk: AccountCrosswalk) -> list[Step]:
    if walk.account_id is None:
        return [Step("Customer", None, "not published yet", "warn")]
    account = visible_accounts(user).filter(pk=walk.account_id).first()
    name = str(account) if account and treatment(user, "identity") == "full" else f"customer {walk.account_id}"
    changed = account.changed_at if account else None
    return [Step("Customer", changed, name, "ok", link=f"/customers/{walk.account_id}/")]


def _written(walk: AccountCrosswalk) -> list[Step]:
    spec = load()["account"].by_code
    echoes = Echo.objects.filter(record_id=walk.pk, closed_at=None).order_by("field")[:20]
    steps = [
        Step("Echo", echo.written_at, f"{spec[echo.field].label} was written here by us, so it counts for nobody")
        for echo in echoes
    ]
    messages = OutboxMessage.objects.filter(record_id=walk.pk, object=load()["account"].code).order_by("-id")[:5]
    tones = {"confirmed": "ok", "refused": "bad", "conflict": "bad"}
    return steps + [
        Step("Written back", m.settled_at or m.sent_at or m.planned_at, f"{m.decision}: {m.state}",
             tones.get(m.state, "warn"), m.reason)
        for m in messages
    ]  # fmt: skip
