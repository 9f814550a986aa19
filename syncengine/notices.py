"""Messages of alerts on their way out: mail through Django's backend, webhooks signed after Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from accounts.alerts.inbox import AlertRow
from accounts.alerts.telling import Message, claim, finish
from syncengine.addresses import NotSent, aimed_at, outside_address

TIMEOUT = 10.0
MOST_A_SWEEP = 200


def send_due(*, clock: Callable[[], datetime], most: int = MOST_A_SWEEP) -> int:
    """Send what is planned, each message once; how many went out."""
    sent = 0
    for _ in range(most):
        message = claim(now=clock())
        if message is None:
            break
        sent += _deliver(message, clock)
    return sent


def _deliver(message: Message, clock: Callable[[], datetime]) -> int:
    if not message.rows:
        finish(message.delivery, sent=False, now=clock(), detail="Nothing left to tell.")
        return 0
    try:
        SENDERS[message.delivery.channel](message, clock())
    except Exception as error:  # whatever a mail server or a receiver does wrong is theirs, and is kept
        finish(message.delivery, sent=False, now=clock(), detail=f"{type(error).__name__}: {error}")
        return 0
    finish(message.delivery, sent=True, now=clock())
    return 1


def send_mail(message: Message, now: datetime) -> None:
    """One mail, in plain text."""
    count = len(message.rows)
    first = message.rows[0]
    subject = f"{first.about}: {first.rule.label}" if count == 1 else f"{count} alerts"
    lines = [f"{row.about} — {row.rule.label}\n  {row.text}\n  {link_to(row)}" for row in message.rows]
    text = "\n\n".join([*lines, f"All alerts: {settings.PUBLIC_URL}/alerts/"])
    EmailMessage(subject, text, to=[message.address]).send()


def send_webhook(message: Message, now: datetime) -> None:
    """One signed POST; anything but a 2xx counts as not taken."""
    body = json.dumps({"type": f"alerts.{message.delivery.kind}", "data": [data_of(row) for row in message.rows]})
    aim = aimed_at(message.address, outside_address(message.address))
    headers = signed(f"alert-{message.delivery.pk}", now, body, message.secret) | {"Content-Type": "application/json"}
    aim["headers"] = headers | aim.get("headers", {})
    # What else it answers is not read, however long it is.
    with httpx.stream("POST", **aim, content=body, timeout=TIMEOUT, follow_redirects=False) as answer:
        if not answer.is_success:
            raise NotSent(f"answered {answer.status_code}")


SENDERS: dict[str, Callable[[Message, datetime], None]] = {"mail": send_mail, "webhook": send_webhook}


def data_of(row: AlertRow) -> dict[str, object]:
    """An alert as receivers get it."""
    alert = row.alert
    return {
        "id": str(alert.pk),
        "rule": alert.rule,
        "severity": alert.severity,
        "text": row.text,
        "account_id": str(alert.account_id) if alert.account_id else None,
        "source": alert.source.name if alert.source else None,
        "opened_at": alert.opened_at.isoformat(),
        "url": link_to(row),
    }


def link_to(row: AlertRow) -> str:
    """Where the alert is read in the portal."""
    return f"{settings.PUBLIC_URL}/alerts/{row.id}/"


def signed(id: str, now: datetime, body: str, secret: str) -> dict[str, str]:
    """Headers by which the receiver knows that we wrote the body, and when."""
    stamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{id}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
