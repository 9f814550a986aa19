"""Receivables of all customers, the statement of one, and what people agree about money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from accounts import audit, receivables
from accounts.access import get_account_or_404, treatment
from accounts.models import Account, HoldRelease, InvoiceDispute, PaymentPromise, User
from accounts.quote_to_cash.kept import kept_portfolio
from accounts.receivables.portfolio import GROUPS
from accounts.selectors.money import base_currency
from accounts.selectors.snapshot import snapshot
from dashboards.charts.ageing import ageing_finding, ageing_parts
from dashboards.pages import allowed, fragment, page, reader, wants
from dashboards.pdf.statement import statement_pdf
from dashboards.toasts import back, say

REFUSED = (receivables.BadAgreement, receivables.BadRelease)


def may_see_receivables(user: User) -> bool:
    """Whether the page of receivables is this user's."""
    return treatment(user, "receivable") == "full"


@allowed(may_see_receivables)
def portfolio(request: HttpRequest) -> HttpResponse:
    """Headlines, ageing, whom to call and what was promised."""
    user, today = reader(request), timezone.localdate()
    by = request.GET.get("by", GROUPS[0])
    mine = request.GET.get("mine") == "1"
    work = receivables.list_worklist(user, today=today, collector=user.email if mine else None)
    context: dict[str, Any] = {"work": work, "mine": mine, "currency": base_currency(), "today": today}
    if wants(request, "worklist"):
        return fragment(request, "dashboards/receivables/_worklist.html", context)
    kept = kept_portfolio(user, by)
    whole = kept.whole if kept else receivables.get_portfolio(user)
    parts = ageing_parts(whole.buckets) if whole else []
    aged = kept.groups if kept else receivables.ageing_by(user, by)
    groups = [(value, found, ageing_parts(found.buckets)) for value, found in aged]
    context |= {
        "portfolio": whole,
        "told_at": kept.told_at if kept else None,
        "parts": parts,
        "finding": ageing_finding(parts),
        "by": by,
        "groupings": GROUPS,
        "groups": groups,
        "promises": receivables.list_promises(user, today=today),
    }
    return page(request, "dashboards/receivables/page.html", context, current="receivables")


@login_required
def statement(request: HttpRequest, id: int) -> HttpResponse | StreamingHttpResponse:
    """Open items of a customer: on the page, as CSV, or on paper; taking it away is logged."""
    user, today = reader(request), timezone.localdate()
    with snapshot():
        account = get_account_or_404(user, id)
        found = receivables.get_statement(user, account, as_of=today)
    if found is None:
        raise PermissionDenied
    form = request.GET.get("as", "page")
    if form in ("csv", "pdf"):
        audit.record(user=user, action="statement made", object="account", row_id=account.pk, detail={"as": form},
                     at=timezone.now())  # fmt: skip
        number = slugify(account.customer_number or "") or account.pk  # a source's text may hold quotes
        name = f'attachment; filename="statement-{number}-{today}.{form}"'
        if form == "csv":
            lines = StreamingHttpResponse(found.csv(), content_type="text/csv; charset=utf-8")
            lines["Content-Disposition"] = name
            return lines
        paper = HttpResponse(statement_pdf(found, printed_by=str(user)), content_type="application/pdf")
        paper["Content-Disposition"] = name
        return paper
    crumbs = [("Customers", reverse("customers")), (str(account), reverse("customer", args=[account.pk])),
              ("Statement", None)]  # fmt: skip
    context = {"statement": found, "account": account}
    return page(request, "dashboards/receivables/statement.html", context, current="customers", crumbs=crumbs)


@require_POST
@login_required
def agree(request: HttpRequest, id: int, what: str) -> HttpResponse:
    """A promise, dispute, reminder, release asked for, or collector, on one customer."""
    account = get_account_or_404(reader(request), id)
    return _try(request, account, lambda: ACTS[what](request, account) if what in ACTS else _unknown())


