"""Logging in and out, the password, and how the portal looks to its user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.catalogue import roles
from accounts.models import User
from dashboards.keymap import changeable
from dashboards.pages import Crumb, page, reader
from dashboards.shell import get_shell, may_see_queue

CHOICES = {"theme": ("system", "light", "dark"), "density": ("comfortable", "default", "compact")}


class Login(LoginView):
    """The login card; in a demo it names the roles one can log in as."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo_logins": list_demo_logins()}


class ChangePassword(PasswordChangeView):
    """A new password for who is logged in."""

    success_url = reverse_lazy("home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"shell": get_shell(reader(self.request), "")}

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Password changed.")
        return super().form_valid(form)


def list_demo_logins() -> list[dict[str, str]]:
    """E-mail and role label of each demo login; none where the database is not our own."""
    if not settings.OWN_DATABASE:
        return []
    first: dict[str, str] = {}
    for email, role in User.objects.filter(is_demo=True, is_active=True).order_by("id").values_list("email", "role"):
        first.setdefault(role, email)
    return [{"label": spec.label, "email": first[name]} for name, spec in roles().items() if name in first]


@require_POST
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Remembers theme or row height on the user."""
    user = reader(request)
    changed = [name for name in ("theme", "density") if _choose(user, name, request.POST.get(name))]
    if changed:
        user.save(update_fields=changed)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(back if safe else "/")


@login_required
def own_keys(request: HttpRequest) -> HttpResponse:
    """Which keys this person presses, and whether single letters act at all."""
    user, steward = reader(request), may_see_queue(reader(request))
    offered = changeable(steward=steward)
    if request.method == "POST":
        asked = {key: request.POST.get(f"key-{key}", "").strip()[:1] or key for key, _ in offered}
        twice = sorted({own for own in asked.values() if list(asked.values()).count(own) > 1})
        if not twice:
            user.key_map = {key: own for key, own in asked.items() if own != key}
            user.single_keys = request.POST.get("single_keys") == "1"
            user.save(update_fields=["key_map", "single_keys"])
            messages.success(request, "Your keys are saved.")
            return HttpResponseRedirect(request.path)
        messages.error(request, f"Each key does one thing: {', '.join(twice)} is given twice.")
    rows = [(key, meaning, (user.key_map or {}).get(key, key)) for key, meaning in offered]
    crumbs: list[Crumb] = [("Your keys", None)]
    return page(request, "registration/keys.html", {"rows": rows}, current="", crumbs=crumbs)


def _choose(user: User, name: str, value: str | None) -> bool:
    if value not in CHOICES[name]:
        return False
    setattr(user, name, value)
    return True
