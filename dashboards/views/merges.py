"""How customers became one, and taking it back: the history, one move with its preview, a customer taken apart."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import get_account_or_404
from accounts.models import User
from accounts.selectors.money import base_currency
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels.moves import filter_of, move_rows, preview_rows
from dashboards.shell import may_see_queue
from syncengine.selectors.merges import get_move, list_moves, may_see_moves
from syncengine.selectors.queue import sees_amounts

SHOWN = 50


def may_take_back(user: User) -> bool:
    """Whether splitting customers is this user's work."""
    return may_see_queue(user)


@allowed(may_see_moves)
def merges(request: HttpRequest) -> HttpResponse:
    """Merges, splits and moves, the newest first."""
    asked = filter_of(request.GET)
    start = max(int(request.GET.get("before", "0")) if request.GET.get("before", "").isdecimal() else 0, 0)
    moves = list_moves(reader(request), asked)
    found = list((moves.filter(pk__lt=start) if start else moves)[: SHOWN + 1])
    context = {
        "rows": move_rows(found[:SHOWN], amounts=sees_amounts(reader(request))),
        "more": found[SHOWN - 1].pk if len(found) > SHOWN else None,
        "asked": asked,
        "currency": base_currency(),
    }
    return page(request, "dashboards/merges/page.html", context, current="merges", crumbs=[("Merges", None)])


@allowed(may_see_moves)
def move(request: HttpRequest, id: int) -> HttpResponse:
    """One move: what went where and why, and what taking it back would do."""
    from syncengine.selectors.reverts import preview_revert  # late: loads Polars, which few pages need

    found = get_move(reader(request), id)
    if found is None:
        raise Http404("No such merge.")
    preview = preview_revert(reader(request), found, now=timezone.now())
    context = {
        "row": move_rows([found], amounts=sees_amounts(reader(request)))[0],
        "preview": preview,
        "changes": preview_rows(preview, reader(request)),
        "may": may_take_back(reader(request)),
        "currency": base_currency(),
    }
    crumbs: list[Crumb] = [("Merges", reverse("merges")), (f"{found.kind.title()} {id}", None)]
    return page(request, "dashboards/merges/move.html", context, current="merges", crumbs=crumbs)


@require_POST
@allowed(may_take_back)
def take_back(request: HttpRequest, id: int) -> HttpResponse:
    """Undo one move of the history."""
    from syncengine.steward.contradictions import ContradictsDecision  # late: loads Polars, which few pages need
    from syncengine.steward.unmerge import revert

    found = get_move(reader(request), id)
    if found is None:
        raise Http404("No such merge.")
    try:
        revert(move=found, user=reader(request), now=timezone.now(), reason=request.POST.get("reason", ""))
    except (ValidationError, ContradictsDecision) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
    else:
        messages.success(request, "Taken back with the next publish. The records are kept apart from now on.")
    return redirect("move", id=id)


@allowed(may_take_back)
def apart(request: HttpRequest, id: int) -> HttpResponse:
    """A customer's records with how they hold together; ticked ones are split off."""
    from dashboards.panels.moves import apart_view  # late: loads Polars, which few pages need
    from syncengine.steward.contradictions import ContradictsDecision
    from syncengine.steward.unmerge import unmerge

    account = get_account_or_404(reader(request), id)
    if request.method == "POST":
        records = [int(value) for value in request.POST.getlist("record") if value.isdecimal()]
        try:
            reason = request.POST.get("reason", "")
            unmerge(account=account, records=records, user=reader(request), now=timezone.now(), reason=reason)
        except (ValidationError, ContradictsDecision) as error:
            messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, "Split with the next publish; the history can take it back.")
            return redirect("customer", id=account.pk)
    ticked = [int(value) for value in request.GET.getlist("record") if value.isdecimal()]
    context = apart_view(account, ticked, reader(request), timezone.now())
    crumbs: list[Crumb] = [("Merges", reverse("merges")), (str(account), reverse("customer", args=[account.pk])),
                           ("Take apart", None)]  # fmt: skip
    return page(request, "dashboards/merges/apart.html", context, current="merges", crumbs=crumbs)
