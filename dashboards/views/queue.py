"""The steward's desk: the list of tasks, the card of one, answering it, and taking the answer back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.selectors.money import base_currency
from dashboards.pages import allowed, fragment, page, reader, wants
from dashboards.panels.queue import KINDS, card_view, evidence_bars, outcome_words, tabs, task_rows
from dashboards.shell import may_see_queue
from syncengine.models import StewardTask
from syncengine.selectors.queue import Card, get_card, list_tasks, next_task

SHOWN = 50


@allowed(may_see_queue)
def queue(request: HttpRequest) -> HttpResponse:
    """Tasks of one kind or all, the most valuable first; or those answered lately."""
    kind, done = _kind(request), request.GET.get("state") == "done"
    found = list_tasks(reader(request), kind=kind, state="done" if done else "open")
    context = {"rows": task_rows(list(found[:SHOWN]), timezone.now()), "kind": kind, "done": done,
        "currency": base_currency(),
               "tabs": tabs(reader(request), kind, done)}  # fmt: skip
    return page(request, "dashboards/queue/page.html", context, current="queue", crumbs=[("Queue", None)])


@allowed(may_see_queue)
def card(request: HttpRequest, id: int) -> HttpResponse:
    """One task with everything needed to answer it."""
    return _show(request, _card_or_404(request, id))


@allowed(may_see_queue)
def evidence(request: HttpRequest, id: int) -> HttpResponse:
    """Why the two are proposed; apart from the card, since it takes longer than the rest."""
    from syncengine.selectors.evidence import explain_task  # late: loads Polars, which few pages need

    found = _card_or_404(request, id)
    explanation = explain_task(found.task)
    context = {"explanation": explanation, "bars": evidence_bars(explanation) if explanation else []}
    if wants(request, "evidence"):
        return fragment(request, "dashboards/queue/_evidence.html", context)
    crumbs = [("Queue", reverse("queue")), (f"Task {id}", reverse("task", args=[id])), ("Evidence", None)]
    return page(request, "dashboards/queue/evidence.html", context, current="queue", crumbs=crumbs)


@require_POST
@allowed(may_see_queue)
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Same or different; then the next task."""
    from syncengine.steward.decisions import decide_duplicate  # late: loads Polars, which no other page needs

    found = _card_or_404(request, id)
    kind = request.POST.get("kind", "")
    if kind not in ("same", "different"):
        raise Http404("No such answer.")
    return _answer(
        request,
        found,
        lambda: decide_duplicate(task=found.task, kind=kind, user=reader(request), now=timezone.now()),
    )


@require_POST
@allowed(may_see_queue)
def resolve(request: HttpRequest, id: int) -> HttpResponse:
    """A chosen or typed value; then the next task."""
    from syncengine.steward.decisions import resolve_conflict  # late: loads Polars, which no other page needs

    found = _card_or_404(request, id)
    record, value = request.POST.get("record", ""), request.POST.get("value", "").strip()
    if not record.isdigit() and not value:
        return _show(request, found, status=422, problem="Choose one of the values or type another.")
    chosen = {"record_id": int(record)} if record.isdigit() else {"value": value}
    return _answer(
        request,
        found,
        lambda: resolve_conflict(task=found.task, user=reader(request), now=timezone.now(), **chosen),
    )


@require_POST
@allowed(may_see_queue)
def undo(request: HttpRequest, id: int) -> HttpResponse:
    """Takes the answer back and shows the task again."""
    from syncengine.steward import decisions  # late: loads Polars, which no other page needs

    found = _card_or_404(request, id)
    try:
        decisions.undo(task=found.task, user=reader(request), now=timezone.now())
    except decisions.AlreadySettled as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken back. The task is open again.")
    return redirect("task", id=id) if not request.htmx else _swap(request, id)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, answered: Card, act: object) -> HttpResponse:
    from syncengine.steward.decisions import AlreadySettled, ContradictsDecision  # late: as above

    try:
        act()  # type: ignore[operator]
    except (AlreadySettled, ContradictsDecision) as error:
        return _show(request, answered, status=422, problem=str(error))
    except ValidationError as error:
        return _show(request, answered, status=422, problem=" ".join(error.messages))
    task = StewardTask.objects.get(pk=answered.task.pk)
    following = next_task(reader(request), kind=task.kind, after=task.pk)
    words = outcome_words(task, answered)
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, words)
        return redirect("task", id=following.pk) if following else redirect("queue")
    return _swap(request, following.pk if following else None, words, task)


def _swap(request: HttpRequest, id: int | None, words: str = "", task: StewardTask | None = None) -> HttpResponse:
    """The next card in place of the last, and a toast that can take the answer back."""
    if id is None:
        response = fragment(request, "dashboards/queue/_finished.html", {})
        response["HX-Push-Url"] = reverse("queue")
    else:
        response = fragment(request, "dashboards/queue/_card.html", card_view(_card_or_404(request, id)))
        response["HX-Push-Url"] = reverse("task", args=[id])
    if task is not None:
        toast = {"text": words, "undo_url": reverse("undo", args=[task.pk])}
        response.content += render_to_string("dashboards/queue/_swapped_toast.html", toast, request).encode()
    return response


def _show(request: HttpRequest, found: Card, status: int = 200, problem: str = "") -> HttpResponse:
    context = card_view(found) | {"problem": problem}
    if wants(request, "work"):
        return fragment(request, "dashboards/queue/_card.html", context, status=status)
    crumbs = [
        ("Queue", reverse("queue")),
        (KINDS[found.task.kind], f"{reverse('queue')}?kind={found.task.kind}"),
        (f"Task {found.task.pk}", None),
    ]
    return page(request, "dashboards/queue/card.html", context, current="queue", crumbs=crumbs, status=status)


def _card_or_404(request: HttpRequest, id: int) -> Card:
    found = get_card(reader(request), id)
    if found is None:
        raise Http404("No such task.")
    return found


def _kind(request: HttpRequest) -> str | None:
    given = request.GET.get("kind")
    return given if given in KINDS else None
