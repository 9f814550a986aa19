"""What became of customers: who lapsed and who defaulted, with the day it had to be said."""

from __future__ import annotations

from datetime import date

import polars as pl

from accounts.frames import read

EVENTS = {"account_id": pl.Int64(), "kind": pl.String(), "event": pl.Date()}

# Lapsed: silent for five of its usual intervals (120 days at least), and nothing came until today.
LAPSED = """
    WITH days AS (
        SELECT DISTINCT account_id, order_date AS day FROM accounts_order
        WHERE deleted_at IS NULL AND coalesce(status, '') NOT IN ('draft', 'cancelled') AND account_id IS NOT NULL
            AND order_date <= %(today)s
    ), gaps AS (
        SELECT account_id, day, max(day) OVER w AS last, day - lag(day) OVER (w ORDER BY day) AS gap
        FROM days WINDOW w AS (PARTITION BY account_id)
    ), rhythm AS (
        SELECT account_id, max(last) AS last, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)
            FILTER (WHERE gap IS NOT NULL) AS usual FROM gaps WHERE day > last - 730
        GROUP BY 1 HAVING count(*) >= 4
    )
    SELECT account_id, 'lapsed' AS kind, last + greatest(ceil(5 * usual)::int, 120) AS event FROM rhythm
    WHERE last + greatest(ceil(5 * usual)::int, 120) BETWEEN %(since)s AND %(today)s"""

# Defaulted: the first invoice that was still unpaid 90 days after its due date.
DEFAULTED = """
    SELECT account_id, 'defaulted' AS kind, min(due_date + 90) AS event FROM accounts_invoice
    WHERE deleted_at IS NULL AND coalesce(status, '') NOT IN ('draft', 'cancelled') AND account_id IS NOT NULL
        AND base_net_amount > 0 AND (status = 'open' AND open_amount > 0 OR paid_date > due_date + 90)
    GROUP BY 1 HAVING min(due_date + 90) BETWEEN %(since)s AND %(today)s"""


def read_outcomes(since: date, today: date) -> pl.DataFrame:
    """Events of customers between two days, one a customer and kind."""
    params = {"since": since, "today": today}
    return pl.concat([read(query, EVENTS, params) for query in (LAPSED, DEFAULTED)])  # type: ignore[arg-type]
