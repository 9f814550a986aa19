"""Columns of the company's own fields: added when a field is first declared, and never dropped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from psycopg import sql

from accounts.catalogue import FieldSpec
from accounts.frames import execute, rows
from accounts.models import OwnField
from accounts.models.own_field import column_of

# Adding a column waits for whoever reads the table and makes the next reader wait too: rather give up soon.
PATIENCE = "5s"


def keep_declared(fields: Iterable[FieldSpec], *, at: datetime) -> None:
    """Make the table of own fields say exactly this; one no longer declared is withdrawn and keeps its column."""
    named = list(fields)
    kept = {(spec.object, spec.name) for spec in named}
    OwnField.objects.bulk_create(
        [_row(spec) for spec in named],
        update_conflicts=True,
        unique_fields=["object", "name"],
        update_fields=["title", "unit", "choices", "sensitivity", "owner", "meaning", "filtered", "searched",
                       "withdrawn_at"],
    )  # fmt: skip
    gone = [row.pk for row in OwnField.objects.filter(withdrawn_at=None) if (row.object, row.name) not in kept]
    OwnField.objects.filter(pk__in=gone).update(withdrawn_at=at)


def _row(spec: FieldSpec) -> OwnField:
    names = ("object", "name", "code", "type", "title", "unit", "sensitivity", "owner", "meaning", "filtered")
    told = {name: getattr(spec, name) for name in names}
    return OwnField(**told, searched=spec.searched, choices=list(spec.choices))


def add_column(table: str, spec: FieldSpec) -> None:
    """The field's column in a table, unless it is there; empty and so made at once, whatever the table holds."""
    if spec.name not in _columns(table):
        alter("ALTER TABLE {} ADD COLUMN {} " + sql_type(spec), table, spec.name)


def add_index(table: str, spec: FieldSpec) -> None:
    """An index for a field that lists filter by, unless it is there; only rows that say something are in it."""
    name = f"own_{spec.object}_{spec.name}"
    if spec.filtered and spec.type != "tags" and not rows("SELECT to_regclass(%s)", [name])[0][0]:
        alter("CREATE INDEX {} ON {} ({}) WHERE {} IS NOT NULL", name, table, spec.name, spec.name)


def _columns(table: str) -> set[str]:
    query = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
    query += "AND table_name = %s"
    return {str(name) for (name,) in rows(query, [table])}


def alter(statement: str, *names: str) -> None:
    """Change a table while others use it: give up where nobody lets go of it in time."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose foreign keys are still to be checked is not altered
    execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(PATIENCE)))
    execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    execute("SET LOCAL lock_timeout = 0")
    execute("SET CONSTRAINTS ALL DEFERRED")


def sql_type(spec: FieldSpec) -> str:
    """The column's type in the database."""
    return str(column_of(spec).db_type(connection))
