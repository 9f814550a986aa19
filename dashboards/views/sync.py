"""Sync pages: the board of sources, one source, one run, and refused records."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import treatment
from accounts.models import Source
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels import sync as panel
from dashboards.panels.refused import group_refused
from syncengine.models import DeadLetter, Run
from syncengine.selectors.sync import get_run, list_refused, list_runs, may_see_runs, show_payload

SHOWN = 25
ROUNDS = 6


@allowed(may_see_runs)
def sources(request: HttpRequest) -> HttpResponse:
    """Every stream with its state, worst first, and the latest rounds of the publish lane."""
    rounds = list_runs(reader(request)).filter(stream=None)[:ROUNDS]
    context = {"lines": panel.board(reader(request), timezone.now()), "runs": list(rounds)}
    return page(request, "dashboards/sync/page.html", context, current="sync", crumbs=[("Sync", None)])


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
    """One run: its ledger, where the time went, what it refused."""
    found = get_run(reader(request), id)
    if found is None:
        raise Http404("No such run.")
    context = {
        "run": found,
        "entries": panel.ledger(found),
        "stages": panel.stages(found),
        "tone": panel.run_tone(found),
        **_letters(request, list_refused(reader(request), run_id=id)[:SHOWN]),
    }
    crumbs = [("Sync", reverse("sync")), *_source_crumb(found), (f"Run {id}", None)]
    return page(request, "dashboards/sync/run.html", context, current="sync", crumbs=crumbs)


@allowed(may_see_runs)
def refused(request: HttpRequest) -> HttpResponse:
    """What was refused and waits."""
    letters = list_refused(reader(request))
    name = request.GET.get("source")
    if name:
        letters = letters.filter(stream__source__name=name)
    crumbs: list[Crumb] = [("Sync", reverse("sync")), ("Refused records", None)]
    context = _letters(request, letters[: 20 * SHOWN]) | {"only": name}
    return page(request, "dashboards/sync/refused.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def replay(request: HttpRequest) -> HttpResponse:
    """Runs refused records through the pipeline once more."""
    from syncengine.pipeline import replay as run_again  # late: loads Polars, which no other page needs

    ids = [int(value) for value in request.POST.getlist("id") if value.isdecimal()]
    audit.record(user=reader(request), action="replayed records", detail={"ids": ids}, at=timezone.now())
    runs = run_again(ids)
    taken = sum(run.read - run.rejected - run.held for run in runs)
    again = sum(run.rejected + run.held for run in runs)
    if taken and not again:
        messages.success(request, f"{taken} record{'' if taken == 1 else 's'} taken.")
    elif runs:
        messages.error(request, f"{again} refused again, {taken} taken. The reason is below.")
    else:
        messages.error(request, "What could not be read as a record can’t be replayed; the next sync reads it anew.")
    back = request.POST.get("next", "")
    return redirect(back if back.startswith("/sync/") else reverse("refused"))


def _letters(request: HttpRequest, letters: Iterable[DeadLetter]) -> dict[str, object]:
    """Refused records with how much of them the reader sees."""
    user = reader(request)
    shown, masked = show_payload(user), treatment(user, "runs") == "masked"
    return {"refused": group_refused(letters, values=not masked), "payloads": shown, "masked": masked}


def _source_crumb(run: Run) -> list[Crumb]:
    if run.stream is None:
        return []
    return [(run.stream.source.label, reverse("source", args=[run.stream.source.name]))]
