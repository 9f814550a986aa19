"""Who the caller is and what the caller sees."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scope_of, treatment
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView
from accounts.catalogue import classes
from accounts.models import ApiToken, Territory


@schema.described(
    operation_id="get_me",
    responses={
        200: schema.answer_of(
            "Me",
            email=serializers.EmailField(),
            role=serializers.CharField(),
            scope=serializers.DictField(),
            classes=serializers.DictField(child=serializers.CharField()),
            token=serializers.DictField(allow_null=True),
        )
    }
    | schema.PROBLEMS,
    tags=["Me"],
)
class MeView(ReadView):
    """The caller's role, scope and treatment of each sensitivity class."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """What the caller sees."""
        user, scope = request.user, scope_of(request.user)
        territories = Territory.objects.filter(pk__in=scope.territories).order_by("code")
        reach: dict[str, Any] = {"everything": scope.everything}
        if not scope.everything:
            reach["territories"] = list(territories.values_list("code", flat=True))
            reach["shared_accounts"] = [str(id) for id in scope.shares]
        data = {
            "email": user.email,  # type: ignore[union-attr]
            "role": user.role,  # type: ignore[union-attr]
            "scope": reach,
            "classes": {name: treatment(user, name) for name in classes()},
            "token": _token(request.auth),
        }
        return answer(request, data)


def _token(token: Any) -> dict[str, Any] | None:
    if not isinstance(token, ApiToken):
        return None
    return {"prefix": token.prefix, "label": token.label, "scope": token.scope}
