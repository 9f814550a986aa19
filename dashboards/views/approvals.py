"""Asking for changes and deciding on those of others."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import proposals
from accounts.access import get_account_or_404
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.pages import allowed, page, reader
from dashboards.panels.written import STATES
from dashboards.shell import may_approve_any
from dashboards.toasts import back, say
from syncengine.models import OutboxMessage
from syncengine.policies import current_policies

SHOWN = 100


@allowed(may_approve_any)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's word."""
    waiting = proposals.list_waiting(reader(request))[:SHOWN]
    rows = proposals.as_proposals(reader(request), waiting)
    return page(request, "dashboards/approvals/page.html", {"rows": rows}, current="approvals",
                crumbs=[("Approvals", None)])  # fmt: skip


@login_required
def approval(request: HttpRequest, id: int) -> HttpResponse:
    """One change: before and after, why, by which policy, what hangs on it."""
    return _show(request, _proposal(reader(request), id))


@require_POST
@login_required
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Yes, no, or taken back."""
    from syncengine.writeback.requests import take_requests  # late: loads Polars, which no other page needs

    user, now, found = reader(request), timezone.now(), _proposal(reader(request), id)
    answer, why = request.POST.get("answer"), request.POST.get("why", "")
    try:
        if answer == "approve":
            proposals.approve(request=found.request, user=user, now=now, answer=why)
        elif answer == "reject":
            proposals.reject(request=found.request, user=user, now=now, answer=why)
        elif answer == "withdraw":
            proposals.withdraw(request=found.request, user=user, now=now)
        else:
            raise Http404("No such answer.")
    except (ValueError, PermissionError) as error:
        return _show(request, _proposal(user, id), problem=str(error), status=422)
    take_requests(now=now)
    words = {"approve": "Approved; it is on its way.", "reject": "Rejected.", "withdraw": "Taken back."}
    say(request, words[answer])
    return redirect("approvals") if answer != "withdraw" else redirect("approval", id=id)


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


def _show(request: HttpRequest, found: proposals.Proposal, *, problem: str = "", status: int = 200) -> HttpResponse:
    word, tone = STATES[found.request.state]
    fields = {wish.field.name for wish in found.wishes}
    targets = [
        source.label
        for source in current_policies().sources.values()
        if any(stream.write and fields & set(stream.write.fields) for stream in source.streams.values())
    ]
    messages_ = OutboxMessage.objects.filter(request=found.request).select_related("stream__source").order_by("pk")
    context = {"proposal": found, "word": word, "tone": tone, "problem": problem, "targets": targets,
               "messages_": list(messages_[:20]), "currency": base_currency()}  # fmt: skip
    crumbs = [("Approvals", reverse("approvals")), (f"Request {found.request.pk}", None)]
    return page(request, "dashboards/approvals/card.html", context, current="approvals", crumbs=crumbs, status=status)
