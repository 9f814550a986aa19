"""The steward's desk: the list of tasks, the card of one, answering it, and taking the answer back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboards.pages import allowed, fragment, page, reader, wants
from dashboards.panels.card import card_view, outcome_words
from dashboards.panels.desk import QueryOf, asked_of, filters_of, queue_view
from dashboards.panels.evidence import evidence_bars
from dashboards.panels.tasks import KINDS
from dashboards.shell import may_see_queue, may_work_queue
from syncengine.models import StewardTask
from syncengine.selectors.card import Card, get_card, get_kind
from syncengine.selectors.queue import list_tasks, next_task

SHOWN = 50


@allowed(may_work_queue)
def queue(request: HttpRequest) -> HttpResponse:
    """Tasks of one view of the queue, the most pressing first; or those answered lately."""
    kind, done = _kind(request), request.GET.get("state") == "done"
    user, now = reader(request), timezone.now()
    asked = None if done else asked_of(request)
    found = list(list_tasks(user, kind=kind, state="done" if done else "open", asked=asked, now=now)[: SHOWN + 1])
    context = queue_view(user, found[:SHOWN], now=now, kind=kind, done=done, query=QueryOf(request))
    context |= {"more": len(found) > SHOWN, "filters": filters_of(request)}
    return page(request, "dashboards/queue/page.html", context, current="queue", crumbs=[("Queue", None)])


@allowed(may_work_queue)
def card(request: HttpRequest, id: int) -> HttpResponse:
    """One task with everything needed to answer it."""
    return _show(request, _card_or_404(request, id))


@allowed(may_work_queue)
def following(request: HttpRequest, id: int) -> HttpResponse:
    """The card that comes after this one, fetched while somebody looks at this one."""
    kind = get_kind(reader(request), id)
    if kind is None:
        raise Http404("No such task.")
    underway = [int(value) for value in request.GET.get("without", "").split(",") if value.isdecimal()]
    after = next_task(reader(request), kind=_kind_after(request, kind), after=[id, *underway], asked=asked_of(request))
    if after is None:
        return HttpResponse(status=204)
    response = fragment(request, "dashboards/queue/_card.html", _context(request, _card_or_404(request, after)))
    response["X-Task"] = str(after)
    return response


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
    """Same, different, related or unsure; then the next task."""
    from dashboards.panels.answers import answer_duplicate  # late: loads Polars, which no other page needs

    found = _card_or_404(request, id)
    if request.POST.get("kind", "") not in ("same", "different", "related", "unsure"):
        raise Http404("No such answer.")
    return _answer(request, found, lambda: answer_duplicate(found.task, request.POST, reader(request), timezone.now()))


@require_POST
@allowed(may_see_queue)
def resolve(request: HttpRequest, id: int) -> HttpResponse:
    """A chosen or typed value, perhaps for all like it; then the next task."""
    from dashboards.panels.answers import answer_conflict  # late: as above

    found = _card_or_404(request, id)
    return _answer(request, found, lambda: answer_conflict(found.task, request.POST, reader(request), timezone.now()))


@require_POST
@allowed(may_work_queue)
def settle(request: HttpRequest, id: int) -> HttpResponse:
    """What a refused record or a waiting decision is answered with; then the next task."""
    from dashboards.panels import answers  # late: as above

    found = _card_or_404(request, id)
    by_kind = {
        "approval": answers.answer_approval, "change": answers.answer_change, "guard": answers.answer_stop,
        "policy": answers.answer_policy,
    }  # fmt: skip
    act = by_kind.get(found.task.kind, answers.answer_refused)
    return _answer(request, found, lambda: act(found.task, request.POST, reader(request), timezone.now()))


@require_POST
@allowed(may_work_queue)
def care(request: HttpRequest, id: int) -> HttpResponse:
    """Assign, put aside, comment: the task stays, the card is shown again or the next one comes."""
    from dashboards.panels.answers import care_for  # late: as above

    found = _card_or_404(request, id)
    try:
        words, stays = care_for(found.task, request.POST, reader(request), timezone.now())
    except ValidationError as error:
        return _show(request, found, status=422, problem=" ".join(error.messages))
    if stays:
        messages.success(request, words) if not request.htmx else None  # type: ignore[attr-defined]
        return _show(request, _card_or_404(request, id)) if request.htmx else redirect("task", id=id)  # type: ignore[attr-defined]
    after = next_task(reader(request), kind=_kind(request), after=[id], asked=asked_of(request))
    return _onwards(request, after, words)


@require_POST
@allowed(may_work_queue)
def bulk_care(request: HttpRequest) -> HttpResponse:
    """Assign or put aside the ticked tasks."""
    from dashboards.panels.answers import care_for_many  # late: as above

    ids = [int(value) for value in request.POST.getlist("task") if value.isdecimal()]
    mine = list(list_tasks(reader(request)).filter(pk__in=ids).values_list("pk", flat=True))
    try:
        messages.success(request, care_for_many(mine, request.POST, reader(request), timezone.now()))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    query = {key: value for key, value in request.GET.items() if value}
    return redirect(f"{reverse('queue')}?{urlencode(query)}" if query else reverse("queue"))


@require_POST
@allowed(may_work_queue)
def undo(request: HttpRequest, id: int) -> HttpResponse:
    """Takes the answer back and shows the task again."""
    from dashboards.panels.answers import REFUSALS, take_back  # late: loads Polars, which no other page needs

    found = _card_or_404(request, id)
    try:
        words = take_back(found.task, reader(request), timezone.now())
    except REFUSALS as error:
        return _show(request, found, status=422, problem=str(error))
    if request.htmx:  # type: ignore[attr-defined]
        return _swap(request, id, words)
    messages.success(request, words)
    return redirect("task", id=id)


def _answer(request: HttpRequest, answered: Card, act: Callable[[], str]) -> HttpResponse:
    from dashboards.panels.answers import REFUSALS  # late: as above

    try:
        words = act()
    except REFUSALS as error:
        return _show(request, answered, status=422, problem=str(error))
    except ValidationError as error:
        return _show(request, answered, status=422, problem=" ".join(error.messages))
    task = StewardTask.objects.get(pk=answered.task.pk)
    after = next_task(reader(request), kind=_kind_after(request, task.kind), after=[task.pk], asked=asked_of(request))
    return _onwards(request, after, words or outcome_words(task, answered), task if task.state == "done" else None)


def _onwards(
    request: HttpRequest, after: int | None, words: str, task: StewardTask | None = None
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, words)
        return redirect("task", id=after) if after else redirect("queue")
    return _swap(request, after, words, task)


def _swap(request: HttpRequest, id: int | None, words: str = "", task: StewardTask | None = None) -> HttpResponse:
    """The next card in place of the last, and a toast that can take the answer back."""
    if id is None:
        response = fragment(request, "dashboards/queue/_finished.html", {})
        response["HX-Push-Url"] = reverse("queue")
    else:
        response = fragment(request, "dashboards/queue/_card.html", _context(request, _card_or_404(request, id)))
        response["HX-Push-Url"] = reverse("task", args=[id]) + QueryOf(request).text
        response["X-Task"] = str(id)
    if words:
        toast = {"text": words, "undo_url": reverse("undo", args=[task.pk]) if task else ""}
        response.content += render_to_string("dashboards/queue/_swapped_toast.html", toast, request).encode()
    return response


def _context(request: HttpRequest, found: Card, problem: str = "") -> dict[str, object]:
    return card_view(found, reader(request), timezone.now()) | {"problem": problem, "query": QueryOf(request).text}


def _show(request: HttpRequest, found: Card, status: int = 200, problem: str = "") -> HttpResponse:
    context = _context(request, found, problem)
    if wants(request, "work"):
        return fragment(request, "dashboards/queue/_card.html", context, status=status)
    crumbs = [
        ("Queue", reverse("queue")),
        (KINDS[found.task.kind], f"{reverse('queue')}?kind={found.task.kind}"),
        (f"Task {found.task.pk}", None),
    ]
    return page(request, "dashboards/queue/card.html", context, current="queue", crumbs=crumbs, status=status)


def _card_or_404(request: HttpRequest, id: int) -> Card:
    found = get_card(reader(request), id, asked_of(request))
    if found is None:
        raise Http404("No such task.")
    return found


def _kind_after(request: HttpRequest, kind: str) -> str | None:
    """Whoever came from a view stays in it; else one stays with the kind of question one is in."""
    return _kind(request) if request.GET.get("view") or request.GET.get("kind") else kind


def _kind(request: HttpRequest) -> str | None:
    given = request.GET.get("kind")
    return given if given in KINDS else None
