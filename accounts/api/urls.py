"""Addresses of the interface for programs, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api.alerts import AlertListView, AlertView
from accounts.api.chains import ChainAnswerView, ChainListView
from accounts.api.changes import ChangeListView
from accounts.api.customers import AccountListView, AccountView, LineageView, LookupView
from accounts.api.exceptions import ExceptionListView, ExceptionView
from accounts.api.forecasts import ForecastView
from accounts.api.health import HealthView
from accounts.api.lists import views_of
from accounts.api.me import MeView
from accounts.api.metrics import BreakdownView, MetricListView, MetricView
from accounts.api.moves import MoveListView
from accounts.api.relations import GroupView, RelationListView
from accounts.catalogue import load

OWN = ("account",)  # objects with views of their own
UNCOUNTED = ("stock", "usage")


def slug_of(object: str) -> str:
    """An object's name in addresses: plural, with hyphens."""
    name = object.replace("_", "-")
    if name in UNCOUNTED:
        return name
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"


def _patterns(object: str) -> list[URLPattern]:
    listed, single = views_of(object)
    slug = slug_of(object)
    return [
        path(slug, listed.as_view(), name=f"api-{object}-list"),
        path(f"{slug}/<str:id>", single.as_view(), name=f"api-{object}"),
    ]


urlpatterns = [
    path("changes", ChangeListView.as_view(), name="api-change-list"),
    path("chains", ChainListView.as_view(), name="api-chain-list"),
    path("chains/<str:id>", ChainAnswerView.as_view(), name="api-chain"),
    path("exceptions", ExceptionListView.as_view(), name="api-exception-list"),
    path("exceptions/<str:id>", ExceptionView.as_view(), name="api-exception"),
    path("alerts", AlertListView.as_view(), name="api-alert-list"),
    path("alerts/<str:id>", AlertView.as_view(), name="api-alert"),
    path("forecasts", ForecastView.as_view(), name="api-forecasts"),
    path("me", MeView.as_view(), name="api-me"),
    path("metrics", MetricListView.as_view(), name="api-metric-list"),
    path("metrics/<slug:name>", MetricView.as_view(), name="api-metric"),
    path("metrics/<slug:name>/by/<slug:by>", BreakdownView.as_view(), name="api-metric-by"),
    path("lookup", LookupView.as_view(), name="api-lookup"),
    path("accounts", AccountListView.as_view(), name="api-account-list"),
    path("accounts/<str:id>", AccountView.as_view(), name="api-account"),
    path("accounts/<str:id>/lineage", LineageView.as_view(), name="api-account-lineage"),
    path("accounts/<str:id>/health", HealthView.as_view(), name="api-account-health"),
    path("accounts/<str:id>/relations", RelationListView.as_view(), name="api-relation-list"),
    path("accounts/<str:id>/moves", MoveListView.as_view(), name="api-move-list"),
    path("accounts/<str:id>/group", GroupView.as_view(), name="api-group"),
    *(pattern for spec in load() if spec.name not in OWN for pattern in _patterns(spec.name)),
]
