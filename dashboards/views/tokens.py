"""One's own keys for programs: made here, told once, revoked here."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.grants import create_token, revoke_token
from accounts.models import ApiToken
from dashboards.pages import Crumb, page, reader


@login_required
def own_tokens(request: HttpRequest) -> HttpResponse:
    """The keys, and after making one its secret, this once."""
    user, secret = reader(request), ""
    if request.method == "POST":
        label = request.POST.get("label", "").strip()[:80]
        secret = create_token(user=user, label=label or "Unnamed", by=user, now=timezone.now())
    crumbs: list[Crumb] = [("Your API keys", None)]
    context = {"keys": list(user.tokens.order_by("-created_at")), "secret": secret}
    return page(request, "registration/tokens.html", context, current="", crumbs=crumbs)


@require_POST
@login_required
def revoke_own(request: HttpRequest, id: int) -> HttpResponse:
    """One's own key opens nothing any more."""
    token = get_object_or_404(ApiToken, pk=id, user=reader(request), revoked_at=None)
    revoke_token(token=token, by=reader(request), now=timezone.now())
    messages.success(request, f"{token.prefix}… is revoked.")
    return redirect("own_tokens")
