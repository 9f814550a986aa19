"""Runs and sources, for the roles that look after them."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.fields import limit_of
from accounts.api.lists import page_data
from accounts.selectors.paging import Order, keyset_page
from syncengine.api.data import RunSerializer, StreamSerializer, run_data, stream_data
from syncengine.api.filters import RunFilter
from syncengine.selectors.sync import get_run, list_runs, list_sources, may_see_runs

LATEST = Order("id", F("id"), int, descending=True)


class RunPageSerializer(serializers.Serializer[Any]):
    """A page of runs."""

    data = RunSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = schema.PageSerializer()
    meta = schema.MetaSerializer()


class RunAnswerSerializer(serializers.Serializer[Any]):
    """One run."""

    data = RunSerializer()  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


class StreamListSerializer(serializers.Serializer[Any]):
    """All streams."""

    data = StreamSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


class OperationsView(ReadView):
    """A read for roles that look after runs; others are told so."""

    def check_permissions(self, request: Request) -> None:
        """Refuse roles that have no business here."""
        super().check_permissions(request)
        if not may_see_runs(request.user):  # type: ignore[arg-type]  # logged in, as just checked
            raise PermissionDenied("Your role does not see runs.", "not-for-your-role")


@schema.described(
    operation_id="list_run",
    parameters=[*schema.filter_parameters(RunFilter), *schema.LIST_PARAMETERS],
    responses={200: RunPageSerializer} | schema.PROBLEMS,
    tags=["Sync"],
)
class RunListView(OperationsView):
    """Runs."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """A page of runs, the newest first."""
        runs = RunFilter.of(request.user, request.query_params, list_runs(request.user)).qs  # type: ignore[arg-type]
        page = keyset_page(runs, LATEST, request.query_params.get("cursor"), limit_of(request))
        data = [run_data(run) for run in page.rows]
        return answer(request, data, page=page_data(request, page, runs))


@schema.described(operation_id="get_run", responses={200: RunAnswerSerializer} | schema.PROBLEMS, tags=["Sync"])
class RunView(OperationsView):
    """One run with its ledger."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The run."""
        run = get_run(request.user, number_of(kwargs["id"]))  # type: ignore[arg-type]
        if run is None:
            raise Http404("There is no such run.")
        return answer(request, run_data(run))


@schema.described(operation_id="list_source", responses={200: StreamListSerializer} | schema.PROBLEMS, tags=["Sync"])
class SourceListView(OperationsView):
    """Streams of every source with their freshness, the worst first."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """Every stream in use."""
        rows = list_sources(request.user, now=timezone.now())  # type: ignore[arg-type]
        return answer(request, [stream_data(row) for row in rows])
