"""Chains from deal to payment, for programs: their steps, amounts and documents as far as the role sees each kind."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.fields import limit_of
from accounts.api.lists import page_data
from accounts.api.rows import exact
from accounts.filtersets import ChainFilter
from accounts.quote_to_cash.chain_reading import NAME_OF, STEPS, Step, Strip, strips, visible_chains
from accounts.quote_to_cash.slices import Slice
from accounts.selectors.paging import Order, keyset_page

TEXT, MONEY = serializers.CharField, serializers.DecimalField
TAGS = ["Quote to cash"]
SORTS = {"id": Order("id", F("id"), int)}
# What is told beside the steps, and the class somebody must see in full to be told it.
BESIDE = {
    "won_date": "pipeline", "how": "pipeline", "due_date": "receivable", "backlog_amount": "order",
    "unbilled_amount": "receivable", "overdue_amount": "receivable",
}  # fmt: skip


class ChainStepSerializer(serializers.Serializer[Any]):
    """One step of a chain."""

    name = TEXT(help_text=", ".join(STEPS))
    state = TEXT(help_text="done, part or none")
    date = serializers.DateField(allow_null=True)
    amount = MONEY(max_digits=20, decimal_places=4, allow_null=True, help_text="Base currency")
    days = serializers.IntegerField(allow_null=True, help_text="Since the step before")
    documents = serializers.ListField(child=TEXT(), help_text="Ids")


class ChainSerializer(serializers.Serializer[Any]):
    """One chain; steps and values the role does not see are absent and named in meta.redacted."""

    id = TEXT()
    label = TEXT(allow_null=True)  # type: ignore[assignment]  # the field of that name
    account_id = TEXT()
    root = serializers.DictField(  # type: ignore[assignment]  # the field of that name
        help_text="object and id of its first document", required=False
    )
    owner = TEXT(allow_null=True)
    legal_entity = TEXT(allow_null=True)
    live = serializers.BooleanField(required=False)
    open_exceptions = serializers.IntegerField()
    steps = ChainStepSerializer(many=True)
    won_date = serializers.DateField(allow_null=True, required=False)
    how = TEXT(required=False, help_text="Weakest link to an order: person, key, number, inferred; empty for none")
    due_date = serializers.DateField(allow_null=True, required=False)
    backlog_amount = MONEY(max_digits=20, decimal_places=4, allow_null=True, required=False)
    unbilled_amount = MONEY(max_digits=20, decimal_places=4, allow_null=True, required=False)
    overdue_amount = MONEY(max_digits=20, decimal_places=4, allow_null=True, required=False)


class ChainPageSerializer(serializers.Serializer[Any]):
    """A page of chains."""

    data = ChainSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = schema.PageSerializer()
    meta = schema.MetaSerializer()


class ChainAnswerSerializer(serializers.Serializer[Any]):
    """One chain."""

    data = ChainSerializer()  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


def chain_data(strip: Strip, hidden: list[str]) -> dict[str, Any]:
    """A chain as programs get it."""
    chain = strip.chain
    data = {
        "id": str(chain.pk),
        "label": chain.label,
        "account_id": str(chain.account_id),
        "root": {"object": NAME_OF[chain.root_object], "id": str(chain.root_id)},
        "owner": chain.owner,
        "legal_entity": chain.legal_entity,
        "live": strip.live,
        "open_exceptions": strip.exceptions,
        "steps": [_step(step, chain) for step in strip.steps],
    } | {name: exact(getattr(chain, name)) for name in BESIDE}  # fmt: skip
    return {name: value for name, value in data.items() if name not in hidden}


def _step(step: Step, chain: Any) -> dict[str, Any]:
    ids = getattr(chain, STEPS[step.name][4]) if STEPS[step.name][4] else []
    return {"name": step.name, "state": step.state, "date": step.day, "amount": exact(step.amount), "days": step.days,
            "documents": [str(id) for id in ids]}  # fmt: skip


def hidden_of(part: Slice) -> list[str]:
    """What of a chain the reader does not see: a chain that is over was lost or paid, so that hides with either."""
    hidden = [name for name, sensitivity in BESIDE.items() if not part.sees(sensitivity)]
    hidden += ["root"] if not part.sees("pipeline") else []
    hidden += ["live"] if not part.sees("pipeline", "receivable") else []
    return [*hidden, *(f"steps.{name}" for name, step in STEPS.items() if not part.sees(step[1]))]


@schema.described(
    operation_id="list_chain",
    parameters=[
        *schema.filter_parameters(ChainFilter),
        OpenApiParameter("sort", str, description="id; - for descending"),
        *schema.LIST_PARAMETERS,
    ],
    responses={200: ChainPageSerializer} | schema.PROBLEMS,
    tags=TAGS,
)
class ChainListView(ReadView):
    """Chains of customers within reach, for roles that see orders."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """A page of chains, the newest first unless asked otherwise."""
        sort = request.query_params.get("sort", "-id")
        if sort.removeprefix("-") not in SORTS:
            raise Refused(f"Sort by {', '.join(SORTS)}, with - for descending.", "bad-sort")
        order = SORTS[sort.removeprefix("-")]
        rows = ChainFilter.of(request.user, request.query_params, visible_chains(request.user)).qs
        page = keyset_page(rows, order.reversed() if sort.startswith("-") else order,
                           request.query_params.get("cursor"), limit_of(request))  # fmt: skip
        hidden = hidden_of(Slice(request.user))
        data = [chain_data(strip, hidden) for strip in strips(request.user, page.rows)]
        return answer(request, data, redacted=hidden, page=page_data(request, page, rows))


@schema.described(operation_id="get_chain", responses={200: ChainAnswerSerializer} | schema.PROBLEMS, tags=TAGS)
class ChainAnswerView(ReadView):
    """One chain."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The chain, if its orders are the caller's to see."""
        found = visible_chains(request.user).filter(pk=number_of(kwargs["id"])).first()
        if found is None:
            raise Http404("There is no such chain.")
        hidden = hidden_of(Slice(request.user))
        return answer(request, chain_data(strips(request.user, [found])[0], hidden), redacted=hidden)
