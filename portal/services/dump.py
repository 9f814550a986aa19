"""The database as one file and back, by PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.services.binaries import postgres_folder

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


class DumpFailed(Exception):
    """pg_dump or pg_restore ended with an error; the text is theirs."""


def dump(path: Path) -> int:
    """Write a compressed backup; its size in bytes. The file appears only when it is whole."""
    partial = path.with_name(f"{path.name}.part")
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={partial}")
    partial.replace(path)
    return path.stat().st_size


def restore(path: Path) -> None:
    """Bring a backup back in one transaction: wholly or not at all."""
    connection.close()
    script = path.with_name(f"{path.name}.sql")
    try:
        # pg_restore's own --clean cannot drop partitions, so the schema goes as a whole, in the same transaction.
        _run("pg_restore", "--no-owner", f"--file={script}", str(path))
        _run(
            "psql",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            f"--command={EMPTY}",
            f"--file={script}",
        )
    finally:
        script.unlink(missing_ok=True)


def holds_customers() -> bool:
    """Whether the database has any customer."""
    if "accounts_account" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM accounts_account)")
        return bool(cursor.fetchone()[0])


def _run(program: str, *options: str) -> None:
    result = subprocess.run([_find(program), *options], env=_environment(), capture_output=True, text=True)
    if result.returncode:
        raise DumpFailed(f"{program}: {result.stderr.strip()}")


def _find(program: str) -> str:
    beside = postgres_folder() / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if not found:
        raise DumpFailed(f"{program} is not there: install PostgreSQL's client programs")
    return found


def _environment() -> dict[str, str]:
    """libpq's variables for the portal's own database."""
    database = settings.DATABASES["default"]
    named = {
        "PGHOST": database.get("HOST"),
        "PGPORT": database.get("PORT"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database.get("NAME"),
    }
    options = database.get("OPTIONS", {})
    if "sslmode" in options:
        named["PGSSLMODE"] = options["sslmode"]
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}}
