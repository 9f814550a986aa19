"""manage.py writeback: what targets would be told, without telling them; or a round of sending now."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.catalogue import load
from accounts.frames import read, stage
from syncengine.pipeline import publish_all, refresh_records
from syncengine.policies import current_policies
from syncengine.writeback.copies import as_values, lacking, rows_to_copy
from syncengine.writeback.plan import differences
from syncengine.writeback.rounds import send_round
from syncengine.writeback.targets import Target, list_copies, list_targets


class Command(BaseCommand):
    help = "Send what is due to the sources that may be written to; with --dry-run only show what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="name of the source; all when left out")
        parser.add_argument("--dry-run", action="store_true", help="show every update and who has to approve it")
        parser.add_argument("--rows", type=int, default=20, help="how many differences to show a stream")

    def handle(self, *args: Any, **options: Any) -> None:
        policies, named = current_policies(), options["source"]
        targets = [t for t in list_targets(policies) if named in (None, t.source.name)]
        copies = [t for t in list_copies(policies) if named in (None, t.source.name)]
        if not targets and not copies:
            raise CommandError("No source may be written to: declare `write:` in a stream of its policy, or `copies:`.")
        if options["dry_run"]:
            for target in targets:
                self._rehearse(target, options["rows"])
            for target in copies:
                self._rehearse_copies(target, options["rows"])
            return
        counts = send_round(refresh=refresh_records)
        publish_all()
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        self.stdout.write(told or "Nothing was due.")

    @transaction.atomic
    def _rehearse(self, target: Target, shown: int) -> None:
        ids = read("SELECT id FROM accounts_account WHERE merged_into_id IS NULL", {"account_id": pl.Int64()})
        stage("rehearsed", {"account_id": "bigint"}, ids)
        found = differences(target, "rehearsed")
        records = found["record_id"].n_unique()
        waits = found.filter(pl.col("needs") != "")["record_id"].n_unique()
        self.stdout.write(
            f"{target.source.name}.{target.declared.name}: {found.height} values of {records} records differ; "
            f"{waits} records wait for an approval."
        )
        fields = load()["account"].by_code
        for row in found.sort("record_id", "field").head(shown).iter_rows(named=True):
            who = f" (needs {row['needs']})" if row["needs"] else ""
            self.stdout.write(f"  {row['key']} {fields[row['field']].name}: {row['base']!r} -> {row['value']!r}{who}")

    @transaction.atomic
    def _rehearse_copies(self, target: Target, shown: int) -> None:
        moved = rows_to_copy(target, since=None)
        stage("copied_rows", {"record_id": "bigint"}, moved.select("record_id"))
        new, changed = lacking(target, as_values(moved))
        spec = load()[target.declared.object]
        self.stdout.write(
            f"{target.source.name}.{target.declared.name}: {new['record_id'].n_unique()} to be created, "
            f"{changed['record_id'].n_unique()} to be changed, of {moved.height} of {spec.plural.lower()}."
        )
        for row in changed.sort("record_id", "field").head(shown).iter_rows(named=True):
            name = spec.by_code[row["field"]].name
            self.stdout.write(f"  row {row['record_id']} {name}: {row['base']!r} -> {row['value']!r}")
