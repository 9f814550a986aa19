"""Quote to cash: the overview, chains, and saying which documents belong together."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import treatment
from accounts.filtersets import ExceptionFilter, FilterRefused
from accounts.models import Chain, Link, User
from accounts.quote_to_cash.chain_reading import get_chain, visible_chains
from accounts.quote_to_cash.handling import Ends, decide_link
from accounts.quote_to_cash.lines import compare_lines
from accounts.quote_to_cash.reading import page_of, told, total_by_rule, visible_exceptions
from accounts.selectors.money import base_currency
from dashboards.pages import Crumb, allowed, fragment, page, reader, wants
from dashboards.panels import q2c as panel
from dashboards.panels.exceptions import lines_of, query_of
from dashboards.toasts import back, say

ROOT: Crumb = ("Quote to cash", "/q2c/")
SHOWN = 15
AT_ONCE = 100  # customers a page renews while somebody waits


def may_see(user: User) -> bool:
    """Whether orders are the user's to see, and so the way to and from them."""
    return treatment(user, "order") == "full"


@allowed(may_see)
def overview(request: HttpRequest) -> HttpResponse:
    """Where money is stuck, where time is lost, and what is wrong; only the exceptions where htmx asks for them."""
    user, params, today = reader(request), request.GET.dict(), timezone.localdate()
    part, rule = panel.slice_of(user, params, today), params.get("rule", "")
    kept = {name: params.get(name, "") for name in panel.KEPT}
    try:
        given = {name: kept[name] for name in ("owner", "segment", "entity")} | {"open": "true"}
        rows = ExceptionFilter.of(user, given, visible_exceptions(user)).qs
    except FilterRefused as error:
        raise BadRequest(str(error)) from error
    totals, currency = total_by_rule(user, rows), base_currency()
    chosen = rows.filter(rule=rule) if rule else rows
    context = {
        "bars": panel.type_bars(totals, rule, query_of(**kept)),
        "lines": lines_of(told(user, page_of(chosen, sort="-at_stake", cursor=None, limit=SHOWN).rows)),
        "rule": rule,
        "all_query": query_of(rule=rule, **{name: kept[name] for name in ("owner", "segment", "entity")}),
        "currency": currency,
    }
    if wants(request, "exceptions"):
        return fragment(request, "dashboards/q2c/_exceptions.html", context)
    context |= panel.overview(part, totals, currency, today) | {"selects": panel.selects_of(user, part, today)}
    return page(request, "dashboards/q2c/page.html", context, current="q2c")


@allowed(may_see)
def chain(request: HttpRequest, id: int) -> HttpResponse:
    """One chain: its strip, lines side by side, and what links its documents."""
    user = reader(request)
    view = get_chain(user, id)
    context = {
        "view": view,
        "lines": compare_lines(user, view.strip.chain),
        "account": view.strip.chain.account,
        "currency": base_currency(),
        "exceptions": lines_of(told(user, visible_exceptions(user).filter(chain=id).select_related("account")[:50])),
        "may_decide": treatment(user, "order") == "full",
    }
    crumbs = [ROOT, (str(view.strip.chain), None)]
    return page(request, "dashboards/q2c/chain.html", context, current="q2c", crumbs=crumbs)


@require_POST
@allowed(may_see)
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Two documents of the chain belong together, or don't."""
    user, now = reader(request), timezone.now()
    if treatment(user, "order") != "full":
        raise PermissionDenied
    found: Chain = get_object_or_404(visible_chains(user).select_related("account"), pk=id)
    number = request.POST.get("link", "")
    link = get_object_or_404(Link, pk=number if number.isdecimal() else 0)
    if link.pk not in {tie.link.pk for tie in get_chain(user, id).ties}:
        raise BadRequest("That link is not of this chain.")
    verdict = "confirmed" if request.POST.get("verdict") == "confirmed" else "rejected"
    ends = Ends(link.left_object, link.left_id, link.right_object, link.right_id)
    decide_link(ends=ends, verdict=verdict, account=found.account, by=user, at=now)
    say(request, "Confirmed." if verdict == "confirmed" else "Unlinked. It will not be linked again.")
    renew_soon([found.account_id, *([link.account_id] if link.account_id else [])])
    left = visible_chains(user).filter(pk=id).exists()
    return back(request, reverse("chain", args=[id]) if left else reverse("q2c"))


def renew_soon(ids: list[int]) -> None:
    """At once if no publish is running, else by a worker after it."""
    from syncengine.pipeline.renewal import renew_customers  # late: loads Polars, which no other page needs
    from syncengine.tasks import renew  # late: as above

    if len(ids) > AT_ONCE or not renew_customers(ids, now=timezone.now()):
        renew.delay(account_ids=ids)
