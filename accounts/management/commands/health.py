"""Health from the command line: its profiles, its past, and how well it would have done."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.golden import touched
from accounts.health.backtest import backtest
from accounts.health.definition import BadDefinition, read_document
from accounts.health.past import reconstruct, rounds
from accounts.health.renewal import renew_health
from accounts.health.versions import apply_definition, current_definition


class Command(BaseCommand):
    """show, apply FILE, renew, reconstruct or backtest."""

    help = "Shows or applies the profiles of health, writes its past, or holds it against what happened."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("show", help="print the profiles in force")
        apply = acts.add_parser("apply", help="put a file of profiles in force as a new version")
        apply.add_argument("file", type=Path)
        apply.add_argument("--note", default="")
        past = acts.add_parser("reconstruct", help="give customers a weekly history before theirs began")
        past.add_argument("--weeks", type=int, default=26)
        acts.add_parser("renew", help="score every customer afresh, and tell how long that took")
        acts.add_parser("backtest", help="compare past scores with who lapsed and who defaulted")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _show(self, options: dict[str, Any]) -> None:
        self.stdout.write(yaml.safe_dump(dict(current_definition().document), sort_keys=False, allow_unicode=True))

    def _apply(self, options: dict[str, Any]) -> None:
        try:
            document = read_document(options["file"])
            found = apply_definition(document=document, by=None, at=timezone.now(), note=options["note"])
        except (BadDefinition, OSError) as why:
            raise CommandError(f"{options['file']}: nothing was applied.\n{why}") from why
        self.stdout.write(f"Version {found.number} is in force; customers follow with their next renewal.")

    def _renew(self, options: dict[str, Any]) -> None:
        now, started, changed = timezone.now(), perf_counter(), 0
        for after, upto in rounds(50_000):
            with transaction.atomic():
                touched.begin()
                touched.touch("SELECT id FROM accounts_account WHERE id > %s AND id <= %s", [after, upto])
                touched.settle()
                changed += renew_health(at=now, today=timezone.localdate(now))
        self.stdout.write(f"{changed} customers changed in {perf_counter() - started:.1f} s.")

    def _reconstruct(self, options: dict[str, Any]) -> None:
        written = reconstruct(today=timezone.localdate(), weeks=options["weeks"])
        self.stdout.write(f"{written} days written.")

    def _backtest(self, options: dict[str, Any]) -> None:
        found = backtest(today=timezone.localdate(), at=timezone.now(), progress=self.stderr.write)
        result = found.result
        if not result:
            raise CommandError("There is no customer to look back at.")
        self.stdout.write(f"{found.since} to {found.until}, {result['customers']} customers. {result['finding']}\n")
        line = "{:<40} {:>9} {:>9} {:>6} {:>6} {:>6}"
        self.stdout.write(line.format("Alarm", "lapsed", "defaulted", "days", "false", "right"))
        for row in result["rows"]:
            lead = "—" if row["median_lead"] is None else f"{row['median_lead']:.0f}"
            right = "—" if row["precision"] is None else f"{row['precision']:.0%}"
            flagged = f"{row['lapsed_flagged']}/{result['lapsed']}", f"{row['defaulted_flagged']}/{result['defaulted']}"
            self.stdout.write(line.format(row["alarm"], *flagged, lead, row["false_alarms"], right))
        self.stdout.write(result["meaning"])
