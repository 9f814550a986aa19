"""Looking after webhooks: a new secret beside the old one, calling again, and taking an endpoint away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.models.alert import new_secret
from syncengine.models import WebhookEndpoint

BOTH_FOR = timedelta(hours=24)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, user: User, now: datetime) -> str:
    """A new secret, shown once; for a day each call is signed with both, so that receivers can follow."""
    secret = new_secret()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        secret=secret, old_secret=endpoint.secret, old_secret_until=now + BOTH_FOR
    )
    _tell("webhook secret rotated", endpoint, user, now)
    return secret


@transaction.atomic
def pause_endpoint(*, endpoint: WebhookEndpoint, user: User, now: datetime) -> None:
    """Call it no more until somebody resumes it; what happens meanwhile waits."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(disabled_at=now, reason="paused")
    _tell("webhook paused", endpoint, user, now)


@transaction.atomic
def resume_endpoint(*, endpoint: WebhookEndpoint, user: User, now: datetime) -> None:
    """Call it again, also about what happened meanwhile."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, failing_since=None, reason="")
    _tell("webhook resumed", endpoint, user, now)


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint, user: User, now: datetime) -> None:
    """Forget an endpoint and its calls."""
    _tell("webhook removed", endpoint, user, now)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()


def _tell(action: str, endpoint: WebhookEndpoint, user: User, now: datetime) -> None:
    audit.record(user=user, action=action, object="webhook", row_id=endpoint.pk, at=now, detail={"url": endpoint.url})
