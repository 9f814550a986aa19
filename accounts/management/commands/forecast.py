"""Make the forecasts of today and say how far off such numbers used to be."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.forecast.making import make_forecasts


class Command(BaseCommand):
    """Prints the errors of each kind beside those of naive ways."""

    help = "Makes and keeps the forecasts of revenue, cash and units."

    def handle(self, *args: Any, **options: Any) -> None:
        run = make_forecasts(today=timezone.localdate(), at=timezone.now())
        self.stdout.write(f"{run.rows.count()} forecasts made. Mean error in percent of what came:")
        for kind, errors in run.errors.items():
            told = (f"{name} {value:.1f}" for name, value in errors.items() if isinstance(value, float))
            self.stdout.write(f"{kind}: {', '.join(told) or 'too short a past to tell'}")
