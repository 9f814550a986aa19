"""Customers as they are, for when only the rules that weigh their records changed."""

from __future__ import annotations

import polars as pl

from accounts.frames import read, stage
from syncengine.records import Resolved

MEMBERS: dict[str, pl.DataType] = {"record_id": pl.Int64(), "account_id": pl.Int64()}


def settled_accounts(records: pl.Series) -> Resolved:
    """All records of the customers that these records belong to; nobody is merged, split or asked about."""
    stage("settled_records", {"record_id": "bigint"}, pl.DataFrame({"record_id": records}))
    members = read(
        "SELECT x.id, x.account_id FROM accounts_accountcrosswalk x WHERE x.account_id IN ("
        "SELECT w.account_id FROM accounts_accountcrosswalk w JOIN settled_records s ON s.record_id = w.id) "
        "AND EXISTS (SELECT FROM syncengine_canonicalaccount c WHERE c.crosswalk_id = x.id)",
        MEMBERS,
    )
    whole = members.with_columns(cluster="account_id", is_new=pl.lit(False))
    none = pl.DataFrame(schema={"id": pl.Int64, "into": pl.Int64})
    return Resolved(whole, none, pl.DataFrame(), whole["record_id"], bulk=False, settled=True)
