"""Health from the command line: its profiles, its past, and how well it would have done."""

from __future__ import annotations

from datetime import date
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
from accounts.health.plan import plan_definition
from accounts.health.renewal import renew_health
from accounts.health.versions import apply_definition, current_definition, revert_definition
from accounts.models import HealthVersion

KINDS = ("lapsed", "defaulted")


class Command(BaseCommand):
    """show, plan FILE, apply FILE, versions, revert N, renew, reconstruct or backtest."""

    help = "Shows or applies the profiles of health, writes its past, or holds it against what happened."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("show", help="print the profiles in force")
        plan = acts.add_parser("plan", help="show whose band a file of profiles would change; changes nothing")
        plan.add_argument("file", type=Path)
        acts.add_parser("versions", help="list the versions, the latest first")
        back = acts.add_parser("revert", help="put an earlier version in force again")
        back.add_argument("number", type=int)
        apply = acts.add_parser("apply", help="put a file of profiles in force as a new version")
        apply.add_argument("file", type=Path)
        apply.add_argument("--note", default="")
        past = acts.add_parser("reconstruct", help="give customers a weekly history before theirs began")
        past.add_argument("--weeks", type=int, default=26)
        acts.add_parser("renew", help="score every customer afresh, and tell how long that took")
        test = acts.add_parser("backtest", help="compare past scores with who lapsed and who defaulted")
        test.add_argument("--today", type=date.fromisoformat, help="look back from this day instead")

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

    def _plan(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        try:
            found = plan_definition(document=read_document(options["file"]), today=timezone.localdate(now), at=now)
        except (BadDefinition, OSError) as why:
            raise CommandError(f"{options['file']}: {why}") from why
        move = f"scores move by {found.mean_move:+.1f} on average"
        self.stdout.write(f"{found.changed} of {found.customers} customers would change band; {move}.")
        for (before, after), count in found.bands.items():
            if before != after:
                self.stdout.write(f"  {before} to {after}: {count}")
        for turn in found.turns:
            scores = ["—" if value is None else f"{value:.0f}" for value in (turn.score_before, turn.score_after)]
            self.stdout.write(f"  {turn.name}: {turn.before} {scores[0]}, {turn.after} {scores[1]}")

    def _versions(self, options: dict[str, Any]) -> None:
        for row in HealthVersion.objects.select_related("applied_by").order_by("-number"):
            by = row.applied_by or "the command line"
            self.stdout.write(f"{row.number:>4}  {row.applied_at:%Y-%m-%d %H:%M}  {by}  {row.note}".rstrip())

    def _revert(self, options: dict[str, Any]) -> None:
        try:
            found = revert_definition(number=options["number"], by=None, at=timezone.now())
        except HealthVersion.DoesNotExist as why:
            raise CommandError(f"There is no version {options['number']}; `health versions` lists them.") from why
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
        found = backtest(today=options["today"] or timezone.localdate(), at=timezone.now(), progress=self.stderr.write)
        result = found.result
        if not result:
            raise CommandError("There is no customer to look back at.")
        self.stdout.write(f"{found.since} to {found.until}, {result['customers']} customers. {result['finding']}\n")
        line = "{:<40} {:>9} {:>6} {:>9} {:>6} {:>6} {:>6}"
        self.stdout.write(line.format("Alarm", "lapsed", "days", "defaulted", "days", "false", "right"))
        for row in result["rows"]:
            leads = ["—" if row[f"{kind}_lead"] is None else f"{row[f'{kind}_lead']:.0f}" for kind in KINDS]
            right = "—" if row["precision"] is None else f"{row['precision']:.0%}"
            flagged = [f"{row[f'{kind}_flagged']}/{result[kind]}" for kind in KINDS]
            told = [value for pair in zip(flagged, leads, strict=True) for value in pair]
            self.stdout.write(line.format(row["alarm"], *told, row["false_alarms"], right))
        self.stdout.write(result["meaning"])
