"""The composition root as a Django application: commands and system checks, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # Late, since both need the loaded applications: the checks register themselves, and shared tasks
        # find the Celery application in processes that Celery didn't start.
        from portal import celery, checks  # noqa: F401
