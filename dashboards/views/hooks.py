"""Webhooks to programs: endpoints with their state, each call made, secrets, and calling again."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import FeedEvent
from dashboards.pages import allowed, reader
from dashboards.shell import may_administer
from dashboards.toasts import say
from dashboards.views.admin import admin_page
from syncengine.models import WebhookDelivery, WebhookEndpoint
from syncengine.outgoing import endpoints as acts
from syncengine.outgoing.webhooks import BadEndpoint, add_endpoint, resend

SHOWN = 50
STATES = {"waiting": "warn", "delivered": "ok", "failed": "bad"}


@allowed(may_administer)
def hooks(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its state; after one was added its secret, this once."""
    return _hooks(request)


def _hooks(request: HttpRequest, secret: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    counted = WebhookEndpoint.objects.select_related("user").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
        failed=Count("deliveries", filter=Q(deliveries__state="failed")),
    )
    context = {"hooks": counted.order_by("-disabled_at", "url", "id")[: 2 * SHOWN], "types": FeedEvent.TYPES,
               "secret": secret, "problem": problem, "given": request.POST}  # fmt: skip
    return admin_page(request, "admin_hooks", "hooks", context, status=status)


@require_POST
@allowed(may_administer)
def add(request: HttpRequest) -> HttpResponse:
    """An endpoint that hears what the administrator may see."""
    url, types = request.POST.get("url", "").strip(), tuple(request.POST.getlist("type"))
    try:
        made = add_endpoint(user=reader(request), url=url, types=types, now=timezone.now())
    except BadEndpoint as error:
        return _hooks(request, problem=str(error), status=422)
    return _hooks(request, secret=made.secret)


@allowed(may_administer)
def hook(request: HttpRequest, id: int) -> HttpResponse:
    """One endpoint and the latest calls to it."""
    return _hook(request, _endpoint(id))


def _endpoint(id: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.select_related("user"), pk=id)


def _hook(request: HttpRequest, found: WebhookEndpoint, secret: str = "") -> HttpResponse:
    state = request.GET.get("state", "")
    calls = found.deliveries.order_by("-id")
    calls = calls.filter(state=state) if state in STATES else calls
    context = {"hook": found, "calls": calls[:SHOWN], "state": state, "states": STATES, "secret": secret,
               "both": found.old_secret_until and found.old_secret_until > timezone.now()}  # fmt: skip
    return admin_page(request, "admin_hooks", "hook", context, ("Webhooks", reverse("admin_hooks")), (found.url, None))


@require_POST
@allowed(may_administer)
def act_on_hook(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Changes the secret, pauses, resumes or removes an endpoint."""
    found, by = _endpoint(id), {"user": reader(request), "now": timezone.now()}
    if act == "secret":
        secret = acts.rotate_secret(endpoint=found, **by)  # type: ignore[arg-type]
        return _hook(request, _endpoint(id), secret)
    if act == "remove":
        acts.remove_endpoint(endpoint=found, **by)  # type: ignore[arg-type]
        say(request, "It is called no more, and its calls are forgotten.")
        return redirect("admin_hooks")
    if act not in ("pause", "resume"):
        raise Http404("No such act.")
    change = acts.pause_endpoint if act == "pause" else acts.resume_endpoint
    change(endpoint=found, **by)  # type: ignore[arg-type]
    say(request, "It rests; what happens meanwhile waits." if act == "pause" else "It is called again.")
    return redirect("admin_hook", id=id)


@require_POST
@allowed(may_administer)
def call_again(request: HttpRequest, id: int) -> HttpResponse:
    """One call once more, under the same id."""
    delivery = get_object_or_404(WebhookDelivery, pk=id)
    resend(delivery=delivery, user=reader(request), now=timezone.now())
    say(request, f"Event {delivery.seq} is told once more within seconds.")
    return redirect("admin_hook", id=delivery.endpoint_id)
