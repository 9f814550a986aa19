"""Addresses of the sync engine's part of the interface, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from syncengine.api.events import EventView, SourceEventView
from syncengine.api.identity import FormationView, MergeListView, MergeView, PairView
from syncengine.api.runs import RunListView, RunView, SourceListView
from syncengine.api.webhooks import DeliveryListView, EndpointListView, ResendView
from syncengine.api.writes import ApproveView, ProposalListView, RejectView, WriteListView

urlpatterns = [
    path("merges", MergeListView.as_view(), name="api-merge-list"),
    path("merges/<str:id>", MergeView.as_view(), name="api-merge"),
    path("pairs/<str:left>/<str:right>", PairView.as_view(), name="api-pair"),
    path("accounts/<str:id>/formation", FormationView.as_view(), name="api-formation"),
    path("webhooks", EndpointListView.as_view(), name="api-webhook-list"),
    path("webhooks/<str:id>/deliveries", DeliveryListView.as_view(), name="api-delivery-list"),
    path("deliveries/<str:id>/resend", ResendView.as_view(), name="api-resend"),
    path("accounts/<str:id>/writes", WriteListView.as_view(), name="api-write-list"),
    path("accounts/<str:id>/proposals", ProposalListView.as_view(), name="api-proposal-list"),
    path("proposals/<str:id>/approve", ApproveView.as_view(), name="api-approve"),
    path("proposals/<str:id>/reject", RejectView.as_view(), name="api-reject"),
    path("events", EventView.as_view(), name="api-events"),
    path("events/<slug:source>", SourceEventView.as_view(), name="api-events-source"),
    path("runs", RunListView.as_view(), name="api-run-list"),
    path("runs/<str:id>", RunView.as_view(), name="api-run"),
    path("sources", SourceListView.as_view(), name="api-source-list"),
]
