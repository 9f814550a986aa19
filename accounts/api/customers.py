"""Customers: list, single, look-up by a source's key; figures and lineage where `expand=` asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import FIGURES, get_account_or_404, shown_figures
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.fields import Wanted, expand_of, limit_of, wanted_of
from accounts.api.lists import page_data, redacted_of
from accounts.api.rows import exact, row_of, shape_of, with_references
from accounts.filtersets import AccountFilter
from accounts.models import Account
from accounts.selectors.customer_figures import figures_of
from accounts.selectors.customers import SORTS, order_of, with_figures, with_summary
from accounts.selectors.lineage import FieldLineage, get_lineage, lineage_of
from accounts.selectors.lookup import find_by_key
from accounts.selectors.metrics import list_standings
from accounts.selectors.paging import Order, keyset_page

EXPANDS = frozenset({"figures", "lineage"})
OWN_SORTS = {
    "id": Order("id", F("id"), int),
    "changed_at": Order("changed_at", F("changed_at"), datetime.fromisoformat),
}
EXPAND = OpenApiParameter("expand", str, description="figures, lineage")
TAGS = ["Customers"]


def customer_data(
    request: Request, accounts: Iterable[Account], wanted: Wanted, expand: frozenset[str]
) -> list[dict[str, Any]]:
    """Customers as programs get them; lineage of all of them in one query."""
    rows = list(accounts)
    lineage = lineage_of(request.user, rows) if "lineage" in expand else {}
    data = []
    for account in rows:
        values = wanted.pick(row_of(request.user, "account", account)[0])
        if "figures" in expand:
            figures = shown_figures(figures_of(account, tuple(FIGURES)), request.user)
            values["figures"] = {name: exact(value) for name, value in figures.values.items()}
        if "lineage" in expand:
            told = lineage[account.pk].values()
            values["lineage"] = {item.field: lineage_data(item) for item in told if wanted.wants(item.field)}
        data.append(values)
    return data


def lineage_data(item: FieldLineage) -> dict[str, Any]:
    """Where one value came from."""
    names = ("source", "key", "rule", "sentence", "observed_at", "url", "policy_version", "records")
    return {name: getattr(item, name) for name in names}


def _redacted(request: Request, expand: frozenset[str]) -> list[str]:
    hidden = redacted_of(request, "account")
    if "figures" in expand:
        hidden += shown_figures(dict.fromkeys(FIGURES), request.user).redacted
    return hidden


@schema.described(
    operation_id="list_account",
    parameters=[
        *schema.filter_parameters(AccountFilter),
        OpenApiParameter("sort", str, description=f"{', '.join([*OWN_SORTS, *SORTS])}; - for descending"),
        EXPAND, *schema.LIST_PARAMETERS, *schema.FIELD_PARAMETERS,
    ],
    responses={200: schema.page_of("account")} | schema.PROBLEMS,
    tags=TAGS,
)  # fmt: skip
class AccountListView(ReadView):
    """Customers."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The customers the caller may see and asked for, a page of them."""
        wanted = wanted_of(request, shape_of("account").names)
        expand = expand_of(request, EXPANDS)
        rows = AccountFilter.of(request.user, request.query_params).qs
        order = _order(request)
        joined = rows if order.name in OWN_SORTS else with_summary(rows, order)
        joined = with_figures(joined) if "figures" in expand else joined
        page = keyset_page(
            with_references(joined, "account"), order, request.query_params.get("cursor"), limit_of(request)
        )
        data = customer_data(request, page.rows, wanted, expand)
        told = list_standings(request.user) if "figures" in expand else None
        shape = page_data(request, page, rows)
        return answer(request, data, redacted=_redacted(request, expand), page=shape, figures=told)


def _order(request: Request) -> Order:
    sort = request.query_params.get("sort", "id")
    own = OWN_SORTS.get(sort.removeprefix("-"))
    if own is None:
        return order_of(request.user, sort)
    return own.reversed() if sort.startswith("-") else own


@schema.described(
    operation_id="get_account",
    parameters=[EXPAND, *schema.FIELD_PARAMETERS],
    responses={200: schema.one_of("account")} | schema.PROBLEMS,
    tags=TAGS,
)
class AccountView(ReadView):
    """One customer; a merged id answers with its survivor and `requested_id`."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The customer the id leads to today."""
        return _one(request, get_account_or_404(request.user, number_of(kwargs["id"])))


def _one(request: Request, found: Account) -> Response:
    wanted, expand = wanted_of(request, shape_of("account").names), expand_of(request, EXPANDS)
    whole = Account.objects.select_related("summary", "months", "figures", "health")
    account = with_references(whole, "account").get(pk=found.pk)
    data = customer_data(request, [account], wanted, expand)[0]
    requested = getattr(found, "requested_id", found.pk)
    if requested != found.pk:
        data["requested_id"] = str(requested)
    told = list_standings(request.user) if "figures" in expand else None
    return answer(request, data, redacted=_redacted(request, expand), figures=told)


@schema.described(
    operation_id="get_account_lineage",
    parameters=[
        OpenApiParameter("field", str, required=True, description="Field of the customer"),
        OpenApiParameter("as_of", datetime, description="A past moment, with its time zone; today without it"),
    ],
    responses={200: schema.answer_of("Lineage", lineage=schema.serializers.DictField())} | schema.PROBLEMS,
    tags=TAGS,
)
class LineageView(ReadView):
    """Where one value of a customer came from, and what other records say."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The origin of the field, null where it has no value or the caller may not know."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        field = request.query_params.get("field", "")
        told = get_lineage(request.user, account, field, at=_moment(request.query_params.get("as_of")))
        data = asdict(told) if told else None
        return answer(request, {"lineage": data})


def _moment(text: str | None) -> datetime | None:
    """The moment asked for. Refused where it is none, or says no time zone."""
    try:
        at = parse_datetime(text) if text else None
    except ValueError:
        at = None
    if text and (at is None or at.tzinfo is None):
        raise Refused("`as_of` is a moment with its time zone, such as 2026-03-01T18:00:00Z.", "bad-moment")
    return at


@schema.described(
    operation_id="lookup_account",
    parameters=[
        OpenApiParameter("source", str, required=True, description="Name of the source"),
        OpenApiParameter("key", str, required=True, description="The source's own key of the customer"),
        EXPAND, *schema.FIELD_PARAMETERS,
    ],
    responses={200: schema.one_of("account")} | schema.PROBLEMS,
    tags=TAGS,
)  # fmt: skip
class LookupView(ReadView):
    """The customer a source's record belongs to."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The customer, found by what a source calls it."""
        source, key = (request.query_params.get(name, "") for name in ("source", "key"))
        if not source or not key:
            raise Refused("Both source and key are needed.", "missing-parameter")
        return _one(request, find_by_key(request.user, source, key))
