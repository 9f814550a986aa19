"""What customers can be found by: folded names, and every number any system knows them under."""

from __future__ import annotations

import polars as pl

from accounts.frames import copy_in, execute, stage

SEARCH, NUMBERS = "stage_search", "stage_identifiers"


def publish_search(frame: pl.DataFrame, *, first_load: bool) -> None:
    """Search rows of customers: `id`, `names`, `numbers` (plain text, folded here)."""
    stage(
        SEARCH,
        {"account_id": "bigint", "names": "text", "numbers": "text"},
        frame.rename({"id": "account_id"}),
    )
    conflict = (
        ""
        if first_load
        else " ON CONFLICT (account_id) DO UPDATE SET names = excluded.names, numbers = excluded.numbers "
        "WHERE ROW(accounts_accountsearch.names, accounts_accountsearch.numbers) "
        "IS DISTINCT FROM ROW(excluded.names, excluded.numbers)"
    )
    execute(
        "INSERT INTO accounts_accountsearch (account_id, names, numbers) "
        f"SELECT account_id, fold(names), lower(numbers) FROM {SEARCH} ORDER BY account_id{conflict}"
    )


def publish_identifiers(frame: pl.DataFrame) -> None:
    """Numbers of records: `crosswalk_id`, `account_id`, `scheme`, `value`; those no longer said go.

    Every record of an affected customer must be in the frame, be it with a null value.
    """
    columns = {"crosswalk_id": "bigint", "account_id": "bigint", "scheme": "text", "value": "text"}
    stage(NUMBERS, columns, frame)
    execute(
        f"DELETE FROM accounts_identifier i USING {NUMBERS} s "
        "WHERE i.crosswalk_id = s.crosswalk_id AND i.scheme = s.scheme AND s.value IS NULL"
    )
    execute(
        "INSERT INTO accounts_identifier (crosswalk_id, account_id, scheme, value) "
        f"SELECT crosswalk_id, account_id, scheme, value FROM {NUMBERS} WHERE value IS NOT NULL "
        "ORDER BY crosswalk_id, scheme ON CONFLICT (crosswalk_id, scheme) DO UPDATE "
        "SET account_id = excluded.account_id, value = excluded.value "
        "WHERE ROW(accounts_identifier.account_id, accounts_identifier.value) "
        "IS DISTINCT FROM ROW(excluded.account_id, excluded.value)"
    )


def load_identifiers(frame: pl.DataFrame) -> None:
    """The same for customers that are all new: copied in as they are."""
    copy_in("accounts_identifier", frame.filter(pl.col("value").is_not_null()))
