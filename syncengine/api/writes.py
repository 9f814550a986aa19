"""Proposals and the state of what is written back, for programs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import proposals
from accounts.access import get_account_or_404
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.models import User
from syncengine.selectors.outbox import Written, list_written
from syncengine.writeback.requests import take_requests

TEXT = serializers.CharField
TAGS = ["Changes"]


class WriteSerializer(serializers.Serializer[Any]):
    """One value on its way into one target."""

    field = TEXT()
    source = TEXT()  # type: ignore[assignment]  # the field of that name
    key = TEXT(allow_null=True)
    state = TEXT(help_text="waiting, planned, sending, sent, confirmed, refused, unknown, conflict or cancelled")
    value = TEXT(allow_null=True)
    before = TEXT(allow_null=True)
    reason = TEXT()
    at = serializers.DateTimeField()


class ProposalSerializer(serializers.Serializer[Any]):
    """What somebody asked to have changed."""

    id = TEXT()
    account = TEXT()
    state = TEXT()
    kind = TEXT()
    changes = serializers.ListField(child=serializers.DictField())
    reason = TEXT()
    policy = TEXT()
    decidable = serializers.BooleanField(help_text="Whether the caller may approve or reject it")
    requested_at = serializers.DateTimeField()


class AskSerializer(serializers.Serializer[Any]):
    """Values a customer shall have."""

    values = serializers.DictField(child=TEXT())
    reason = TEXT(required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """Why; needed where it is no."""

    answer = TEXT(required=False)


@schema.described(
    operation_id="list_write", tags=TAGS,
    responses={200: schema.answer_of("Writes", writes=WriteSerializer(many=True))} | schema.PROBLEMS,
)  # fmt: skip
class WriteListView(ReadView):
    """What was or will be written to other systems for a customer."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """State per field and target, the latest first."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        rows = list_written(request.user, account, limit=200)  # type: ignore[arg-type]
        return answer(request, {"writes": [write_data(row) for row in rows]})


def write_data(row: Written) -> dict[str, Any]:
    """One value with its state."""
    return {
        "field": row.field.name, "source": row.source, "key": row.key, "state": row.state, "value": row.value,
        "before": row.base, "reason": row.reason, "at": row.at,
    }  # fmt: skip


def proposal_data(found: proposals.Proposal) -> dict[str, Any]:
    """A request; fields its reader may not see are named without their values."""
    request = found.request
    changes: list[dict[str, str | None]] = [
        {"field": wish.field.name, **({} if wish.hidden else {"before": wish.before, "after": wish.after})}
        for wish in found.wishes
    ]
    return {
        "id": str(request.pk), "account": str(request.account_id), "state": request.state, "kind": request.kind,
        "changes": changes, "reason": request.reason, "policy": request.policy, "decidable": found.decidable,
        "requested_at": request.requested_at,
    }  # fmt: skip


class ProposalListView(ReadView):
    """Changes asked for on a customer, and asking for one."""

    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(operation_id="list_proposal", tags=TAGS, responses={200: ProposalSerializer(many=True)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The latest first."""
        return super().get(request, **kwargs)

    def read(self, request: Request, **kwargs: Any) -> Response:
        """What was asked for."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        found = proposals.list_for_account(request.user, account, limit=100)  # type: ignore[arg-type]
        return answer(request, [proposal_data(proposal) for proposal in found])

    @extend_schema(
        operation_id="propose", tags=TAGS, request=AskSerializer, responses={201: ProposalSerializer(many=True)}
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Change what is the caller's to change, and propose the rest."""
        account = get_account_or_404(request.user, number_of(kwargs["id"]))
        told = AskSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user, now = _person(request), timezone.now()
        try:
            made = proposals.propose(
                account=account, values=told.validated_data["values"], user=user, now=now,
                reason=told.validated_data.get("reason", ""),
            )  # fmt: skip
        except proposals.CannotChange as error:
            raise Refused(str(error), "cannot-change") from error
        take_requests(now=now)
        found = [proposals.get_proposal(user, request_.pk) for request_ in made]
        return Response({"data": [proposal_data(proposal) for proposal in found if proposal]}, status=201)


class DecisionView(ReadView):
    """Approving or rejecting what others asked for."""

    http_method_names = ["post", "options"]

    decide = staticmethod(proposals.reject)

    @extend_schema(tags=TAGS, request=AnswerSerializer, responses={200: ProposalSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The request as it stands then; 409 where somebody was faster."""
        user, now = _person(request), timezone.now()
        found = proposals.get_proposal(user, number_of(kwargs["id"]))
        if found is None:
            raise Http404("There is no such request.")
        told = AnswerSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                self.decide(request=found.request, user=user, now=now, answer=told.validated_data.get("answer", ""))
        except proposals.NotYours as error:
            raise PermissionDenied(str(error), "not-yours") from error
        except ValueError as error:
            raise Refused(str(error), "cannot-decide") from error
        take_requests(now=now)
        again = proposals.get_proposal(user, found.request.pk)
        return Response({"data": proposal_data(again) if again else None})


@extend_schema_view(post=extend_schema(operation_id="approve_proposal"))
class ApproveView(DecisionView):
    """Letting what others asked for happen."""

    decide = staticmethod(proposals.approve)


@extend_schema_view(post=extend_schema(operation_id="reject_proposal"))
class RejectView(DecisionView):
    """Refusing what others asked for, with the reason."""

    decide = staticmethod(proposals.reject)


def _person(request: Request) -> User:
    return request.user  # type: ignore[return-value]  # logged in, as the view's permission made sure
