"""Relations that people confirmed, from the records they were said of to the customers these are in now."""

from __future__ import annotations

import polars as pl

from accounts.frames import execute, read, rows
from accounts.golden.relations import WANTED, replace_relations
from accounts.golden.touched import TABLE

# Grain: one row a confirmed relation between two customers, whatever records of theirs it was said of.
CONFIRMED = """
    SELECT DISTINCT coalesce(a.merged_into_id, a.id) AS account_id,
           coalesce(b.merged_into_id, b.id) AS other_account_id, d.relation AS kind, d.since_date, d.id AS decision,
           coalesce(u.email, '') AS confirmed_by,
           d.made_at AS confirmed_at
      FROM syncengine_decision d, unnest(d.records_l) l, unnest(d.records_r) r, accounts_accountcrosswalk x,
           accounts_accountcrosswalk y, accounts_account a, accounts_account b, accounts_user u
     WHERE d.kind = 'related' AND d.closed_at IS NULL AND NOT d.pending AND d.relation <> ''
       AND x.id = l AND y.id = r AND a.id = x.account_id AND b.id = y.account_id AND u.id = d.made_by_id
       AND x.account_id <> y.account_id
"""
PARENTS: dict[str, pl.DataType] = {"cluster": pl.Int64(), "parent_id": pl.Int64()}


def publish_relations() -> int:
    """Relations of touched customers as people confirmed them."""
    known = rows("SELECT EXISTS (SELECT FROM accounts_relation) OR EXISTS "
                 "(SELECT FROM syncengine_decision WHERE kind = 'related')")  # fmt: skip
    if not known[0][0]:
        return 0
    execute(f"DROP TABLE IF EXISTS {WANTED}")
    execute(
        f"CREATE TEMP TABLE {WANTED} ON COMMIT DROP AS SELECT * FROM ({CONFIRMED}) c "
        f"WHERE EXISTS (SELECT FROM {TABLE} t WHERE t.account_id IN (c.account_id, c.other_account_id))"
    )
    return replace_relations(touched=TABLE)


def confirmed_parents(clusters: str) -> pl.DataFrame:
    """(cluster, parent_id) that people confirmed for the customers in a staged table; the newest word counts."""
    if not rows("SELECT 1 FROM syncengine_decision WHERE kind = 'related' AND closed_at IS NULL LIMIT 1"):
        return pl.DataFrame(schema=PARENTS)
    return read(
        f"SELECT DISTINCT ON (c.account_id) c.account_id, c.other_account_id FROM ({CONFIRMED}) c "
        f"JOIN {clusters} s ON s.cluster = c.account_id WHERE c.kind IN ('parent', 'branch') "
        "ORDER BY c.account_id, c.decision DESC",
        PARENTS,
    )
