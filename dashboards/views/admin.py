"""Administration: users and what they were given, roles, territories, keys for programs, and the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import audit, grants
from accounts.catalogue import classes, roles
from accounts.models import Account, ApiToken, Territory, User
from accounts.selectors import people
from dashboards.pages import Crumb, allowed, page, reader
from dashboards.shell import may_administer
from dashboards.viewing import KEY

AUDIT_PAGE = people.SHOWN // 2
HOME: Crumb = ("Administration", "/admin/users/")
TABS = (
    ("admin_users", "Users"),
    ("admin_roles", "Roles"),
    ("admin_territories", "Territories and teams"),
    ("admin_keys", "API keys"),
    ("admin_hooks", "Webhooks"),
    ("admin_audit", "Audit log"),
)


def admin_page(
    request: HttpRequest, name: str, template: str, context: dict[str, Any], *more: Crumb, status: int = 200
) -> HttpResponse:
    """A page of the administration, its tabs above it."""
    tabs = [(label, reverse(tab), tab == name) for tab, label in TABS]
    crumbs = [HOME, *more] if more else []
    frame = context | {"admin_tabs": tabs, "roles": roles()}
    template = f"dashboards/admin/{template}.html"
    return page(request, template, frame, current="admin_users", crumbs=crumbs, status=status)


@allowed(may_administer)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who logs in."""
    words, role = request.GET.get("q", ""), request.GET.get("role", "")
    found = people.list_users(words, role)
    return admin_page(request, "admin_users", "users", {"users": found, "words": words, "role": role})


@require_POST
@allowed(may_administer)
def create_user(request: HttpRequest) -> HttpResponse:
    """Somebody new, who gets a mail to choose a password."""
    given = request.POST
    email = given.get("email", "").strip().lower()
    try:
        validate_email(email)
        names = {name: given.get(name, "").strip()[:150] for name in ("first_name", "last_name")}
        user = grants.create_user(email=email, role=given.get("role", ""), by=reader(request), **names)
    except (ValidationError, ValueError) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return redirect("admin_users")
    _send_mail(request, user)
    messages.success(request, f"{email} can log in once they have chosen a password; the mail is on its way.")
    return redirect("admin_user", id=user.pk)


@allowed(may_administer)
def user(request: HttpRequest, id: int) -> HttpResponse:
    """One user: role, territories, teams, shared customers, keys."""
    found = get_object_or_404(User, pk=id)
    context = {
        "granted": people.get_granted(found),
        "territories": list(Territory.objects.order_by("label")),
        "teams": list(people.list_teams()),
        "scope": roles()[found.role].scope,
    }
    return admin_page(request, "admin_users", "user", context, (str(found), None))


