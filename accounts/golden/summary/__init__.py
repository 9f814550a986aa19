"""The figures of touched customers: per legal entity, for lists, by month, and all together.

A statement a kind of document fills a temporary table, one upsert a table puts them together, and rows in
which nothing differs are left alone. Amounts are in the base currency.
"""

from __future__ import annotations

from datetime import date

from accounts.frames import execute
from accounts.golden.summary import customers, entities
from accounts.golden.summary.months import keep_months
from accounts.golden.summary.together import keep_figures, keep_list_row, make_credit
from accounts.golden.touched import TABLE


def summarise(*, today: date) -> int:
    """Renew the figures of every touched customer; how many rows changed."""
    params = {"today": today}
    changed = entities.renew_entities(params)
    customers.make_parts(params)
    make_credit(params)
    return changed + keep_list_row(params) + keep_figures(params) + keep_months(params)


def count_open_tasks(counts_query: str) -> None:
    """Set how many open tasks each touched customer has, from a query (account_id, tasks)."""
    execute(
        f"UPDATE accounts_accountsummary s SET open_tasks = coalesce(c.tasks, 0) FROM {TABLE} t "
        f"LEFT JOIN ({counts_query}) c USING (account_id) "
        "WHERE s.account_id = t.account_id AND s.open_tasks IS DISTINCT FROM coalesce(c.tasks, 0)"
    )
