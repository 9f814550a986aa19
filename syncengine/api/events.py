"""The inbox for webhooks: signed, noted, answered at once; the record itself is fetched right after."""

from __future__ import annotations

import json
import os
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import schema
from accounts.api.errors import Refused
from syncengine.connectors import ConnectorError
from syncengine.connectors.secrets import resolve_secrets
from syncengine.events.inbox import store_events
from syncengine.events.shapes import NotUnderstood, read_event
from syncengine.events.signatures import BadSignature, check_plain, check_standard
from syncengine.policies import PolicySet, Source, current_policies

LARGEST = 1_000_000


class AcceptedSerializer(serializers.Serializer[Any]):
    """How many records will be fetched; 0 where the event was known already."""

    accepted = serializers.IntegerField()


class EnvelopeSerializer(serializers.Serializer[Any]):
    """The common envelope; a source may declare shapes of its own instead."""

    event_type = serializers.CharField(help_text="such as customer.updated")
    source_system = serializers.CharField()
    customer_id = serializers.CharField(help_text="the source's own key of the record")
    erp_customer_id = serializers.CharField(required=False)
    updated_fields = serializers.ListField(child=serializers.CharField(), required=False)
    timestamp = serializers.DateTimeField()
    requires_finance_review = serializers.BooleanField(required=False)


class EventView(APIView):
    """Events of source systems."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    http_method_names = ["post", "options"]

    def get_authenticate_header(self, request: Request) -> str:
        """What is missing where nobody signed: 401 says so, 403 would say that trying is no use."""
        return "webhook-signature"

    @extend_schema(
        operation_id="receive_event",
        parameters=[
            OpenApiParameter("webhook-id", str, "header", description="The same for the same event"),
            OpenApiParameter("webhook-timestamp", int, "header", description="Seconds since 1970"),
            OpenApiParameter("webhook-signature", str, "header", description="v1,<HMAC-SHA256 of id.timestamp.body>"),
        ],
        request=EnvelopeSerializer,
        responses={202: AcceptedSerializer} | schema.PROBLEMS,
        tags=["Events"],
    )
    def post(self, request: Request, source: str | None = None) -> Response:
        """202 as soon as the event is noted."""
        body = request.body
        if len(body) > LARGEST:
            raise Refused("An event is at most a megabyte; send what changed, not all of it.", "too-large")
        policies, now = current_policies(), timezone.now()
        content = _json(body)
        declared = _declared(policies, source or _named(content))
        id = _checked(request, declared, body)
        try:
            told = read_event(content, policies, source=declared.name, id=id)
        except NotUnderstood as error:
            raise Refused(str(error), "event-not-understood") from error
        return Response({"accepted": store_events(told, via="webhook", now=now)}, status=202)


@extend_schema_view(post=extend_schema(operation_id="receive_event_of_source"))
class SourceEventView(EventView):
    """The same for events that don't say whose they are."""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON that can be read.", "not-json") from None


def _named(content: Any) -> str:
    return str(content.get("source_system", "")) if isinstance(content, dict) else ""


def _declared(policies: PolicySet, name: str) -> Source:
    """The source by name or part; whoever names none we know learns no more than a wrong signer."""
    found = policies.sources.get(name)
    if found is None:
        playing = [source for source in policies.sources.values() if source.system == name and source.events]
        found = playing[0] if len(playing) == 1 else None
    if found is None or found.events is None:
        raise AuthenticationFailed("No source that sends events signed this.", "bad-signature")
    return found


def _checked(request: Request, source: Source, body: bytes) -> str | None:
    """The event's id where the signature carries one."""
    events = source.events
    assert events is not None  # as _declared made sure
    try:
        secrets = [str(secret) for secret in resolve_secrets(list(events.secrets), os.environ)]
        if events.signature == "standard":
            return check_standard(
                {name.lower(): value for name, value in request.headers.items()}, body, secrets, now=timezone.now()
            )
        check_plain(request.headers.get(events.header, ""), body, secrets, form=events.signature)
    except BadSignature as error:
        raise AuthenticationFailed(f"Not believed: {error}.", "bad-signature") from error
    except ConnectorError as error:
        raise Refused(str(error), "secret-missing") from error
    return None
