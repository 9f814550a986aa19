"""Looking after the sync: one stream, groups of errors, drift of schemas, and the way of one record."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts import audit
from accounts.access import treatment
from dashboards.pages import allowed, page, reader
from dashboards.panels import sync as panel
from dashboards.toasts import back, say
from syncengine import breaker
from syncengine.models import Breaker, ErrorGroup, SchemaDrift, Stream
from syncengine.selectors.operations import get_group, list_drift, list_groups, stream_health
from syncengine.selectors.sync import list_runs, may_see_runs, show_payload
from syncengine.selectors.trace import trace

SHOWN = 60


@allowed(may_see_runs)
def stream(request: HttpRequest, id: int) -> HttpResponse:
    """One stream: its promise, its proof, its schema, its runs."""
    found = get_object_or_404(Stream.objects.select_related("source"), pk=id)
    now = timezone.now()
    lines = [line for line in panel.board(reader(request), now, found.source.name) if line.row.stream.pk == id]
    context = {
        "stream": found, "lines": lines, "health": stream_health(found, now=now),
        "runs": list(list_runs(reader(request), stream_id=id)[:25]),
        "groups": list_groups(reader(request), stream_id=id)[:10],
        "drifts": list_drift(reader(request), stream_id=id)[:10],
        "breaker": Breaker.objects.filter(pk=found.source_id, open_until__gt=now).first(),
    }  # fmt: skip
    crumbs = [("Sync", reverse("sync")), (found.source.label, reverse("source", args=[found.source.name])),
              (found.name, None)]  # fmt: skip
    return page(request, "dashboards/sync/stream.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def act_on_stream(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Reads a stream now, proves its keys, or lets its source be called again."""
    found = get_object_or_404(Stream.objects.select_related("source"), pk=id)
    user, now = reader(request), timezone.now()
    if act == "read":
        say(request, _send("syncengine.sync_stream", stream_id=id) or "Reading; the run appears below.")
    elif act == "prove":
        say(request, _send("syncengine.prove", stream_id=id) or "Comparing keys; the proof appears here.")
    elif act == "resume":
        breaker.close(found.source_id, now=now)
        say(request, "The source is called again with the next read.")
    else:
        raise Http404("No such act.")
    audit.record(user=user, action=f"stream: {act}", object="stream", row_id=id, at=now)
    return back(request, reverse("stream", args=[id]))


def _send(task: str, **ids: int) -> str:
    try:
        current_app.send_task(task, kwargs=ids, retry=False, ignore_result=True)
    except OperationalError:
        return "No worker can be reached; nothing was started."
    return ""


@allowed(may_see_runs)
def errors(request: HttpRequest) -> HttpResponse:
    """Every group of errors, what is new and frequent first."""
    groups = list_groups(reader(request))[:SHOWN]
    return page(request, "dashboards/sync/errors.html", {"groups": groups}, current="sync",
                crumbs=[("Sync", reverse("sync")), ("Errors", None)])  # fmt: skip


@allowed(may_see_runs)
def error(request: HttpRequest, id: int) -> HttpResponse:
    """One group: how often, since when, a few of its records, and what can be done."""
    found = get_group(reader(request), id)
    user = reader(request)
    masked = treatment(user, "runs") == "masked"
    context = {"group": found.group, "letters": found.letters, "open": found.open, "days": found.days,
               "payloads": show_payload(user), "masked": masked}  # fmt: skip
    crumbs = [("Sync", reverse("sync")), ("Errors", reverse("sync_errors")), (f"Group {id}", None)]
    return page(request, "dashboards/sync/error.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def act_on_group(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Takes a group on, mutes it for a week, calls it fixed, or replays all of it."""
    from syncengine.operations.groups import handle_group  # late: loads Polars, which no other page needs
    from syncengine.pipeline import replay

    group = get_object_or_404(ErrorGroup, pk=id)
    user, now = reader(request), timezone.now()
    if act == "replay":
        runs = replay(list(group.letters.filter(state="open").values_list("pk", flat=True)[:10_000]))
        taken, again = sum(r.read - r.rejected - r.held for r in runs), sum(r.rejected + r.held for r in runs)
        audit.record(user=user, action="replayed an error group", detail={"group": id}, at=now)
        say(request, f"{taken} taken, {again} refused again.")
        return redirect("error_group", id=id)
    try:
        handle_group(group=group, act=act, user=user, now=now, until=now + timedelta(days=7))
    except ValueError as problem:
        say(request, str(problem))
        return redirect("error_group", id=id)
    words = {"known": "You look after it now.", "mute": "Muted for a week.",
             "fixed": "Called fixed; it opens again if it is seen."}  # fmt: skip
    say(request, words[act])
    return redirect("error_group", id=id)


@allowed(may_see_runs)
def schema(request: HttpRequest) -> HttpResponse:
    """What sources changed about their columns."""
    drifts = list_drift(reader(request))[:SHOWN]
    return page(request, "dashboards/sync/schema.html", {"drifts": drifts}, current="sync",
                crumbs=[("Sync", reverse("sync")), ("Schema", None)])  # fmt: skip


@require_POST
@allowed(may_see_runs)
def act_on_drift(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Accepts a change of a column, ignores it, or blocks the stream until it is looked at."""
    from syncengine.operations.drift import decide_drift  # late: as above

    drift = get_object_or_404(SchemaDrift, pk=id)
    try:
        decide_drift(drift=drift, answer=act, user=reader(request), now=timezone.now())
    except ValueError as problem:
        say(request, str(problem))
    else:
        say(request, {"block": "Blocked; nothing is read until this is accepted.", "ignore": "Ignored.",
                      "accept": "Accepted."}[act])  # fmt: skip
    return back(request, reverse("sync_schema"))


@allowed(may_see_runs)
def traced(request: HttpRequest) -> HttpResponse:
    """One record followed from what its source said to the page and back."""
    key = request.GET.get("key", "").strip()
    found = trace(reader(request), key, source=request.GET.get("source") or None)
    return page(request, "dashboards/sync/trace.html", {"key": key, "traces": found}, current="sync",
                crumbs=[("Sync", reverse("sync")), ("Trace", None)])  # fmt: skip
