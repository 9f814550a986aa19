"""A first load writes rows before their foreign keys and secondary indexes: one pass each instead of a
check and a descent for every row (a million rows with three deferred foreign keys: 12.6 s against 1.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg import sql

from accounts.frames import execute, rows

TABLES = (
    "accounts_account", "accounts_accountcrosswalk", "accounts_accountlineage", "accounts_accountsearch",
    "accounts_accountsummary", "accounts_accountmonths", "accounts_accountfigures", "accounts_entityfigures",
    "accounts_identifier", "accounts_address", "accounts_addresscrosswalk", "accounts_addresslineage",
    "accounts_contact", "accounts_contactcrosswalk", "accounts_contactlineage",
)  # fmt: skip
DERIVED = (
    "accounts_link", "accounts_chain", "accounts_processexception", "accounts_accounthealth", "accounts_healthday",
    "accounts_accountsummary", "accounts_accountmonths", "accounts_accountfigures", "accounts_entityfigures",
)  # fmt: skip
BIG = 50_000


@contextmanager
def quick_constraints(also: Sequence[str] = ()) -> Iterator[None]:
    """Inside the block the customer tables, and those named, have no foreign keys or secondary indexes, if the
    customers start out empty and much is waiting; at its end all of them are back and checked."""
    if not is_large():
        yield
        return
    with keys_after(list(dict.fromkeys([*TABLES, *DERIVED, *also]))):
        yield


@contextmanager
def keys_after(tables: Sequence[str]) -> Iterator[None]:
    """Inside the block these tables, which start out empty, have no foreign keys or secondary indexes."""
    keys, indexes = _foreign_keys(tables), _indexes(tables)
    for table, name, _ in keys:
        execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name)))
    for name, _ in indexes:
        execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        execute(sql.SQL(definition))
    for table, name, definition in keys:
        execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} " + definition).format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )
    for table in tables:
        execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def note_filled(count: int) -> None:
    """Tell the planner of tables that so many new customers have just filled: it takes them for empty."""
    if count >= BIG:
        execute("ANALYZE accounts_account, accounts_accountcrosswalk, accounts_accountlineage")


def is_large() -> bool:
    """Whether no customer is known yet and many are waiting."""
    if rows("SELECT 1 FROM accounts_account LIMIT 1"):
        return False
    return bool(rows("SELECT 1 FROM accounts_accountcrosswalk OFFSET %s LIMIT 1", [BIG]))


def _foreign_keys(tables: Sequence[str]) -> list[tuple[str, str, str]]:
    """(table, constraint, definition) of the foreign keys that the customer tables hold."""
    return rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2",
        [list(tables)],
    )


def _indexes(tables: Sequence[str]) -> list[tuple[str, str]]:
    """(index, definition) of the indexes that back no constraint."""
    return rows(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisunique ORDER BY 1",
        [list(tables)],
    )
