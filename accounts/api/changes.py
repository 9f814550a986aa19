"""The change feed for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView
from accounts.api.errors import Refused
from accounts.api.fields import limit_of
from accounts.feed import TooOld, read_feed
from accounts.models import FeedEvent


class FeedEventSerializer(serializers.Serializer[Any]):
    """One thing that happened to a customer."""

    seq = serializers.IntegerField()
    type = serializers.ChoiceField(choices=FeedEvent.TYPES)
    account = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    detail = serializers.DictField()


class FeedPageSerializer(serializers.Serializer[Any]):
    """Some of the feed; `page.next` is the number to go on after."""

    data = FeedEventSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = serializers.DictField()
    meta = schema.MetaSerializer()


class Gone(Refused):
    """What was asked for is no longer kept."""

    status_code = 410


@schema.described(
    operation_id="list_change",
    parameters=[
        OpenApiParameter("after", int, description="The last number seen; 0 begins at the oldest kept"),
        OpenApiParameter("types", str, description=f"Only these, with commas: {', '.join(FeedEvent.TYPES)}"),
        OpenApiParameter("limit", int, description="Events a page, 50 unless told, at most 200"),
    ],
    responses={200: FeedPageSerializer} | schema.PROBLEMS,
    tags=["Changes"],
)
class ChangeListView(ReadView):
    """What happened, in the order of commits, gap-free: after a page, go on after `page.next`."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """Events about customers the caller may see."""
        after, types = request.query_params.get("after", "0"), request.query_params.get("types", "")
        if not after.isdecimal() or len(after) > 18:
            raise Refused("`after` is the number of an event.", "bad-number")
        wanted = tuple(name for name in types.split(",") if name)
        unknown = [name for name in wanted if name not in FeedEvent.TYPES]
        if unknown:
            raise Refused(f"There is no type {unknown[0]}.", "unknown-type")
        try:
            page = read_feed(request.user, after=int(after), types=wanted, limit=limit_of(request))
        except TooOld as error:
            raise Gone(str(error), "too-old") from error
        data = [event_data(event) for event in page.events]
        return answer(request, data, page={"next": str(page.next), "has_more": page.has_more})


def event_data(event: FeedEvent) -> dict[str, Any]:
    """An event as programs get it: thin, since what it is about is read where access is checked."""
    account = str(event.account_id) if event.account_id else None
    return {"seq": event.seq, "type": event.type, "account": account, "at": event.at, "detail": event.detail}
