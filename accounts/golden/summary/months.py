"""Net invoiced by month of each touched customer, for the chart of 24 months."""

from __future__ import annotations

from accounts.frames import execute
from accounts.golden.summary.writing import Params, make_part, upsert

MONTHS = 24
TABLE = "accounts_accountmonths"


def keep_months(params: Params) -> int:
    """Only customers with bills in the window have months; they move on with the calendar."""
    make_part("part_months", _statement(), params)
    gone = execute(
        f"DELETE FROM {TABLE} m USING touched_accounts t WHERE t.account_id = m.account_id "
        "AND NOT EXISTS (SELECT FROM part_months p WHERE p.account_id = m.account_id)"
    )
    columns = {"revenue_months": "revenue_months", "months_to_date": "%(today)s::date"}
    rows = "FROM part_months p JOIN accounts_account a ON a.id = p.account_id"
    return gone + upsert(TABLE, ("p.account_id",), columns, rows, params)


def _statement() -> str:
    """One sum a calendar month, the oldest first and the running month last."""
    start = "date_trunc('month', %(today)s::date)"
    sums = (
        f"coalesce(sum(net) FILTER (WHERE day >= {start} - interval '{back} months' "
        f"AND day < {start} - interval '{back - 1} months'), 0)"
        for back in range(MONTHS - 1, -1, -1)
    )
    return (
        f"SELECT account_id, ARRAY[{', '.join(sums)}]::numeric(20,2)[] AS revenue_months "
        f"FROM bills WHERE day >= {start} - interval '{MONTHS - 1} months' GROUP BY 1"
    )
