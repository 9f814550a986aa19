"""What Celery runs: ids in, one call, idempotent; the rows are the truth."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.alerts.telling import plan_digest, plan_instant
from accounts.alerts.watch import watch_sources
from accounts.feed import forget_old
from accounts.models import User
from accounts.products import renew_products
from accounts.quote_to_cash.kept import renew_company
from syncengine import breaker
from syncengine.connectors import ConnectorError
from syncengine.demo.install import follow_clock, has_company
from syncengine.events.inbox import EVENTS_TASK, take_events
from syncengine.models import Dirty, Stream
from syncengine.notices import send_due
from syncengine.operations.completeness import CannotList, prove_completeness
from syncengine.operations.freshness import look
from syncengine.operations.indicators import renew_operation
from syncengine.operations.watch import watch_operations
from syncengine.outgoing.webhooks import deliver_due, plan_deliveries
from syncengine.pipeline import StreamBusy, publish_all, refresh_records, renew_day, run_stream
from syncengine.pipeline.renewal import renew_customers
from syncengine.pipeline.replay import replay_many
from syncengine.policies import drafts
from syncengine.steward.tasks import renew_refused
from syncengine.steward.wake import LANE_TASK, wake_lane
from syncengine.steward.worth import renew_priorities
from syncengine.writeback.rounds import send_round
from syncengine.writeback.wake import OUTBOX_TASK


@shared_task(name="syncengine.sync_stream")
def sync_stream(*, stream_id: int, accept_changes: bool = False) -> int | None:
    """Read one stream and wake the lane; the run's id, or None while another run reads it."""
    stream = Stream.objects.filter(pk=stream_id, active=True).first()
    if stream is None or breaker.is_open(stream.source_id, now=timezone.now()):
        return None
    try:
        run = run_stream(stream_id, accept_changes=accept_changes)
    except StreamBusy:
        return None
    wake_lane()
    return int(run.pk)


@shared_task(name=LANE_TASK)
def publish(**_: Any) -> int:
    """Rounds until nothing is dirty or another process holds the lane; rows cleared."""
    return sum(done.cleared for done in publish_all())


@shared_task(name="syncengine.replay")
def replay_letters(*, ids: list[int]) -> int:
    """Refused records once more, more of them than a page waits for; how many were taken."""
    done = replay_many(ids)
    wake_lane()
    return done.taken


@shared_task(name="syncengine.renew_products")
def renew_product_figures(**_: Any) -> int:
    """Stock, orders and prices of every product, told again; how many rows changed."""
    now = timezone.now()
    return renew_products(at=now, today=timezone.localdate(now))


@shared_task(name="syncengine.renew_company")
def renew_company_figures(**_: Any) -> int:
    """The figures of all customers together, told again; how many."""
    now = timezone.now()
    return renew_company(at=now, today=timezone.localdate(now))


@shared_task(name="syncengine.renew_operation")
def renew_operation_figures(**_: Any) -> int:
    """What running the portal is measured by, told again; how many."""
    now = timezone.now()
    return renew_operation(at=now, today=timezone.localdate(now))


@shared_task(name=OUTBOX_TASK)
def send_outbox(**_: Any) -> dict[str, int]:
    """What is due in the outbox, then the lane for what the targets say now; messages by the state they ended in."""
    counts = send_round(refresh=refresh_records)
    if counts:
        wake_lane()
    return counts


@shared_task(name=EVENTS_TASK)
def fetch_events(**_: Any) -> int:
    """Records that systems say have changed, fetched and on their way to the pages; how many events were taken."""
    taken = take_events(refresh=refresh_records, clock=timezone.now)
    if taken:
        publish_all()
    return taken


@shared_task(name="syncengine.sweep")
def sweep() -> int:
    """Wake the lane when something is dirty, for whatever an on-commit call lost."""
    return publish() if Dirty.objects.exists() else 0


@shared_task(name="syncengine.order_queue")
def order_queue() -> int:
    """Tasks for rules that refuse records, and the order of the queue as deadlines come nearer; tasks opened."""
    now = timezone.now()
    with transaction.atomic():
        opened = renew_refused(now=now)
        renew_priorities(now=now)
    return opened


@shared_task(name="syncengine.daily")
def daily(*, keep_runs_days: int = 90) -> int:
    """What moves without data: figures that depend on the day, partitions of the coming month, old runs."""
    return renew_day(keep_runs_days=keep_runs_days)


@shared_task(name="syncengine.renew")
def renew(*, account_ids: list[int]) -> None:
    """Renew the figures of a few customers once the lane is free."""
    renew_customers(account_ids, now=timezone.now(), wait=True)


@shared_task(name="syncengine.prove")
def prove(*, stream_id: int | None = None) -> int:
    """Compare one stream's keys with its source's, or those of every stream that can list them; proofs made."""
    chosen = Stream.objects.filter(active=True, source__retired_at=None)
    made = 0
    for pk in [stream_id] if stream_id else chosen.order_by("pk").values_list("pk", flat=True):
        with suppress(CannotList, ConnectorError):
            prove_completeness(pk, now=timezone.now())
            made += 1
    return made


@shared_task(name="syncengine.call_webhooks")
def call_webhooks() -> dict[str, int]:
    """Tell programs what happened since they were last told; calls by the state they ended in."""
    plan_deliveries(now=timezone.now())
    return deliver_due(clock=timezone.now)


@shared_task(name="syncengine.look")
def look_at_sources() -> int:
    """One look at the age of every stream's data, and at what operators are to be told."""
    now = timezone.now()
    forget_old(now=now)
    return look(now=now) + watch_operations(at=now)


@shared_task(name="syncengine.tell")
def tell() -> int:
    """Look at the sources, plan what is to be told, and send what is due; messages sent."""
    now = timezone.now()
    watch_sources(at=now)
    plan_instant(now=now)
    plan_digest(now=now)
    return send_due(clock=timezone.now)


@shared_task(name="syncengine.demo_tick")
def demo_tick() -> None:
    """The demo company up to this moment, where there is one; the streams' schedules find the new files."""
    if has_company():
        follow_clock(now=timezone.now())


@shared_task(name="syncengine.plan_draft")
def plan_draft(*, draft_id: int, user_id: int) -> None:
    """Tell what a draft of the policies would change."""
    drafts.run_step(step="plan", draft_id=draft_id, user=User.objects.get(pk=user_id), now=timezone.now())


@shared_task(name="syncengine.apply_draft")
def apply_draft(*, draft_id: int, user_id: int) -> None:
    """Put a draft of the policies in force."""
    drafts.run_step(step="apply", draft_id=draft_id, user=User.objects.get(pk=user_id), now=timezone.now())
