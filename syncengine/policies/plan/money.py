"""What hangs on the customers that a plan concerns."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from accounts.frames import read, rows, stage
from syncengine.policies.plan.golden import GoldenDiff
from syncengine.policies.plan.shapes import Money


def customers_of(diffs: Sequence[GoldenDiff]) -> pl.Series:
    """The customers whose own values, people or places would change."""
    found = [pl.Series([], dtype=pl.Int64)]
    for diff in diffs:
        ids = diff.changed["cluster"].unique()
        found.append(ids if diff.object == "account" else _owners(diff.object, ids))
    return pl.concat(found).unique()


def _owners(name: str, ids: pl.Series) -> pl.Series:
    if name == "product" or not ids.len():
        return pl.Series([], dtype=pl.Int64)
    stage("planned_golden", {"id": "bigint"}, pl.DataFrame({"id": ids}))
    query = f"SELECT g.account_id FROM accounts_{name} g JOIN planned_golden USING (id) WHERE g.account_id IS NOT NULL"
    return read(query, {"id": pl.Int64()})["id"].unique()


def money_of(customers: pl.Series) -> Money:
    """Revenue of twelve months and open receivables of these customers."""
    if not customers.len():
        return Money()
    stage("planned_customers", {"id": "bigint"}, pl.DataFrame({"id": customers}))
    revenue, receivables = rows(
        "SELECT coalesce(sum(s.revenue_ttm), 0), coalesce(sum(s.open_receivable), 0) "
        "FROM accounts_accountsummary s JOIN planned_customers p ON p.id = s.account_id"
    )[0]
    return Money(customers.len(), revenue, receivables)