@require_POST
@allowed(may_administer)
def change_user(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Gives or takes one thing."""
    found, by = get_object_or_404(User, pk=id), reader(request)
    if act not in CHANGES:
        raise Http404("No such act.")
    try:
        messages.success(request, CHANGES[act](request, found, by))
    except (ValueError, Account.DoesNotExist) as error:
        messages.error(request, str(error) or "There is no such customer.")
    return redirect("admin_user", id=id)


def _role(request: HttpRequest, user: User, by: User) -> str:
    grants.set_role(user=user, role=request.POST.get("role", ""), by=by)
    return f"{user} is {roles()[user.role].label} from the next page on."


def _active(request: HttpRequest, user: User, by: User) -> str:
    grants.set_active(user=user, active=not user.is_active, by=by)
    return f"{user} may log in again." if user.is_active else f"{user} can no longer log in."


def _territories(request: HttpRequest, user: User, by: User) -> str:
    """Brings the user's own territories to those ticked."""
    wanted = {int(id) for id in request.POST.getlist("territory") if id.isdecimal()}
    had = people.get_granted(user).territories
    for territory in Territory.objects.filter(pk__in=wanted ^ had):  # a handful, each with its audit entry
        change = grants.grant_territory if territory.pk in wanted else grants.revoke_territory
        change(to=user, territory=territory, by=by)
    return "Territories are as ticked."


def _teams(request: HttpRequest, user: User, by: User) -> str:
    wanted = {int(id) for id in request.POST.getlist("team") if id.isdecimal()}
    had = set(user.groups.values_list("pk", flat=True))
    for group in Group.objects.filter(pk__in=wanted ^ had):
        change = grants.join_group if group.pk in wanted else grants.leave_group
        change(user=user, group=group, by=by)
    return "Teams are as ticked."


def _share(request: HttpRequest, user: User, by: User) -> str:
    account = _customer_called(request.POST.get("customer", "").strip())
    grants.share_account(account=account, to=user, by=by)
    return f"{account} is shared with {user}."


def _customer_called(text: str) -> Account:
    """The one customer of that number or name."""
    living = Account.objects.filter(merged_into=None)
    found = list(living.filter(Q(customer_number=text) | Q(name__iexact=text))[:2]) if text else []
    if len(found) > 1:
        raise ValueError(f"More than one customer is called {text}; give the customer number.")
    if not found:
        raise ValueError("Give the name or the customer number as the customer's page shows it.")
    return found[0]


def _unshare(request: HttpRequest, user: User, by: User) -> str:
    account = Account.objects.get(pk=int(request.POST.get("customer", "0")))
    grants.unshare_account(account=account, to=user, by=by)
    return f"{account} is no longer shared."


def _mail(request: HttpRequest, user: User, by: User) -> str:
    _send_mail(request, user)
    audit.record(user=by, action="password mail sent", object="user", row_id=user.pk)
    return f"{user.email} got a mail to choose a new password."


CHANGES: dict[str, Callable[[HttpRequest, User, User], str]] = {
    "role": _role,
    "active": _active,
    "territories": _territories,
    "teams": _teams,
    "share": _share,
    "unshare": _unshare,
    "mail": _mail,
}


def _send_mail(request: HttpRequest, user: User) -> None:
    form = PasswordResetForm({"email": user.email})
    if form.is_valid():
        form.save(
            request=request,
            use_https=request.is_secure(),
            subject_template_name="registration/password_reset_subject.txt",
            email_template_name="registration/password_reset_email.txt",
        )


@require_POST
@allowed(may_administer)
def view_as(request: HttpRequest, id: int) -> HttpResponse:
    """The portal as another person sees it, read only, until it is stopped."""
    seen = get_object_or_404(User, pk=id, is_active=True)
    if seen.pk == reader(request).pk:
        messages.error(request, "That is you.")
        return redirect("admin_user", id=id)
    request.session[KEY] = seen.pk
    audit.record(user=reader(request), action="viewing as begun", object="user", row_id=seen.pk)
    return redirect("home")


@require_POST
def stop_viewing(request: HttpRequest) -> HttpResponse:
    """The administrator is themselves again."""
    seen = request.session.pop(KEY, None)
    if seen is not None and request.user.is_authenticated:
        audit.record(user=request.user, action="viewing as ended", object="user", row_id=seen)
        return redirect("admin_user", id=seen)
    return redirect("home")


@allowed(may_administer)
def role_matrix(request: HttpRequest) -> HttpResponse:
    """Which role sees which class of data in which way."""
    rows = [(spec, [spec.treatments[name] for name in roles()]) for spec in classes().values()]
    return admin_page(request, "admin_roles", "roles", {"matrix": rows})


@allowed(may_administer)
def territories(request: HttpRequest) -> HttpResponse:
    """Parts of the market and who sees them; teams."""
    context = {"rows": people.list_territories(), "teams": list(people.list_teams())}
    return admin_page(request, "admin_territories", "territories", context)


@require_POST
@allowed(may_administer)
def create_team(request: HttpRequest) -> HttpResponse:
    """A new team."""
    name = request.POST.get("name", "").strip()[:150]
    if name:
        grants.create_group(name=name, by=reader(request))
        messages.success(request, f"{name} is a team now; give it members on their pages.")
    return redirect("admin_territories")


@allowed(may_administer)
def keys(request: HttpRequest) -> HttpResponse:
    """Every key for programs with its last use."""
    return admin_page(request, "admin_keys", "keys", {"keys": list(people.list_keys()[: people.SHOWN])})


@require_POST
@allowed(may_administer)
def revoke_key(request: HttpRequest, id: int) -> HttpResponse:
    """The key opens nothing any more."""
    token = get_object_or_404(ApiToken, pk=id, revoked_at=None)
    grants.revoke_token(token=token, by=reader(request), now=timezone.now())
    messages.success(request, f"{token.prefix}… is revoked.")
    return redirect("admin_keys")


@allowed(may_administer)
def audit_log(request: HttpRequest) -> HttpResponse:
    """Who saw, exported or changed what."""
    entries = people.search_audit(request.GET.dict(), before=_cursor(request.GET.get("before", "")))
    shown, more = entries[:AUDIT_PAGE], len(entries) > AUDIT_PAGE
    query = request.GET.copy()
    if more:
        query["before"] = f"{shown[-1].at.isoformat()}~{shown[-1].pk}"
    lines, older = people.name_subjects(reader(request), shown), f"?{query.urlencode()}" if more else ""
    context = {"entries": shown, "lines": lines, "older": older, "params": request.GET}
    return admin_page(request, "admin_audit", "audit", context)


def _cursor(text: str) -> tuple[datetime, int] | None:
    at, _, id = text.partition("~")
    try:
        return datetime.fromisoformat(at), int(id)
    except ValueError:
        return None
