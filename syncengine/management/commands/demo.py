"""manage.py demo: an invented company to look at; moved on by a day, or taken away again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from syncengine.demo.generate import Summary
from syncengine.demo.install import (
    NotOurDatabase,
    has_company,
    install_company,
    move_on,
    require_own_database,
)
from syncengine.demo.remove import remove_company


class Command(BaseCommand):
    help = "Write a believable company into PORTAL_HOME/company, declare its sources, create logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=settings.DEMO_CUSTOMERS, help="how many customers")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another company")
        parser.add_argument("--tick", action="store_true", help="move the company one day on")
        parser.add_argument("--remove", action="store_true", help="leave an empty portal")
        parser.add_argument("--force", action="store_true", help="also in a database named by DATABASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["tick"]:
            self._tick()
            return
        try:
            require_own_database(force=options["force"])
        except NotOurDatabase as error:
            raise CommandError(str(error)) from error
        if options["remove"]:
            remove_company()
            self.stdout.write("The demo company is gone; the portal is empty.")
            return
        if options["customers"] < 1:
            raise CommandError("--customers must be 1 or more")
        self._install(options["customers"], options["seed"])

    def _install(self, customers: int, seed: int) -> None:
        summary = install_company(customers=customers, seed=seed, now=timezone.now(), progress=self._progress)
        self._say("Demo company written", summary)

    def _tick(self) -> None:
        if not has_company():
            raise CommandError("There is no demo company here; make one with `manage.py demo`.")
        summary = move_on()
        self._say(f"The company has moved on to {summary.today}", summary)

    def _say(self, what: str, summary: Summary) -> None:
        self.stdout.write(f"{what}: {summary.total:,} rows in {len(summary.rows)} files under {summary.folder}")

    def _progress(self, step: str, done: int, total: int) -> None:
        self.stdout.write(f"Making the company: {done:,} of {total:,} customers")