@require_POST
@login_required
def settle(request: HttpRequest, what: str, id: int, answer: str) -> HttpResponse:
    """A promise withdrawn, a dispute closed, a release decided."""
    if what not in SETTLED:
        raise Http404("No such agreement.")
    model, act = SETTLED[what]
    row = get_object_or_404(model, pk=id)
    account = get_account_or_404(reader(request), row.account_id)
    return _try(request, account, lambda: act(request, row, answer))


def _try(request: HttpRequest, account: Account, act: Callable[[], str]) -> HttpResponse:
    try:
        say(request, act())
    except REFUSED as error:
        messages.error(request, str(error))
    return back(request, reverse("tab", args=[account.pk, "finance"]))


def _unknown() -> str:
    raise Http404("No such act.")


def _given(request: HttpRequest) -> dict[str, Any]:
    """Who, when and about which invoice."""
    invoice = request.POST.get("invoice", "")
    return {"by": reader(request), "now": timezone.now(), "invoice_id": int(invoice) if invoice.isdecimal() else None}


def _amount(request: HttpRequest) -> Decimal | None:
    text = request.POST.get("amount", "").replace(",", "").strip()
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not amount.is_finite():
        raise receivables.BadAgreement(f"{text!r} is not an amount. Write it like 1250.00.")
    return amount


def _day(request: HttpRequest, name: str) -> date:
    try:
        found = parse_date(request.POST.get(name, ""))
    except ValueError:
        found = None
    if found is None:
        raise receivables.BadAgreement("Give the day as year-month-day.")
    return found


def _promise(request: HttpRequest, account: Account) -> str:
    amount, day = _amount(request), _day(request, "day")
    if amount is None:
        raise receivables.BadAgreement("A promise needs an amount.")
    currency = request.POST.get("currency") or account.currency or base_currency()
    receivables.make_promise(account=account, amount=amount, currency=currency, promised_date=day,
                             note=request.POST.get("note", ""), **_given(request))  # fmt: skip
    return f"Promise for {day} kept."


def _dispute(request: HttpRequest, account: Account) -> str:
    receivables.open_dispute(account=account, reason=request.POST.get("reason", ""), amount=_amount(request),
                             note=request.POST.get("note", ""), **_given(request))  # fmt: skip
    return "Dispute opened."


def _remind(request: HttpRequest, account: Account) -> str:
    receivables.log_dunning(account=account, kind=request.POST.get("kind", ""), text=request.POST.get("note", ""),
                            **_given(request))  # fmt: skip
    return "Reminder logged."


def _release(request: HttpRequest, account: Account) -> str:
    receivables.request_release(account=account, reason=request.POST.get("note", ""), until_date=_day(request, "day"),
                                by=reader(request), now=timezone.now())  # fmt: skip
    return "Release asked for. Somebody else decides."


def _collect(request: HttpRequest, account: Account) -> str:
    user = reader(request)
    receivables.assign_collector(account=account, collector=user, by=user, now=timezone.now())
    return f"You collect from {account} now."


ACTS: dict[str, Callable[[HttpRequest, Account], str]] = {
    "promise": _promise,
    "dispute": _dispute,
    "reminder": _remind,
    "release": _release,
    "collect": _collect,
}


def _withdraw(request: HttpRequest, row: Any, answer: str) -> str:
    receivables.withdraw_promise(promise=row, by=reader(request), now=timezone.now())
    return "Promise taken back."


def _close(request: HttpRequest, row: Any, answer: str) -> str:
    receivables.close_dispute(dispute=row, accepted=answer == "accept", outcome=request.POST.get("note", ""),
                              by=reader(request), now=timezone.now())  # fmt: skip
    return "Dispute closed."


def _decide(request: HttpRequest, row: Any, answer: str) -> str:
    receivables.decide_release(release=row, approve=answer == "approve", note=request.POST.get("note", ""),
                               by=reader(request), now=timezone.now())  # fmt: skip
    return "Release approved." if answer == "approve" else "Release refused."


SETTLED: dict[str, tuple[Any, Callable[[HttpRequest, Any, str], str]]] = {
    "promise": (PaymentPromise, _withdraw),
    "dispute": (InvoiceDispute, _close),
    "release": (HoldRelease, _decide),
}
