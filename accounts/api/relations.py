"""Companies that belong together without being one, and the group they make, for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_account_or_404
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.rows import exact
from accounts.models import RELATIONS
from accounts.selectors.group import SHOWN, get_group
from accounts.selectors.relations import Related, list_relations

TEXT = serializers.CharField
TAGS = ["Identity"]


class RelationSerializer(serializers.Serializer[Any]):
    """One related company, read from the customer asked for."""

    kind = TEXT(help_text=", ".join(RELATIONS))
    label = TEXT(help_text="What the other company is to this one")  # type: ignore[assignment]  # the field
    turned = serializers.BooleanField(help_text="Whether the relation was told from the other company")
    account = TEXT(allow_null=True, help_text="Null for a company beyond the caller's territories")
    name = TEXT(required=False)
    since_date = serializers.DateField(allow_null=True)
    confirmed_at = serializers.DateTimeField()


class NodeSerializer(serializers.Serializer[Any]):
    """One company of a group."""

    account = TEXT(allow_null=True, help_text="Null for a company beyond the caller's territories")
    name = TEXT()
    depth = serializers.IntegerField()
    figures = serializers.DictField()


class GroupSerializer(serializers.Serializer[Any]):
    """A group from its topmost company down; each company counts once in the sums."""

    nodes = NodeSerializer(many=True)
    sums = serializers.DictField()
    seen = serializers.IntegerField(help_text="Companies the sums are of")
    total = serializers.IntegerField()


def relation_data(row: Related) -> dict[str, Any]:
    """A relation as programs get it; a company the caller may not see is only counted."""
    data: dict[str, Any] = {
        "kind": row.kind, "label": row.label, "turned": row.turned,
        "account": str(row.other.pk) if row.other else None, "since_date": row.since_date,
        "confirmed_at": row.confirmed_at,
    }  # fmt: skip
    return data | ({"name": str(row.other)} if row.other else {})


@schema.described(
    operation_id="list_relation", tags=TAGS,
    responses={200: schema.answer_of("AccountRelations", relations=RelationSerializer(many=True))} | schema.PROBLEMS,
)  # fmt: skip
class RelationListView(ReadView):
    """Companies a customer is related to."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """Parents, branches, who pays, who receives, former selves."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        found = list_relations(request.user, account)
        return answer(request, {"relations": [relation_data(row) for row in found]})


@schema.described(
    operation_id="get_group", tags=TAGS,
    responses={200: schema.answer_of("AccountGroup", group=GroupSerializer(allow_null=True))} | schema.PROBLEMS,
)  # fmt: skip
class GroupView(ReadView):
    """The group a customer belongs to, with its roll-ups."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The tree with figures, and their sums; null for a company that stands alone."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        group = get_group(request.user, account)
        hidden = [name for name in SHOWN if group and name not in group.figures]
        if group is None:
            return answer(request, {"group": None})
        nodes = [
            {"account": str(node.id) if node.id else None, "name": node.name, "depth": node.depth,
             "figures": {name: exact(value) for name, value in node.figures.items()}}
            for node in group.nodes
        ]  # fmt: skip
        sums = {name: exact(value) for name, value in group.sums.items()}
        data = {"nodes": nodes, "sums": sums, "seen": group.seen, "total": group.total}
        return answer(request, {"group": data}, redacted=hidden)
