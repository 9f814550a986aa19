"""Lists people keep, and what is done to several customers of a list at once."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import workspace
from accounts.filtersets import FilterRefused
from accounts.models import SavedView
from dashboards.pages import reader
from dashboards.panels.list_state import DENSITIES, ListState
from dashboards.panels.views import state_of
from dashboards.toasts import back, say
from dashboards.undo import ticket
from dashboards.views.customers import filtered


@require_POST
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Keeps the list as it stands under a name, and shows it."""
    user, state = reader(request), _state(request)
    share, _, team = request.POST.get("share", "private").partition(":")
    density = request.POST.get("density", "")
    values = state.saved | {"density": density if density in DENSITIES else state.density}
    try:
        view = workspace.save_view(
            name=request.POST.get("name", "")[:60],
            by=user,
            now=timezone.now(),
            share=share if share in ("role", "team", "everyone") else "private",
            team=user.groups.filter(pk=team).first() if team.isdecimal() else None,
            **values,
        )
    except workspace.EmptyText as error:
        messages.error(request, str(error))
        return back(request, reverse("customers"))
    say(request, f"{view.name} is kept as a view.")
    return HttpResponseRedirect(reverse("customers") + state_of(view).query)


@require_POST
@login_required
def delete(request: HttpRequest, id: int) -> HttpResponse:
    """The view is gone; Undo brings it back."""
    user, view = reader(request), get_object_or_404(SavedView, pk=id)
    kept = state_of(view).saved | {"name": view.name, "share": view.share, "team": view.team_id}
    workspace.delete_view(view=view, by=user, now=timezone.now())
    say(request, f"{view.name} is deleted.", ticket(user, "save view", **kept))
    return HttpResponseRedirect(reverse("customers"))


@require_POST
@login_required
def bulk(request: HttpRequest) -> HttpResponse:
    """Follows or exports the ticked customers, or all that the list's filters leave."""
    user, state = reader(request), _state(request)
    ids = [int(value) for value in request.POST.getlist("id") if value.isdecimal()]
    everything = request.POST.get("all") == "1"
    if not ids and not everything:
        messages.error(request, "Tick the customers first.")
        return back(request, reverse("customers"))
    if request.POST.get("do") == "export":
        chosen = "" if everything else "&" + urlencode([("id", id) for id in ids])
        return HttpResponseRedirect(reverse("customers_export") + state.query + chosen)
    try:
        rows = filtered(user, state) if everything else filtered(user, ListState({})).filter(pk__in=ids)
    except FilterRefused as error:
        messages.error(request, str(error))
        return back(request, reverse("customers"))
    new = workspace.follow_many(accounts=rows, by=user, now=timezone.now())
    count = f"{len(new)} customer{'' if len(new) == 1 else 's'}"
    say(request, f"You follow {count} more." if new else "You follow them already.",
        ticket(user, "unfollow", ids=new) if new else "")  # fmt: skip
    return back(request, reverse("customers"))


def _state(request: HttpRequest) -> ListState:
    return ListState.of(QueryDict(request.POST.get("state", "").lstrip("?")))
