"""What every read has in common: who asks, one moment of the database, refusals with a code."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.errors import refusals
from accounts.api.tokens import TokenAuthentication
from accounts.selectors.snapshot import snapshot


class ReadView(APIView):
    """A GET that reads one moment of the database."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        """The answer to `read`."""
        with snapshot(), refusals():
            return self.read(request, **kwargs)

    def read(self, request: Request, **kwargs: Any) -> Response:
        """What the view answers."""
        raise NotImplementedError


def number_of(text: str) -> int:
    """An id from an address; what is no number leads nowhere."""
    if not text.isdecimal() or len(text) > 18:
        raise Http404("There is no such row.")
    return int(text)
