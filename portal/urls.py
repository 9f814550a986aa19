"""Every address of the portal: probes, login, the interface for programs, pages."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from portal import health

API = [name for name in ("accounts.api.urls", "syncengine.api.urls") if find_spec(name.rpartition(".")[0])]
PAGES = [name for name in ("dashboards.urls",) if find_spec(name)]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    *[path("api/v1/", include(name)) for name in API],
    *[path("", include(name)) for name in PAGES],
]
