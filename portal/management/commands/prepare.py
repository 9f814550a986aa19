"""`manage.py prepare`: tables, schedule, demo company and its logins, each only where it is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisError

from portal import preparation
from portal.services.process import LOST_SERVER

GONE = (OperationalError, InterfaceError, BrokerError, RedisError)


class Command(BaseCommand):
    help = "Bring the tables up to date, install the schedule and, in an empty database of our own, the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        customers = settings.DEMO_CUSTOMERS if settings.OWN_DATABASE else 0
        try:
            preparation.prepare(customers=customers, out=self.stdout)
        except GONE as error:
            raise CommandError(f"A server does not answer: {error}", returncode=LOST_SERVER) from error
