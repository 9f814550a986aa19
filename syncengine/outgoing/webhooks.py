"""Webhooks after Standard Webhooks: thin, signed, retried for a day, and switched off where nobody answers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.feed import visible_events
from accounts.models import FeedEvent, User
from accounts.models.alert import new_secret
from syncengine.addresses import NotSent, aimed_at, outside_address
from syncengine.events.signatures import sign
from syncengine.models import WebhookDelivery, WebhookEndpoint

TRIES_FOR = timedelta(hours=24)
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3 * 3600.0
LEASE = timedelta(minutes=2)
AT_ONCE, TIMEOUT = 200, 10.0
Check = Callable[[str], str | None]  # the address to call, or None for what the URL says


class BadEndpoint(ValueError):
    """An address that cannot be called, or types that do not exist."""


@transaction.atomic
def add_endpoint(*, user: User, url: str, types: tuple[str, ...], now: datetime) -> WebhookEndpoint:
    """An endpoint that hears of what happens from now on; its secret is shown once."""
    if not url.startswith("https://"):
        raise BadEndpoint("A webhook's address begins with https://")
    unknown = [name for name in types if name not in FeedEvent.TYPES]
    if unknown:
        raise BadEndpoint(f"There is no type {unknown[0]}; types are {', '.join(FeedEvent.TYPES)}.")
    last = FeedEvent.objects.aggregate(Max("seq"))["seq__max"] or 0
    made = WebhookEndpoint.objects.create(
        user=user, url=url, types=list(types), secret=new_secret(), last_seq=last, created_at=now
    )
    audit.record(user=user, action="webhook added", object="webhook", row_id=made.pk, at=now,
                 detail={"url": url, "types": list(types)})  # fmt: skip
    return made


@transaction.atomic
def resend(*, delivery: WebhookDelivery, user: User, now: datetime) -> None:
    """Call once more about the same event, under the same id; an endpoint switched off is called again."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state="waiting", attempts=0, planned_at=now, next_at=now, done_at=None
    )
    WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(disabled_at=None, failing_since=None, reason="")
    audit.record(user=user, action="webhook sent again", object="webhook", row_id=delivery.endpoint_id, at=now,
                 detail={"delivery": delivery.pk})  # fmt: skip


def plan_deliveries(*, now: datetime) -> int:
    """What each endpoint has not been told yet; how many calls that makes."""
    planned = 0
    for endpoint in WebhookEndpoint.objects.filter(disabled_at=None).select_related("user").order_by("pk"):
        planned += _plan(endpoint, now)
    return planned


@transaction.atomic
def _plan(endpoint: WebhookEndpoint, now: datetime) -> int:
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    events = visible_events(endpoint.user).filter(seq__gt=locked.last_seq)
    wanted = events.filter(type__in=[*locked.types, "feed.reset"]) if locked.types else events
    found = list(wanted.order_by("seq")[:1000])
    if not found:
        return 0
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(endpoint=locked, seq=event.seq, body=body_of(event), next_at=now, planned_at=now)
            for event in found
        ],
        ignore_conflicts=True,
    )
    WebhookEndpoint.objects.filter(pk=locked.pk).update(last_seq=found[-1].seq)
    return len(found)


def body_of(event: FeedEvent) -> str:
    """Thin: what happened and where to read it, since reading checks access."""
    links = {"account": f"{settings.PUBLIC_URL}/api/v1/accounts/{event.account_id}"} if event.account_id else {}
    told = {"id": f"feed-{event.seq}", "type": event.type, "seq": event.seq, "timestamp": event.at.isoformat(),
            "data": {"account": str(event.account_id or ""), **event.detail}, "links": links}  # fmt: skip
    return json.dumps(told)


def deliver_due(
    *,
    clock: Callable[[], datetime],
    check: Check = outside_address,
    jitter: Callable[[], float] = random.random,
    most: int = AT_ONCE,
) -> dict[str, int]:
    """Make the calls that are due; how many ended in which state."""
    counts = {"delivered": 0, "waiting": 0, "failed": 0}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as http:
        for _ in range(most):
            delivery = _claim(clock())
            if delivery is None:
                break
            counts[_deliver(delivery, http, clock, check, jitter)] += 1
    return counts


@transaction.atomic
def _claim(now: datetime) -> WebhookDelivery | None:
    """The next call, leased: a caller that dies gives it back after a while, under the same id."""
    due = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state="waiting", next_at__lte=now, endpoint__disabled_at=None, endpoint__user__is_active=True
    )
    found = due.select_related("endpoint").order_by("next_at", "seq").first()
    if found is not None:
        WebhookDelivery.objects.filter(pk=found.pk).update(next_at=now + LEASE, attempts=found.attempts + 1)
        found.attempts += 1
    return found


def _deliver(
    delivery: WebhookDelivery, http: httpx.Client, clock: Callable[[], datetime], check: Check,
    jitter: Callable[[], float],
) -> str:  # fmt: skip
    status, detail = _call(delivery, http, clock(), check)
    now = clock()
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    if status is not None and 200 <= status < 300:
        row.update(state="delivered", status=status, detail="", done_at=now)
        endpoint.update(failing_since=None)
        return "delivered"
    endpoint.filter(failing_since=None).update(failing_since=now)
    if status == 410 or now - delivery.planned_at >= TRIES_FOR:
        row.update(state="failed", status=status, detail=detail, done_at=now)
        _switch_off(delivery, status, now)
        return "failed"
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** (delivery.attempts - 1)) * (0.5 + jitter())
    row.update(status=status, detail=detail, next_at=now + timedelta(seconds=pause))
    return "waiting"


def _call(delivery: WebhookDelivery, http: httpx.Client, now: datetime, check: Check) -> tuple[int | None, str]:
    endpoint, body = delivery.endpoint, delivery.body.encode()
    id = f"feed-{delivery.seq}"
    headers = {
        "webhook-id": id, "webhook-timestamp": str(int(now.timestamp())), "Content-Type": "application/json",
        "webhook-signature": " ".join(sign(secret, id=id, at=now, body=body) for secret in _secrets(endpoint, now)),
    }  # fmt: skip
    try:
        aim = aimed_at(endpoint.url, check(endpoint.url))
        aim["headers"] = headers | aim.get("headers", {})
        with http.stream("POST", **aim, content=body) as answer:
            status = answer.status_code  # what else it answers is not read, however long it is
    except (httpx.HTTPError, NotSent, OSError) as error:
        return None, f"{type(error).__name__}: {error}"[:300]
    return status, "" if 200 <= status < 300 else f"answered {status}"


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The secret, and for a while after it was changed the one before."""
    old = endpoint.old_secret if endpoint.old_secret_until and endpoint.old_secret_until > now else ""
    return [secret for secret in (endpoint.secret, old) if secret]


def _switch_off(delivery: WebhookDelivery, status: int | None, now: datetime) -> None:
    """An endpoint that has answered nothing for a day, or said that it is gone."""
    silent = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since__lte=now - TRIES_FOR)
    gone = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id) if status == 410 else silent
    reason = "it says that it is gone (410)" if status == 410 else "nobody answered for 24 hours"
    if gone.filter(disabled_at=None).update(disabled_at=now, reason=reason):
        audit.record(user=None, action="webhook switched off", object="webhook", row_id=delivery.endpoint_id, at=now,
                     detail={"reason": reason})  # fmt: skip
