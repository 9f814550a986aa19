"""Relations of customers, and the tree that parents make: nobody stands above themselves."""

from __future__ import annotations

from psycopg import sql

from accounts.catalogue import load
from accounts.frames import execute, rows
from accounts.golden.changes import Cause, keep_before, update_from

WANTED = "wanted_relations"  # account_id, other_account_id, kind, since_date, decision, confirmed_by, confirmed_at
DEEPEST = 50
# Grain: one row a way upwards from a published customer, ending where it meets itself.
LOOPS = f"""
    WITH RECURSIVE up AS (
        SELECT a.id, a.parent_id, ARRAY[a.id] AS way FROM accounts_account a
          JOIN published_accounts p ON p.id = a.id WHERE a.parent_id IS NOT NULL
        UNION ALL
        SELECT a.id, a.parent_id, up.way || a.id FROM up JOIN accounts_account a ON a.id = up.parent_id
         WHERE a.parent_id IS NOT NULL AND NOT a.id = ANY(up.way) AND cardinality(up.way) < {DEEPEST}
    )
    SELECT DISTINCT (SELECT min(m) FROM unnest(up.way[array_position(up.way, up.parent_id):]) m) AS id,
           NULL::bigint AS parent_id
      FROM up WHERE up.parent_id = ANY(up.way)
"""


def replace_relations(*, touched: str) -> int:
    """Bring the relations of the customers in a staged table (account_id) to those in `wanted_relations`."""
    gone = execute(
        f"DELETE FROM accounts_relation r USING {touched} t WHERE t.account_id IN (r.account_id, r.other_account_id) "
        f"AND NOT EXISTS (SELECT FROM {WANTED} w WHERE (w.account_id, w.other_account_id, w.kind, w.decision) = "
        "(r.account_id, r.other_account_id, r.kind, r.decision))"
    )
    names = "account_id, other_account_id, kind, since_date, decision, confirmed_by, confirmed_at"
    return gone + execute(
        f"INSERT INTO accounts_relation ({names}) SELECT DISTINCT ON (account_id, other_account_id, kind) {names} "
        f"FROM {WANTED} ORDER BY account_id, other_account_id, kind, decision DESC ON CONFLICT DO NOTHING"
    )


def break_loops(*, cause: Cause) -> int:
    """Customers whose parents lead back to themselves: the oldest of the loop stands on top."""
    if not rows("SELECT 1 FROM accounts_account a JOIN published_accounts p ON p.id = a.parent_id LIMIT 1"):
        return 0
    execute("DROP TABLE IF EXISTS looped_accounts")
    execute(f"CREATE TEMP TABLE looped_accounts ON COMMIT DROP AS {LOOPS}")
    on, code = sql.SQL("t.id = s.id"), load()["account"].code
    shared = ("accounts_account", "looped_accounts", on, ["parent_id"])
    keep_before(*shared, object_code=code, cause=cause)
    return update_from(*shared, at_column="changed_at", at=cause.at)
