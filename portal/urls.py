"""Every address of the portal: probes, the interface for programs, pages."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from portal import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("syncengine.api.urls")),
    path("", include("dashboards.urls")),
]

# Pages for what went wrong, with the way back; the interface for programs answers with problem+json instead.
handler400 = "dashboards.views.errors.bad_request"
handler403 = "dashboards.views.errors.permission_denied"
handler404 = "dashboards.views.errors.not_found"
handler500 = "dashboards.views.errors.server_error"
