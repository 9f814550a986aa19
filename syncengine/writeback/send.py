"""One message's journey: read the target, claim, write, read back. Whatever is lost on the way is looked up."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from accounts.catalogue import load
from accounts.frames import rows
from syncengine import breaker
from syncengine.connectors import AnswerLost, ConnectorError, Kind, TargetChanged, TargetRefused
from syncengine.mapping import ConfigurationError
from syncengine.models import Echo, OutboxMessage
from syncengine.policies import current_policies
from syncengine.texts import alike
from syncengine.writeback.apart import send_apart
from syncengine.writeback.conflicts import open_conflict
from syncengine.writeback.outbox import claim, later, settle
from syncengine.writeback.papers import LOOK_AGAIN, check_first_order, key_of, lines_of, told
from syncengine.writeback.references import NotThereYet
from syncengine.writeback.targets import (
    Current,
    NoTarget,
    Target,
    change_for,
    get_target,
    read_current,
    reading,
    writing,
)

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 900.0
GIVE_UP_AFTER = 40  # attempts: with the pauses above, about nine hours
GRACE = timedelta(seconds=45)  # a call whose answer was lost may still be on its way this long


def now_utc() -> datetime:
    """The clock of senders."""
    return datetime.now(UTC)


def advance(message_id: int, *, clock: Clock = now_utc, jitter: Callable[[], float] = random.random) -> str:
    """Take a message one station further; the state it is in then."""
    message = OutboxMessage.objects.select_related("stream__source", "request").get(pk=message_id)
    if message.state not in ("planned", "sent", "unknown"):
        return message.state
    try:
        target = get_target(current_policies(), message.stream_id)
    except NoTarget as error:
        settle(message, "cancelled", now=clock(), reason=str(error))
        return message.state
    if _must_wait(message, target, clock()):
        return message.state
    try:
        _further(message, target, clock)
        breaker.note_success(target.stream.source_id, now=clock())
    except (ConnectorError, ConfigurationError) as error:
        _postpone(message, target, error, clock(), jitter())
    message.refresh_from_db()
    return message.state


def _further(message: OutboxMessage, target: Target, clock: Clock) -> None:
    if message.state == "planned":
        _send(message, target, clock)
    else:
        _look_up(message, target, clock)


def _must_wait(message: OutboxMessage, target: Target, now: datetime) -> bool:
    """Held back by the breaker, by the target's rate limit, or because this is only a rehearsal."""
    until = breaker.is_open(target.stream.source_id, now=now)
    if until is not None:
        OutboxMessage.objects.filter(pk=message.pk).update(next_at=until)
        return True
    if message.state != "planned":
        return False
    if target.write.dry_run:
        settle(message, "cancelled", now=now, reason="rehearsal: the target declares `dry_run`")
        return True
    sent = rows(
        "SELECT count(*) FROM syncengine_outboxmessage WHERE stream_id = %s AND sent_at > %s",
        [message.stream_id, now - timedelta(minutes=1)],
    )
    if sent[0][0] < target.write.rate:
        return False
    OutboxMessage.objects.filter(pk=message.pk).update(next_at=now + timedelta(seconds=60 / target.write.rate + 1))
    return True


def _send(message: OutboxMessage, target: Target, clock: Clock) -> None:
    try:
        wanted = {found.field: found.value for found in told(message, target)}
        key_of(message, target)
        if message.action == "create":
            check_first_order(message, target)
    except NotThereYet as error:
        later(message, "planned", at=clock() + LOOK_AGAIN, now=clock(), reason=str(error))
        return
    if message.action == "create":
        _create(message, target, wanted, clock)
        return
    current = _current(message, target, clock)
    if current is None:
        settle(message, "refused", now=clock(), reason="the target has no such record any more")
        return
    moved = _moved(message, target, current)
    if not moved and not _unlike(message, target, current):
        settle(message, "confirmed", now=clock(), reason="the target says so already")
        return
    if moved:
        send_apart(message, disputed=moved, now=clock())
        _conflict(message, target, current, clock())
        return
    claimed = claim(message.pk, version=current.version(target.write), now=clock())
    if claimed is not None:
        _write(claimed, target, wanted, current, clock)


def _write(
    message: OutboxMessage, target: Target, wanted: dict[int, str | None], current: Current, clock: Clock
) -> None:
    change = change_for(target, wanted, key=message.key, current=current, marker=str(message.correlation))
    try:
        with writing(target) as writer:
            version = writer.update(change)
    except TargetChanged as error:
        # Somebody was between our reading and our writing: look again; what is ours may not have been touched.
        later(message, "planned", at=clock(), now=clock(), reason=str(error))
        return
    except TargetRefused as error:
        settle(message, "refused", now=clock(), reason=str(error))
        return
    except AnswerLost as error:
        later(message, "unknown", at=clock() + _grace(target), now=clock(), reason=str(error))
        return
    settle(message, "sent", now=clock(), version=version)
    _look_up(message, target, clock)


