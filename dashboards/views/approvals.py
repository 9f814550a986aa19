"""Asking for changes, and what became of them; deciding on those of others is work of the queue."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import proposals
from accounts.access import get_account_or_404
from accounts.models import User
from dashboards.pages import allowed, page, reader
from dashboards.panels.changes import change_view
from dashboards.shell import may_work_queue
from dashboards.toasts import back, say
from syncengine.models import OutboxMessage, StewardTask, TaskComment
from syncengine.selectors.queue import list_tasks


@allowed(may_work_queue)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's word is a view of the queue."""
    return redirect(f"{reverse('queue')}?view=approvals")


@login_required
def approval(request: HttpRequest, id: int) -> HttpResponse:
    """One change for who asked for it or follows it; whoever decides on it gets its card of the queue."""
    found = _proposal(reader(request), id)
    card = list_tasks(reader(request)).filter(request=found.request).first()
    return redirect("task", id=card.pk) if card else _show(request, found)


@require_POST
@login_required
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Whoever asked takes it back, or says more."""
    from syncengine.steward import desk  # late: loads Polars, which no other page needs
    from syncengine.writeback.requests import take_requests

    user, now, found = reader(request), timezone.now(), _proposal(reader(request), id)
    answer, task = request.POST.get("answer"), _open_card(found)
    try:
        if answer == "withdraw":
            proposals.withdraw(request=found.request, user=user, now=now)
        elif answer == "comment" and task and found.request.requested_by_id == user.pk:
            desk.comment(task=task, text=request.POST.get("why", ""), user=user, now=now)
        else:
            raise Http404("No such answer.")
    except (ValueError, ValidationError) as error:
        words = " ".join(getattr(error, "messages", [str(error)]))
        return _show(request, _proposal(user, id), problem=words, status=422)
    take_requests(now=now)
    say(request, "Taken back." if answer == "withdraw" else "Said.")
    return redirect("approval", id=id)


@require_POST
@login_required
def ask(request: HttpRequest, id: int) -> HttpResponse:
    """Changes a value, or proposes it to who decides."""
    from syncengine.writeback.requests import take_requests  # late: as above

    user, account, now = reader(request), get_account_or_404(reader(request), id), timezone.now()
    given = request.POST
    try:
        made = proposals.propose(
            account=account, values={given.get("field", ""): given.get("value")}, user=user, now=now,
            reason=given.get("reason", "").strip(),
        )  # fmt: skip
    except proposals.CannotChange as error:
        say(request, str(error))
        return back(request, reverse("customer", args=[account.pk]))
    take_requests(now=now)
    waits = any(found.state == "waiting" for found in made)
    words = "Proposed; whoever decides sees it now." if waits else "Changed; the systems are being told."
    say(request, words if made else "That is what stands there already.")
    return back(request, reverse("customer", args=[account.pk]))


@require_POST
@allowed(lambda user: user.role == "steward")
def undo_write(request: HttpRequest, id: int) -> HttpResponse:
    """Writes the old value back, where nobody has changed it since."""
    from syncengine.writeback.requests import take_requests  # late: as above
    from syncengine.writeback.undo import CannotUndo, undo_message

    message = get_object_or_404(OutboxMessage, pk=id)
    account = get_account_or_404(reader(request), message.account_id or 0)
    try:
        undo_message(message=message, user=reader(request), now=timezone.now())
    except CannotUndo as error:
        say(request, str(error))
    else:
        take_requests(now=timezone.now())
        say(request, "The old value is on its way back.")
    return back(request, reverse("tab", args=[account.pk, "data"]))


def _proposal(user: User, id: int) -> proposals.Proposal:
    found = proposals.get_proposal(user, id)
    if found is None:
        raise Http404("No such request.")
    return found


def _open_card(found: proposals.Proposal) -> StewardTask | None:
    return StewardTask.objects.filter(request=found.request, state="open").first()


def _show(request: HttpRequest, found: proposals.Proposal, *, problem: str = "", status: int = 200) -> HttpResponse:
    task, own = _open_card(found), found.request.requested_by_id == reader(request).pk
    said = TaskComment.objects.filter(task__request=found.request).select_related("written_by").order_by("pk")
    context = change_view(found) | {"problem": problem, "task": task, "own": own, "comments": list(said)}
    account = found.request.account
    crumbs = [(str(account), reverse("customer", args=[account.pk])), ("Change asked for", None)]
    return page(request, "dashboards/approvals/card.html", context, current="customers", crumbs=crumbs, status=status)
