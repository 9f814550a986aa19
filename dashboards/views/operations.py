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
from accounts.models import SourceState
from dashboards.pages import allowed, page, reader
from dashboards.panels import sync as panel
from dashboards.panels.drift import answerable
from dashboards.templatetags.figures import plain, sentence
from dashboards.toasts import back, say
from syncengine import breaker
from syncengine.models import Breaker, ErrorGroup, SchemaDrift, Stream
from syncengine.operations.caring import own_stream, tell_readers
from syncengine.selectors.operations import get_group, list_drift, list_groups, stream_health
from syncengine.selectors.reports import affected_by
from syncengine.selectors.sync import list_runs, may_see_runs, show_payload
from syncengine.selectors.trace import list_turned_away, trace
from syncengine.selectors.unmatched import list_unmatched

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
        "drifts": answerable(reader(request), list_drift(reader(request), stream_id=id)[:10]),
        "unmatched": list_unmatched(reader(request), found),
        "stopped": any(line.row.state == "action" for line in lines),
        "state": SourceState.objects.filter(source=found.source, stream=found.name).first(),
        "breaker": Breaker.objects.filter(pk=found.source_id, open_until__gt=now).first(),
    }  # fmt: skip
    crumbs = [("Sync", reverse("sync")), (found.source.label, reverse("source", args=[found.source.name])),
              (plain(found.name), None)]  # fmt: skip
    return page(request, "dashboards/sync/stream.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def act_on_stream(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Reads a stream now, proves its keys, or lets its source be called again."""
    found = get_object_or_404(Stream.objects.select_related("source"), pk=id)
    user, now = reader(request), timezone.now()
    if act == "read":
        say(request, _send("syncengine.sync_stream", stream_id=id) or "Reading; the run appears below.")
    elif act == "accept":
        told = _send("syncengine.sync_stream", stream_id=id, accept_changes=True)
        say(request, told or "Reading once more; whatever the source changes is believed this time.")
    elif act == "own":
        own_stream(stream=found, user=None if found.owner_id == user.pk else user, by=user, now=now)
        say(request, "Nobody looks after it now." if found.owner_id == user.pk else "You look after it now.")
    elif act == "notice":
        text, until = request.POST.get("notice", "").strip(), now + timedelta(hours=_hours(request))
        tell_readers(stream=found, text=text, until=until, user=user, now=now)
        say(request, "Pages with its data say so." if text else "Taken off the pages.")
    elif act == "prove":
        say(request, _send("syncengine.prove", stream_id=id) or "Comparing keys; the proof appears here.")
    elif act == "resume":
        breaker.close(found.source_id, now=now)
        say(request, "The source is called again with the next read.")
    else:
        raise Http404("No such act.")
    if act not in ("own", "notice"):  # those tell of themselves
        audit.record(user=user, action=f"stream: {act}", object="stream", row_id=id, at=now)
    return back(request, reverse("stream", args=[id]))


def _hours(request: HttpRequest) -> int:
    text = request.POST.get("hours", "")
    return min(int(text), 24 * 30) if text.isdecimal() and len(text) < 6 else 24


def _send(task: str, **ids: int | bool) -> str:
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
               "affected": affected_by(user, found.group),
               "payloads": show_payload(user), "masked": masked}  # fmt: skip
    crumbs = [("Sync", reverse("sync")), ("Errors", reverse("sync_errors")), (sentence(found.group.title), None)]
    return page(request, "dashboards/sync/error.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def act_on_group(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Takes a group on, mutes it for a week, or calls it fixed."""
    from syncengine.operations.groups import handle_group  # late: loads Polars, which no other page needs

    group = get_object_or_404(ErrorGroup, pk=id)
    user, now = reader(request), timezone.now()
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
    context = {"drifts": answerable(reader(request), list_drift(reader(request))[:SHOWN])}
    return page(request, "dashboards/sync/schema.html", context, current="sync",
                crumbs=[("Sync", reverse("sync")), ("Schema", None)])  # fmt: skip


@require_POST
@allowed(may_see_runs)
def act_on_drift(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Accepts a change of a column, maps it, ignores it, or blocks the stream until it is looked at."""
    from syncengine.operations.drift import decide_drift  # late: as above

    drift = get_object_or_404(SchemaDrift.objects.select_related("stream__source"), pk=id)
    if act == "map":
        return _map(request, drift)
    try:
        decide_drift(drift=drift, answer=act, user=reader(request), now=timezone.now())
    except ValueError as problem:
        say(request, str(problem))
    else:
        say(request, {"block": "Blocked; nothing is read until this is accepted.", "ignore": "Ignored.",
                      "accept": "Accepted."}[act])  # fmt: skip
    return back(request, reverse("sync_schema"))


def _map(request: HttpRequest, drift: SchemaDrift) -> HttpResponse:
    """A draft of the policies in which the drift is answered; it is planned and applied like any other."""
    from syncengine.policies.answering import NotMappable, draft_answer  # late: as above
    from syncengine.policies.drafts import NotAllowed

    try:
        made = draft_answer(drift=drift, to=request.POST.get("to", ""), user=reader(request), now=timezone.now())
    except (NotMappable, NotAllowed) as problem:
        say(request, str(problem))
        return back(request, reverse("sync_schema"))
    say(request, "Written into a draft; plan it and see what it changes.")
    return redirect("rule_draft", id=made.pk)


@allowed(may_see_runs)
def traced(request: HttpRequest) -> HttpResponse:
    """One record followed from what its source said to the page and back."""
    key = request.GET.get("key", "").strip()
    source = request.GET.get("source") or None
    found = trace(reader(request), key, source=source)
    context = {"key": key, "traces": found, "refused": [] if found else list_turned_away(reader(request), key, source)}
    return page(request, "dashboards/sync/trace.html", context, current="sync",
                crumbs=[("Sync", reverse("sync")), ("Trace", None)])  # fmt: skip
