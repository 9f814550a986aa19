"""manage.py resolve_files: which rows of any files are the same company or person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncengine.identity.anyfile.columns import ColumnError, Columns, headings, parse_columns, read_files, read_records
from syncengine.identity.anyfile.headings import as_option, guess_columns
from syncengine.identity.anyfile.report import cluster_rows, pair_rows
from syncengine.identity.anyfile.resolve import EVEN, resolve


class Command(BaseCommand):
    help = "Find the rows of CSV, Excel, Parquet or JSON files that are the same company or person; no database needed."
    requires_system_checks: list[str] = []  # it reads files and writes files

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--id", metavar="COLUMN", help="column that tells the rows apart (default: their lines)")
        parser.add_argument(
            "--columns", action="append", metavar="FIELD=COLUMN,…",
            help="default: by the headings. Fields are name, address (a whole one) or street, city, region, postcode, "
            "country; phone, email, website, tax_id, registration_id, birth_date, person_id. "
            "A+B joins two columns; a field named twice takes the first one filled",
        )  # fmt: skip
        parser.add_argument("--source", metavar="COLUMN", help="column that tells where a row comes from")
        parser.add_argument("--out", required=True, type=Path, metavar="CSV", help="record_id,cluster_id")
        parser.add_argument("--pairs", type=Path, metavar="CSV", help="compared pairs with probability and reason")
        parser.add_argument(
            "--threshold", type=float, default=EVEN, help="probability from which rows are joined (default %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["threshold"] < 1:
            raise CommandError("--threshold is a probability between 0 and 1")
        for written in filter(None, (options["out"], options["pairs"])):
            if not written.absolute().parent.is_dir():
                raise CommandError(f"{written}: there is no folder {written.parent} to write it to")
        try:
            read = read_files(options["files"])
            columns = self._columns(options["columns"], headings(read), taken=options["id"])
            records = read_records(read, id_column=options["id"], columns=columns, source=options["source"])
        except ColumnError as error:
            raise CommandError(str(error)) from error
        result = resolve(records, threshold=options["threshold"])
        rows = cluster_rows(records, result)
        rows.write_csv(options["out"])
        if options["pairs"]:
            pair_rows(records, result).write_csv(options["pairs"])
        clusters = rows["cluster_id"].n_unique()
        told = f"{_counted(rows.height, 'row is', 'rows are')} {_counted(clusters, 'cluster', 'clusters')}"
        self.stdout.write(f"{told}: {options['out']}")

    def _columns(self, told: list[str] | None, found: list[str], *, taken: str | None) -> Columns:
        """The columns that were told, else those that their headings give away, which is said."""
        if told:
            return parse_columns(",".join(told))
        guessed = guess_columns(column for column in found if column != taken)
        if not guessed:
            raise ColumnError(f"no heading says what it holds; tell it by --columns. There are {', '.join(found)}")
        self.stdout.write(f"Taken from the headings: --columns '{as_option(guessed)}'")
        return guessed


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
