"""manage.py replay: try refused records again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncengine.models import DeadLetter
from syncengine.pipeline import publish_all, replay


class Command(BaseCommand):
    help = "Replay refused records: by id, by source, or all that are open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, help="ids of dead letters")
        parser.add_argument("--source", help="all open ones of a source")
        parser.add_argument("--all", action="store_true", help="all open ones")
        parser.add_argument("--waive-holds", action="store_true", help="accept records that a rule holds")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = DeadLetter.objects.filter(state="open")
        if options["ids"]:
            chosen = chosen.filter(pk__in=options["ids"])
        elif options["source"]:
            chosen = chosen.filter(stream__source__name=options["source"])
        elif not options["all"]:
            raise CommandError("Say which: ids, --source NAME or --all.")
        runs = replay(list(chosen.values_list("pk", flat=True)), waive_holds=options["waive_holds"])
        publish_all()
        for run in runs:
            accepted = run.created + run.updated + run.unchanged
            self.stdout.write(f"{run.stream}: {run.read} replayed, {accepted} accepted, {run.rejected} refused again")
