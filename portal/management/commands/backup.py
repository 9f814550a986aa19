"""manage.py backup FILE: everything the portal keeps in its database, in one compressed file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.services.dump import DumpFailed, dump


class Command(BaseCommand):
    help = "Write the database to a file that `manage.py restore` brings back. The portal may keep running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            size = dump(options["file"])
        except DumpFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {size / 2**20:.1f} MB")
