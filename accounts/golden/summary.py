"""The summary of touched customers: one statement a kind of document, one that puts them together.

Amounts are in the base currency. Revenue is net invoiced less credit notes; the trailing twelve months
end on the day of computing. Receivables count open invoices; overdue is past its due date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from accounts.frames import execute
from accounts.golden.touched import TABLE

MONTHS = 24
LONGEST = 200  # letters; an index takes no text longer than a third of a page

# name -> (columns it yields beside account_id, statement); grain: one row a touched customer
PARTS: dict[str, str] = {
    "sales": """
        SELECT t.account_id,
            sum(d.amount) FILTER (WHERE d.day > %(today)s::date - interval '1 year') AS revenue_ttm,
            sum(d.amount) FILTER (WHERE d.day <= %(today)s::date - interval '1 year'
                AND d.day > %(today)s::date - interval '2 years') AS revenue_previous,
            {months} AS revenue_months
        FROM touched_accounts t JOIN (
            SELECT account_id, invoice_date AS day, base_net_amount AS amount FROM accounts_invoice
            WHERE account_id IN (SELECT account_id FROM touched_accounts)
                AND deleted_at IS NULL AND status IS DISTINCT FROM 'cancelled' AND status IS DISTINCT FROM 'draft'
            UNION ALL
            SELECT account_id, credit_date, -base_net_amount FROM accounts_creditnote
            WHERE account_id IN (SELECT account_id FROM touched_accounts) AND deleted_at IS NULL
        ) d USING (account_id)
        WHERE d.day <= %(today)s GROUP BY 1""",
    "pipeline": """
        SELECT account_id, sum(base_amount) AS open_pipeline,
            sum(base_amount * coalesce(probability, 0) / 100) AS weighted_pipeline, count(*) AS open_deals
        FROM accounts_opportunity JOIN touched_accounts USING (account_id)
        WHERE state = 'open' AND deleted_at IS NULL GROUP BY 1""",
    "orders": """
        SELECT account_id, count(*) FILTER (WHERE status IN ('confirmed', 'partly_shipped')) AS open_orders,
            sum(base_net_amount) FILTER (WHERE status IN ('confirmed', 'partly_shipped')) AS open_order_amount,
            count(*) AS order_count, min(order_date) AS first_order_date, max(order_date) AS last_order_date
        FROM accounts_order JOIN touched_accounts USING (account_id)
        WHERE deleted_at IS NULL AND status IS DISTINCT FROM 'cancelled' AND status IS DISTINCT FROM 'draft'
        GROUP BY 1""",
    "receivables": """
        SELECT account_id, sum(base_open_amount) AS open_receivable,
            sum(base_open_amount) FILTER (WHERE due_date < %(today)s) AS overdue_receivable,
            min(due_date) AS oldest_due_date
        FROM accounts_invoice JOIN touched_accounts USING (account_id)
        WHERE status = 'open' AND open_amount > 0 AND deleted_at IS NULL GROUP BY 1""",
    "cash": """
        SELECT account_id, sum(base_unapplied_amount) AS unapplied_cash
        FROM accounts_payment JOIN touched_accounts USING (account_id)
        WHERE base_unapplied_amount > 0 AND deleted_at IS NULL GROUP BY 1""",
    "tickets": """
        SELECT account_id, count(*) AS open_tickets, count(*) FILTER (WHERE priority = 'severe') AS severe_tickets
        FROM accounts_ticket JOIN touched_accounts USING (account_id)
        WHERE status IN ('new', 'open', 'waiting') AND deleted_at IS NULL GROUP BY 1""",
    "activities": """
        SELECT account_id, max(happened_at) AS last_contact_at
        FROM accounts_activity JOIN touched_accounts USING (account_id)
        WHERE deleted_at IS NULL AND kind <> 'note' AND happened_at < %(today)s::date + 1 GROUP BY 1""",
    "contacts": """
        SELECT account_id, count(*) AS contact_count
        FROM accounts_contact JOIN touched_accounts USING (account_id)
        WHERE merged_into_id IS NULL AND record_count > 0 GROUP BY 1""",
}

# What lists filter and sort by beside figures: summary column -> expression over the customer (a).
COPIED = {
    "name_key": f"left(fold(coalesce(a.name, '')), {LONGEST})",
    "country": "a.country",
    "segment": f"left(a.segment, {LONGEST})",
    "status": "a.status",
    "owner": f"left(a.owner, {LONGEST})",
    "sales_territory_id": "a.sales_territory_id",
}
PLAIN = (
    "revenue_ttm", "revenue_previous", "open_pipeline", "weighted_pipeline", "open_order_amount",
    "first_order_date", "last_order_date", "open_receivable", "overdue_receivable", "oldest_due_date",
    "unapplied_cash", "last_contact_at",
)  # fmt: skip
COUNTS = ("open_deals", "open_orders", "order_count", "open_tickets", "severe_tickets", "contact_count")


def summarise(*, today: date) -> int:
    """Renew the summary of every touched customer; how many changed."""
    params = {"today": today}
    for name, statement in PARTS.items():
        execute(f"DROP TABLE IF EXISTS part_{name}")
        body = statement.format(months=_months()) if "{months}" in statement else statement
        execute(f"CREATE TEMP TABLE part_{name} ON COMMIT DROP AS {body}", params)
        execute(f"ANALYZE part_{name}")
    changed = execute(_put_together(), params)
    _keep_months(params)
    return changed


def _months() -> str:
    """One sum a calendar month, the oldest first and the running month last."""
    sums = (
        "coalesce(sum(d.amount) FILTER (WHERE "
        f"d.day >= date_trunc('month', %(today)s::date) - interval '{back} months' "
        f"AND d.day < date_trunc('month', %(today)s::date) - interval '{back - 1} months'), 0)"
        for back in range(MONTHS - 1, -1, -1)
    )
    return f"ARRAY[{', '.join(sums)}]::numeric(20,2)[]"


def _put_together() -> str:
    picks = COPIED | {name: name for name in PLAIN} | {name: f"coalesce({name}, 0)" for name in COUNTS}
    joins = " ".join(f"LEFT JOIN part_{name} USING (account_id)" for name in PARTS)
    compared = [*picks, "computed_date"]
    return (
        f"INSERT INTO accounts_accountsummary (account_id, {', '.join(picks)}, computed_date, open_tasks) "
        f"SELECT t.account_id, {', '.join(picks.values())}, %(today)s, 0 FROM {TABLE} t "
        f"JOIN accounts_account a ON a.id = t.account_id {joins} ORDER BY t.account_id "
        + _on_conflict("accounts_accountsummary", compared)
    )


def _on_conflict(table: str, columns: Sequence[str]) -> str:
    """Rows that are there are brought to what is new, and left alone where nothing is."""
    old, new = (", ".join(f"{of}.{column}" for column in columns) for of in (table, "excluded"))
    assign = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"ON CONFLICT (account_id) DO UPDATE SET {assign} WHERE ROW({old}) IS DISTINCT FROM ROW({new})"


def _keep_months(params: dict[str, date]) -> None:
    """Only customers with sales in the window have months; they move on with the calendar."""
    execute(
        f"DELETE FROM accounts_accountmonths m USING {TABLE} t WHERE t.account_id = m.account_id "
        "AND NOT EXISTS (SELECT FROM part_sales p WHERE p.account_id = m.account_id)"
    )
    columns = ["revenue_months", "months_to_date"]
    execute(
        "INSERT INTO accounts_accountmonths (account_id, revenue_months, months_to_date) "
        "SELECT p.account_id, p.revenue_months, %(today)s FROM part_sales p "
        "JOIN accounts_account a ON a.id = p.account_id ORDER BY 1 " + _on_conflict("accounts_accountmonths", columns),
        params,
    )


def count_open_tasks(counts_query: str) -> None:
    """Set how many open tasks each touched customer has, from a query (account_id, tasks)."""
    execute(
        f"UPDATE accounts_accountsummary s SET open_tasks = coalesce(c.tasks, 0) FROM {TABLE} t "
        f"LEFT JOIN ({counts_query}) c USING (account_id) "
        "WHERE s.account_id = t.account_id AND s.open_tasks IS DISTINCT FROM coalesce(c.tasks, 0)"
    )
