"""Every address of the portal: probes, the interface for programs, pages; login is one of the pages."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from portal import health

API = [name for name in ("accounts.api.urls", "syncengine.api.urls") if find_spec(name.rpartition(".")[0])]
PAGES = [name for name in ("dashboards.urls",) if find_spec(name)]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    *[path("api/v1/", include(name)) for name in API],
    *[path("", include(name)) for name in PAGES],
]

handler400 = "dashboards.views.errors.bad_request"
handler403 = "dashboards.views.errors.permission_denied"
handler404 = "dashboards.views.errors.not_found"
handler500 = "dashboards.views.errors.server_error"
