"""Sync pages: the board of sources, one source, one run."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import treatment
from accounts.loading import NotLoading, current_load
from accounts.models import Source
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels import sync as panel
from dashboards.panels.refused import group_refused
from syncengine.first_load import end_first_load
from syncengine.models import DeadLetter, Run
from syncengine.operations.cancelling import NotRunning, ask_to_cancel
from syncengine.selectors.guards import list_fired
from syncengine.selectors.reports import run_report
from syncengine.selectors.sync import get_run, list_refused, list_runs, may_see_runs, show_payload

SHOWN = 25
ROUNDS = 6


@allowed(may_see_runs)
def sources(request: HttpRequest) -> HttpResponse:
    """Every stream with its state, worst first, and the latest rounds of the publish lane."""
    rounds = list_runs(reader(request)).filter(stream=None)[:ROUNDS]
    context = {"lines": panel.board(reader(request), timezone.now()), "runs": list(rounds), "loading": current_load()}
    return page(request, "dashboards/sync/page.html", context, current="sync", crumbs=[("Sync", None)])


@require_POST
@allowed(may_see_runs)
def end_load(request: HttpRequest) -> HttpResponse:
    """Somebody's word that the data stand: what a first load held back begins."""
    try:
        count = end_first_load(by=reader(request), now=timezone.now())
    except NotLoading as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The first load is over. {count:,} customers are looked at once more.")
    return redirect("sync")


@allowed(may_see_runs)
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source: its streams, its latest runs, what it had refused."""
    found = get_object_or_404(Source, name=name)
    runs = list_runs(reader(request)).filter(stream__source=found)[:SHOWN]
    letters = list_refused(reader(request)).filter(stream__source=found)[:SHOWN]
    context = {
        "source": found,
        "lines": panel.board(reader(request), timezone.now(), name),
        "runs": list(runs),
        **_letters(request, letters),
    }
    crumbs: list[Crumb] = [("Sync", reverse("sync")), (found.label, None)]
    return page(request, "dashboards/sync/source.html", context, current="sync", crumbs=crumbs)


@allowed(may_see_runs)
def run(request: HttpRequest, id: int) -> HttpResponse:
    """One run: its ledger beside the last good one, its log, where the time went, what it refused, whom it touched."""
    found = get_run(reader(request), id)
    if found is None:
        raise Http404("No such run.")
    context = {
        "run": found,
        "entries": panel.ledger(found),
        "stages": panel.stages(found),
        "tone": panel.run_tone(found),
        "report": run_report(reader(request), found),
        "fired": list_fired(reader(request), run=found) if found.kind == "publish" else [],
        **_letters(request, list_refused(reader(request), run_id=id)[:SHOWN]),
    }
    crumbs = [("Sync", reverse("sync")), *_source_crumb(found), (f"Run {id}", None)]
    return page(request, "dashboards/sync/run.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def cancel(request: HttpRequest, id: int) -> HttpResponse:
    """Ends a run after the batch it is at."""
    found = get_object_or_404(Run, pk=id)
    try:
        ask_to_cancel(run=found, user=reader(request), now=timezone.now())
    except NotRunning as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The run ends after the batch it is at; what has landed stands.")
    return redirect("run", id=id)


def _letters(request: HttpRequest, letters: Iterable[DeadLetter]) -> dict[str, object]:
    """Refused records with how much of them the reader sees."""
    user = reader(request)
    shown, masked = show_payload(user), treatment(user, "runs") == "masked"
    return {"refused": group_refused(letters, values=not masked), "payloads": shown, "masked": masked}


def _source_crumb(run: Run) -> list[Crumb]:
    if run.stream is None:
        return []
    return [(run.stream.source.label, reverse("source", args=[run.stream.source.name]))]
