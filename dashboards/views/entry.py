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
from dashboards.pages import reader
from dashboards.shell import get_shell

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


def _choose(user: User, name: str, value: str | None) -> bool:
    if value not in CHOICES[name]:
        return False
    setattr(user, name, value)
    return True
