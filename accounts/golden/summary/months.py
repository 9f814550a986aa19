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
    """One sum a calendar month, the oldest first and the running month last; months are counted once a bill."""
    sums = ", ".join(f"coalesce(sum(net) FILTER (WHERE back = {back}), 0)" for back in range(MONTHS - 1, -1, -1))
    since = f"(date_trunc('month', %(today)s::timestamp) - interval '{MONTHS - 1} months')::date"
    return (
        f"SELECT account_id, ARRAY[{sums}]::numeric(20,2)[] AS revenue_months FROM ("
        f"SELECT account_id, net, ({_months('%(today)s::date')} - {_months('day')})::int AS back "
        f"FROM bills WHERE day >= {since}) b GROUP BY 1"
    )


def _months(day: str) -> str:
    """Months since the year 0 of a day."""
    return f"(extract(year FROM {day}) * 12 + extract(month FROM {day}))"
