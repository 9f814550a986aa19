"""Emptying the tables after a test that committed: Django truncates them all, here only what holds rows is emptied.

Truncating some two hundred tables and their indexes takes a third of a second, deleting a few rows a fiftieth.
"""

from __future__ import annotations

from django.db import connection

# Rows that migrations made and tests take as given.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables() -> None:
    """No table holds a row any more, but those that say what tables there are."""
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in quoted))
        filled = [name for (name,) in cursor.fetchall()]
        if filled:
            # Keys are not checked: at the end nothing is left that could refer to something.
            cursor.execute(
                "BEGIN; SET LOCAL session_replication_role = replica; "
                + "".join(f"DELETE FROM {name}; " for name in filled)
                + "COMMIT"
            )
