"""manage.py restore FILE: bring back what `manage.py backup` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.services.dump import DumpFailed, holds_customers, restore


class Command(BaseCommand):
    help = "Restore a backup into the database. Stop the portal first; --replace overwrites what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="overwrite a database that holds customers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].exists():
            raise CommandError(f"{options['file']} is not there.")
        if holds_customers() and not options["replace"]:
            raise CommandError("The database holds customers already; add --replace to overwrite them.")
        try:
            restore(options["file"])
        except DumpFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored.")
