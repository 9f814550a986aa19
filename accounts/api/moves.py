"""People who came to a customer from another one or left it for another one, for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_account_or_404, may_list, restrict
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.models import Contact
from accounts.selectors.moves import list_arrivals, list_departures

TEXT = serializers.CharField
BEYOND = "Null for a company beyond the caller's territories"
MOST = 200


class ArrivalSerializer(serializers.Serializer[Any]):
    """A person who was at another customer before."""

    contact = TEXT()
    account = TEXT(allow_null=True, help_text=f"Where the person was. {BEYOND}")
    at = serializers.DateTimeField()


class DepartureSerializer(serializers.Serializer[Any]):
    """A person who was at this customer and is at another one."""

    contact = TEXT()
    name = TEXT()
    account = TEXT(allow_null=True, help_text=f"Where the person is now. {BEYOND}, or where there is none")
    at = serializers.DateTimeField()


@schema.described(
    operation_id="list_contact_move", tags=["Identity"],
    responses={
        200: schema.answer_of(
            "ContactMoves", arrivals=ArrivalSerializer(many=True), departures=DepartureSerializer(many=True)
        )
    } | schema.PROBLEMS,
)  # fmt: skip
class MoveListView(ReadView):
    """Who came from another customer and who went to one."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The last move of each person here, and of each who was."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        if not may_list(request.user, "contact"):
            return answer(request, {"arrivals": [], "departures": []}, redacted=["contact"])
        here = restrict(Contact.objects.filter(account=account), request.user, "contact", account_path=None)
        came = list_arrivals(request.user, list(here.order_by("id").values_list("pk", flat=True)[:MOST]))
        arrivals = [
            {"contact": str(contact), "account": _id(move.account_id), "at": move.at} for contact, move in came.items()
        ]
        departures = [
            {"contact": str(row.contact_id), "name": row.person, "account": _id(row.account_id), "at": row.at}
            for row in list_departures(request.user, account)
        ]
        return answer(request, {"arrivals": arrivals, "departures": departures})


def _id(account: int | None) -> str | None:
    return None if account is None else str(account)
