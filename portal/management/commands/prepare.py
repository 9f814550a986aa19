"""`manage.py prepare`: tables, schedule, demo company and its logins, each only where it is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import preparation


class Command(BaseCommand):
    help = "Bring the tables up to date, install the schedule and, in an empty database of our own, the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        customers = settings.DEMO_CUSTOMERS if settings.OWN_DATABASE else 0
        preparation.prepare(customers=customers, out=self.stdout)
