"""manage.py resolve_files: which rows of any files are the same company or person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncengine.identity.anyfile.columns import ColumnError, parse_columns, read_records
from syncengine.identity.anyfile.report import cluster_rows, pair_rows
from syncengine.identity.anyfile.resolve import EVEN, resolve


class Command(BaseCommand):
    help = "Find the rows of CSV, Excel, Parquet or JSON files that are the same company or person; no database needed."
    requires_system_checks: list[str] = []  # it reads files and writes files

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--id", required=True, metavar="COLUMN", help="column that tells the rows apart")
        parser.add_argument(
            "--columns", required=True, action="append", metavar="FIELD=COLUMN,…",
            help="name, address (a whole one) or street, city, region, postcode, country; phone, email, website, "
            "tax_id, registration_id, birth_date, person_id. "
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
        try:
            columns = parse_columns(",".join(options["columns"]))
            records = read_records(options["files"], id_column=options["id"], columns=columns, source=options["source"])
        except ColumnError as error:
            raise CommandError(str(error)) from error
        result = resolve(records, threshold=options["threshold"])
        rows = cluster_rows(records, result)
        rows.write_csv(options["out"])
        if options["pairs"]:
            pair_rows(records, result).write_csv(options["pairs"])
        self.stdout.write(f"{rows.height:,} rows are {rows['cluster_id'].n_unique():,} clusters: {options['out']}")
