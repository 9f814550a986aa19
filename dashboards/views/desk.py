"""Answering many tasks as one after a blind sample, and how good the queue's answers are."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.selectors.money import base_currency
from dashboards.charts.flow import flow_chart
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels.tasks import reason_words
from dashboards.shell import may_see_queue
from syncengine.models import DecisionBatch
from syncengine.selectors import precision
from syncengine.selectors.card import get_card
from syncengine.selectors.guards import list_fired
from syncengine.selectors.merges import list_batches
from syncengine.selectors.people import list_people
from syncengine.selectors.queue import sees_amounts

SHOWN = 20
DAYS = 90


@allowed(may_see_queue)
def bulk(request: HttpRequest) -> HttpResponse:
    """Choose a slice and see what accepting it would do; start a batch."""
    from dashboards.panels.batches import slice_of, slice_view, start  # late: loads Polars, which few pages need

    if request.method == "POST":
        try:
            made = start(request.POST, reader(request), timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("queue_bulk")
        return redirect("batch", id=made.pk)
    context = slice_view(slice_of(request.GET), reader(request))
    context |= {"batches": list(list_batches(reader(request))[:SHOWN]), "currency": base_currency()}
    return page(request, "dashboards/queue/bulk.html", context, current="queue", crumbs=_crumbs("Accept in bulk"))


@allowed(may_see_queue)
def batch(request: HttpRequest, id: int) -> HttpResponse:
    """One batch: its blind sample, then its approval, then its reversal."""
    from dashboards.panels.batches import batch_view  # late: as above

    found = get_object_or_404(list_batches(reader(request)), pk=id)
    context = batch_view(found, reader(request)) | {"currency": base_currency()}
    if context["sampled"]:
        context["sample_card"] = get_card(reader(request), context["sampled"])
    crumbs: list[Crumb] = [*_crumbs("Accept in bulk", reverse("queue_bulk")), (f"Batch {id}", None)]
    return page(request, "dashboards/queue/batch.html", context, current="queue", crumbs=crumbs)


@require_POST
@allowed(may_see_queue)
def judge(request: HttpRequest, id: int) -> HttpResponse:
    """One answer of the blind sample."""
    from syncengine.steward.batches import judge_sample  # late: as above

    found = get_object_or_404(DecisionBatch, pk=id)
    task = request.POST.get("task", "")
    return _act(
        request, id,
        lambda: judge_sample(batch=found, task_id=int(task) if task.isdecimal() else 0,
                             answer=request.POST.get("answer", ""), user=reader(request), now=timezone.now()) and "",
    )  # fmt: skip


@require_POST
@allowed(may_see_queue)
def act_on_batch(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Accept a sampled batch, or take an accepted one back."""
    from dashboards.panels.batches import accept, take_back  # late: as above

    found = get_object_or_404(DecisionBatch, pk=id)
    return _act(request, id, lambda: (take_back if act == "revert" else accept)(found, reader(request), timezone.now()))


def _act(request: HttpRequest, id: int, act: object) -> HttpResponse:
    from dashboards.panels.answers import REFUSALS  # late: as above

    try:
        words = act()  # type: ignore[operator]
    except REFUSALS as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if words:
            messages.success(request, words)
    return redirect("batch", id=id)


@allowed(may_see_queue)
def quality(request: HttpRequest) -> HttpResponse:
    """What comes and goes, how old it is, whether people agree, and how often each rule was right."""
    now = timezone.now()
    since = now - timedelta(days=DAYS)
    flow = precision.get_flow(now=now)
    context = {
        "flow": flow,
        "net": flow.opened - flow.answered - flow.settled,
        "days": DAYS,
        "by_rule": [(reason_words(line.label), line) for line in precision.list_by_rule(since=since)],
        "by_band": precision.list_by_band(since=since),
        "agreement": precision.get_agreement(),
        "planted": precision.get_planted(),
        "fired": list_fired(reader(request)),
        "labelled": precision.list_labelled(),
        "people": list_people(since=since),
        "chart": flow_chart(list(precision.list_days(now=now))),
        "amounts": sees_amounts(reader(request)),
    }
    return page(request, "dashboards/queue/quality.html", context, current="queue", crumbs=_crumbs("Quality"))


def _crumbs(label: str, url: str | None = None) -> list[Crumb]:
    return [("Queue", reverse("queue")), (label, url)]
