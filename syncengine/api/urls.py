"""Addresses of the sync engine's part of the interface, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from syncengine.api.events import EventView
from syncengine.api.runs import RunListView, RunView, SourceListView

urlpatterns = [
    path("events", EventView.as_view(), name="api-events"),
    path("events/<slug:source>", EventView.as_view(), name="api-events-source"),
    path("runs", RunListView.as_view(), name="api-run-list"),
    path("runs/<str:id>", RunView.as_view(), name="api-run"),
    path("sources", SourceListView.as_view(), name="api-source-list"),
]