def _create(message: OutboxMessage, target: Target, wanted: dict[int, str | None], clock: Clock) -> None:
    lines = lines_of(message, target)
    claimed = claim(message.pk, version=None, now=clock())
    if claimed is None:
        return
    change = change_for(target, wanted, key=None, current=None, marker=str(message.correlation), lines=lines)
    try:
        with writing(target) as writer:
            key = writer.find(change) or writer.create(change)
    except TargetRefused as error:
        settle(claimed, "refused", now=clock(), reason=str(error))
        return
    except AnswerLost as error:
        later(claimed, "unknown", at=clock() + _grace(target), now=clock(), reason=str(error))
        return
    OutboxMessage.objects.filter(pk=claimed.pk).update(key=key)
    settle(claimed, "sent", now=clock())
    _look_up(claimed, target, clock)


def _look_up(message: OutboxMessage, target: Target, clock: Clock) -> None:
    """Read the target: it says what we wrote, or what stood before, or something else again."""
    if message.action == "create" and not message.key:
        _look_for_created(message, target, clock)
        return
    current = _current(message, target, clock)
    if current is None:
        settle(message, "refused", now=clock(), reason="the target has no such record any more")
    elif not _unlike(message, target, current):
        settle(message, "confirmed", now=clock())
    elif message.state == "unknown" and _untouched(message, target, current):
        later(message, "planned", at=clock(), now=clock(), reason="the call had not arrived")
    elif message.state == "sent" and _changed_since(message, target, current):
        settle(message, "confirmed", now=clock(), reason="written; the target has changed it since")
        Echo.objects.filter(message=message, closed_at=None).update(closed_at=clock())
    else:
        _conflict(message, target, current, clock())


def _look_for_created(message: OutboxMessage, target: Target, clock: Clock) -> None:
    change = change_for(target, {}, key=None, current=None, marker=str(message.correlation))
    if not target.write.correlation:
        later(message, "unknown", at=clock() + timedelta(days=365), now=clock(),
              reason="the target cannot be searched for what was created: a person has to decide")  # fmt: skip
        open_conflict(message, now=clock(), reason=f"{target.label} may or may not have taken a new record")
        return
    with writing(target) as writer:
        key = writer.find(change)
    if key is None:
        later(message, "planned", at=clock(), now=clock(), reason="the call had not arrived")
        return
    OutboxMessage.objects.filter(pk=message.pk).update(key=key)
    settle(message, "sent", now=clock())
    _look_up(message, target, clock)


def _current(message: OutboxMessage, target: Target, clock: Clock) -> Current | None:
    with reading(target) as connector:
        return read_current(target, message.key or "", connector, now=clock())


def _unlike(message: OutboxMessage, target: Target, current: Current) -> bool:
    """Whether any value is not what the message wants."""
    spec = load().by_code[message.object].by_code
    return any(not alike(spec[f.field], f.value, current.values.get(f.field)) for f in told(message, target))


def _moved(message: OutboxMessage, target: Target, current: Current) -> set[int]:
    """Fields whose value is neither what stood when this was planned nor what is wanted."""
    spec = load().by_code[message.object].by_code
    return {
        f.field
        for f in told(message, target)
        if not alike(spec[f.field], f.base, current.values.get(f.field))
        and not alike(spec[f.field], f.value, current.values.get(f.field))
    }


def _untouched(message: OutboxMessage, target: Target, current: Current) -> bool:
    """Whether the record is as it was before the call; then it never arrived, or will meet the version check."""
    if target.write.version:
        return current.version(target.write) == message.expected_version
    spec = load().by_code[message.object].by_code
    return all(alike(spec[f.field], f.base, current.values.get(f.field)) for f in told(message, target))


def _changed_since(message: OutboxMessage, target: Target, current: Current) -> bool:
    """Whether the record moved on after it had taken our values."""
    version = current.version(target.write)
    return version is not None and message.returned_version is not None and version != message.returned_version


def _conflict(message: OutboxMessage, target: Target, current: Current, now: datetime) -> None:
    settle(message, "conflict", now=now, reason=f"{target.label} was changed meanwhile")
    open_conflict(message, now=now, reason=f"{target.label} says something else than when this was decided",
                  current=current.values)  # fmt: skip


def _grace(target: Target) -> timedelta:
    """A version check protects against the call that comes late; without one, wait until it cannot come."""
    return timedelta(seconds=1) if target.write.version or target.write.correlation else GRACE


def _postpone(message: OutboxMessage, target: Target, error: Exception, now: datetime, jitter: float) -> None:
    """What may pass later is tried later, with growing pauses; what cannot pass waits for a mended declaration."""
    message.refresh_from_db()
    passing = isinstance(error, ConnectorError) and error.kind is Kind.RETRY
    asked = error.retry_after if isinstance(error, ConnectorError) else None
    breaker.note_failure(target.stream.source_id, now=now, reason=str(error), retry_after=asked)
    if message.state == "sending":  # raised by the writer: nothing was written
        message.state = "planned"
    if message.attempts >= GIVE_UP_AFTER:
        settle(message, "refused", now=now, reason=f"gave up after {message.attempts} attempts: {error}")
        return
    grown = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(message.attempts, 12)) * (0.5 + jitter)
    pause = max(grown, asked or 0.0) if passing else LONGEST_PAUSE
    later(message, message.state, at=now + timedelta(seconds=pause), now=now, reason=str(error))
