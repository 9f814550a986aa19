"""Refused records: chosen by what they have in common, tried without a trace, replayed; one edited and replayed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from celery import current_app
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts import audit
from accounts.access import treatment
from accounts.models import Source
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels.refusal import letter_view
from dashboards.panels.refused import group_refused
from dashboards.toasts import back, say
from syncengine.models import DeadLetter, Stream
from syncengine.operations.fingerprints import stripped
from syncengine.selectors.letters import Chosen, choose, chosen_of
from syncengine.selectors.sync import may_see_runs, show_payload
from syncengine.steward.wake import wake_lane

if TYPE_CHECKING:
    from syncengine.pipeline.replay import Outcome, Preview

SHOWN = 500
WAITED_FOR = 1_000  # as many records as a page replays by itself; more are a worker's


@allowed(may_see_runs)
def refused(request: HttpRequest) -> HttpResponse:
    """What was refused and waits, as far as it was asked for."""
    return _listed(request, chosen_of(request.GET.dict()))


def _listed(request: HttpRequest, chosen: Chosen, outcome: Outcome | None = None) -> HttpResponse:
    user = reader(request)
    letters = choose(user, chosen)
    masked = treatment(user, "runs") == "masked"
    asked = {name: value for name, value in asdict(chosen).items() if value}
    context = {
        "refused": group_refused(letters[:SHOWN], values=not masked), "payloads": show_payload(user), "masked": masked,
        "total": letters.count(), "chosen": chosen, "asked": asked, "query": urlencode(asked), "outcome": outcome,
        "sources": Source.objects.filter(retired_at=None).order_by("label"),
        "streams": Stream.objects.filter(active=True).select_related("source").order_by("source__label", "name"),
    }  # fmt: skip
    crumbs: list[Crumb] = [("Sync", reverse("sync")), ("Refused records", None)]
    return page(request, "dashboards/sync/refused.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def replay_chosen(request: HttpRequest) -> HttpResponse:
    """Tries all that were chosen without a trace, or replays them."""
    from syncengine.pipeline.replay import rehearse, replay_many  # late: loads Polars, which no other page needs

    user, chosen = reader(request), chosen_of(request.POST.dict())
    ids = list(choose(user, chosen).order_by("pk").values_list("pk", flat=True))
    if request.POST.get("act") == "try":
        return _listed(request, chosen, rehearse(ids))
    told = {name: str(value) for name, value in asdict(chosen).items() if value}
    audit.record(user=user, action="replayed records", detail={"chosen": told, "records": len(ids)}, at=timezone.now())
    if len(ids) > WAITED_FOR and _sent(ids):
        say(request, f"A worker replays {len(ids):,} records; what is refused again stays here.")
    else:
        done = replay_many(ids)
        wake_lane()
        say(request, f"{done.taken:,} taken, {done.again:,} refused again.")
    return redirect(f"{reverse('refused')}?{urlencode(told)}" if told else reverse("refused"))


def _sent(ids: list[int]) -> bool:
    try:
        current_app.send_task("syncengine.replay", kwargs={"ids": ids}, retry=False, ignore_result=True)
    except OperationalError:
        return False
    return True


@require_POST
@allowed(may_see_runs)
def replay(request: HttpRequest) -> HttpResponse:
    """Runs the records named through the pipeline once more."""
    from syncengine.pipeline.replay import replay_many  # late: as above

    ids = [int(value) for value in request.POST.getlist("id") if value.isdecimal()]
    audit.record(user=reader(request), action="replayed records", detail={"ids": ids}, at=timezone.now())
    done = replay_many(ids)
    wake_lane()
    if done.tried:
        say(request, f"{done.taken:,} taken, {done.again:,} refused again.")
    else:
        say(request, "What could not be read as a record can’t be replayed; the next sync reads it anew.")
    return back(request, reverse("refused"))


@allowed(may_see_runs)
def letter(request: HttpRequest, id: int) -> HttpResponse:
    """One refused record: why, what it says, and what taking it would change."""
    return _shown(request, _letter(id))


def _letter(id: int) -> DeadLetter:
    return get_object_or_404(DeadLetter.objects.select_related("stream__source", "group", "run"), pk=id)


def _shown(
    request: HttpRequest, found: DeadLetter, text: str = "", preview: Preview | None = None, problem: str = ""
) -> HttpResponse:
    user = reader(request)
    masked = treatment(user, "runs") == "masked"
    context: dict[str, Any] = {
        **letter_view(found, user), "letter": found, "masked": masked, "preview": preview, "problem": problem,
        "reason": stripped(found.reason) if masked else found.reason,
        "waits": found.state == "open" and found.stage != "read",
    }  # fmt: skip
    context["editable"] = text or context["editable"]
    crumbs: list[Crumb] = [("Sync", reverse("sync")), ("Refused records", reverse("refused")),
                           (found.key or f"Record {found.pk}", None)]  # fmt: skip
    return page(request, "dashboards/sync/letter.html", context, current="sync", crumbs=crumbs)


@require_POST
@allowed(may_see_runs)
def act_on_letter(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Shows what taking a record would change, takes it (edited where it was), or sets it aside."""
    from syncengine.pipeline.replay import preview  # late: as above
    from syncengine.refused import NotEditable

    found, user = _letter(id), reader(request)
    edited = request.POST.get("payload", "").strip() if show_payload(user) else ""
    try:
        if act == "try":
            return _shown(request, found, edited, preview(id, edited or None, now=timezone.now()))
        say(request, _done(found, act, edited, request))
    except NotEditable as problem:
        return _shown(request, found, edited, problem=str(problem))
    return redirect("letter", id=id)


def _done(found: DeadLetter, act: str, edited: str, request: HttpRequest) -> str:
    from syncengine import refused as letters  # late: as above
    from syncengine.pipeline.replay import replay_many

    user, now = reader(request), timezone.now()
    reason = request.POST.get("reason", "").strip()
    if act == "dismiss":
        letters.dismiss(letter_id=found.pk, reason=reason, user=user, now=now)
        return "Set aside; what is known of the record stays."
    if act == "wait":
        letters.await_source(letter_id=found.pk, reason=reason, user=user, now=now)
        return "It waits for its source to send a sound one."
    if edited and edited != (found.edited_payload or found.payload):
        letters.edit(letter_id=found.pk, payload=edited, reason=reason, user=user, now=now)
    audit.record(user=user, action="replayed records", detail={"ids": [found.pk]}, at=now)
    done = replay_many([found.pk])
    wake_lane()
    return "Taken." if done.taken else "Refused again; the reason stands on the open record."
