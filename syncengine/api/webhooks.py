"""Webhooks out, for the programs that want them: endpoints, what was delivered, and sending again."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.models import User
from syncengine.models import WebhookDelivery, WebhookEndpoint
from syncengine.outgoing.webhooks import BadEndpoint, add_endpoint, resend

TEXT = serializers.CharField
TAGS = ["Webhooks"]


class EndpointSerializer(serializers.Serializer[Any]):
    """Where to call about what; without types about everything."""

    url = TEXT()
    types = serializers.ListField(child=TEXT(), required=False)


class DeliverySerializer(serializers.Serializer[Any]):
    """One call."""

    id = TEXT()
    seq = serializers.IntegerField()
    state = TEXT()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    detail = TEXT()


class EndpointListView(ReadView):
    """The caller's own endpoints."""

    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(operation_id="list_webhook", tags=TAGS, responses={200: EndpointSerializer(many=True)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Each with its state."""
        return super().get(request, **kwargs)

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The caller's endpoints."""
        return answer(request, [_endpoint(found) for found in _own(request)])

    @extend_schema(operation_id="add_webhook", tags=TAGS, request=EndpointSerializer,
                   responses={201: EndpointSerializer})  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """A new endpoint; its secret is in this answer and in no other."""
        told = EndpointSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        types = tuple(told.validated_data.get("types", ()))
        try:
            made = add_endpoint(user=_person(request), url=told.validated_data["url"], types=types,
                                now=timezone.now())  # fmt: skip
        except BadEndpoint as error:
            raise Refused(str(error), "bad-endpoint") from error
        return Response({"data": _endpoint(made) | {"secret": made.secret}}, status=201)


class DeliveryListView(ReadView):
    """What an endpoint was told."""

    @extend_schema(operation_id="list_delivery", tags=TAGS, responses={200: DeliverySerializer(many=True)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The latest first."""
        return super().get(request, **kwargs)

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The latest calls."""
        found = _own(request).filter(pk=number_of(kwargs["id"])).first()
        if found is None:
            raise Http404("There is no such endpoint.")
        return answer(request, [_delivery(row) for row in found.deliveries.order_by("-id")[:200]])


class ResendView(ReadView):
    """Calling once more."""

    http_method_names = ["post", "options"]

    @extend_schema(operation_id="resend_delivery", tags=TAGS, request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Under the same id, so that a receiver that took it knows it."""
        delivery = WebhookDelivery.objects.filter(pk=number_of(kwargs["id"]), endpoint__in=_own(request)).first()
        if delivery is None:
            raise Http404("There is no such delivery.")
        resend(delivery=delivery, user=_person(request), now=timezone.now())
        delivery.refresh_from_db()
        return Response({"data": _delivery(delivery)}, status=202)


def _own(request: Request) -> Any:
    return WebhookEndpoint.objects.filter(user=_person(request)).order_by("pk")


def _person(request: Request) -> User:
    return request.user  # type: ignore[return-value]  # logged in, as the view's permission made sure


def _endpoint(found: WebhookEndpoint) -> dict[str, Any]:
    return {"id": str(found.pk), "url": found.url, "types": found.types, "last_seq": found.last_seq,
            "disabled_at": found.disabled_at, "reason": found.reason}  # fmt: skip


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {"id": str(row.pk), "seq": row.seq, "state": row.state, "attempts": row.attempts, "status": row.status,
            "detail": row.detail}  # fmt: skip
