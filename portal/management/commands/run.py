"""`manage.py run`: the whole portal until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.launcher.portal import run_portal


class Command(BaseCommand):
    help = "Start database, broker, web server, workers and clock, and keep them running until Ctrl-C."
    requires_system_checks: list[str] = []  # prepare runs them, once the database is up

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(
            run_portal(
                home=settings.HOME,
                port=settings.PORT,
                workers=settings.CELERY_WORKER_CONCURRENCY,
                say=self.say,
            )
        )

    def say(self, line: str) -> None:
        """Show the line at once, also where the output goes into a file."""
        self.stdout.write(line)
        self.stdout.flush()
