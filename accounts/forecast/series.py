"""Monthly series and what was known at the start of each month, from documents: one statement each."""

from __future__ import annotations

from datetime import date

import polars as pl

from accounts.frames import read
from accounts.golden.copies import COUNTS
from accounts.reference import TODAYS

# Grain: one row a month; net invoiced less credit notes.
REVENUE = """
    SELECT date_trunc('month', day)::date AS month, sum(amount) AS amount FROM (
        SELECT invoice_date AS day, base_net_amount AS amount FROM accounts_invoice x
        WHERE {counts} AND deleted_at IS NULL AND coalesce(status, '') NOT IN ('draft', 'cancelled') AND {within}
        UNION ALL SELECT credit_date, -base_net_amount FROM accounts_creditnote x WHERE deleted_at IS NULL AND {within}
    ) d WHERE day >= %(since)s AND day <= %(today)s GROUP BY 1"""

# Grain: one row a month; money received less refunds.
CASH = """
    SELECT date_trunc('month', payment_date)::date AS month,
        sum(CASE WHEN kind = 'refund' THEN -base_amount ELSE base_amount END) AS amount
    FROM accounts_payment x WHERE deleted_at IS NULL AND {within}
        AND payment_date >= %(since)s AND payment_date <= %(today)s GROUP BY 1"""

# Grain: one row an origin and month: what was ordered before the origin and not yet billed then, by promised month.
BOOKED = """
    WITH origins AS (SELECT unnest(%(origins)s::date[]) AS origin),
    waiting AS (
        SELECT g.origin, x.id, x.base_net_amount, greatest(coalesce(x.promised_date, x.requested_date,
            x.order_date + 30), g.origin) AS due, coalesce(sum(i.base_net_amount)
            FILTER (WHERE i.invoice_date < g.origin), 0) AS billed, count(i.id) AS bills, min(x.status) AS status
        FROM origins g JOIN accounts_order x ON x.order_date < g.origin AND x.order_date >= g.origin - 180
        LEFT JOIN accounts_invoice i ON i.order_id = x.id AND i.deleted_at IS NULL
            AND coalesce(i.status, '') NOT IN ('draft', 'cancelled')
        WHERE {counts} AND x.deleted_at IS NULL AND coalesce(x.status, '') NOT IN ('draft', 'cancelled') AND {within}
        GROUP BY 1, 2, 3, 4
    )
    SELECT origin, date_trunc('month', due)::date AS month, sum(greatest(base_net_amount - billed, 0)) AS amount
    FROM waiting WHERE bills > 0 OR status IN ('confirmed', 'partly_shipped') GROUP BY 1, 2"""

# Grain: one row an origin and month of closing: deals open at the origin, by the rate at which deals are won.
PIPELINE = """
    WITH rate AS (
        SELECT coalesce(sum(base_amount) FILTER (WHERE state = 'won') / nullif(sum(base_amount), 0), 0) AS won
        FROM accounts_opportunity x WHERE deleted_at IS NULL AND {within} AND state IN ('won', 'lost')
    )
    SELECT g.origin, date_trunc('month', greatest(x.close_date, g.origin))::date AS month,
        sum(x.base_amount * r.won) AS amount
    FROM unnest(%(origins)s::date[]) g(origin) CROSS JOIN rate r
    JOIN accounts_opportunity x ON x.opened_at < g.origin AND coalesce(x.closed_at >= g.origin, x.state = 'open')
    WHERE x.deleted_at IS NULL AND {within} AND x.close_date IS NOT NULL GROUP BY 1, 2"""

# Grain: one row an origin and month: invoices open at the origin, at their due date and the customer's usual delay.
DUE = """
    WITH origins AS (SELECT unnest(%(origins)s::date[]) AS origin),
    bills AS (
        SELECT account_id, invoice_date, due_date, paid_date,
            base_net_amount * coalesce(gross_amount / nullif(net_amount, 0), 1) AS gross,
            status = 'open' AND open_amount > 0 AS is_open, coalesce(open_amount * of_day, base_open_amount) AS owed
        FROM accounts_invoice x {todays} WHERE {counts} AND deleted_at IS NULL AND due_date IS NOT NULL AND {within}
            AND coalesce(status, '') NOT IN ('draft', 'cancelled') AND invoice_date >= %(since)s
    ), habits AS (
        SELECT g.origin, b.account_id, sum(b.gross * (b.paid_date - b.due_date)) / nullif(sum(b.gross), 0) AS delay
        FROM origins g JOIN bills b ON b.paid_date < g.origin AND b.paid_date >= g.origin - 365 AND b.gross > 0
        GROUP BY 1, 2
    ), usual AS (SELECT origin, percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) AS delay FROM habits GROUP BY 1)
    SELECT g.origin, date_trunc('month', greatest(b.due_date + round(coalesce(h.delay, u.delay, 0))::int,
        g.origin))::date AS month, sum(CASE WHEN b.is_open THEN b.owed ELSE b.gross END) AS amount
    FROM origins g JOIN bills b ON b.invoice_date < g.origin AND (b.is_open OR b.paid_date >= g.origin)
    LEFT JOIN habits h ON h.origin = g.origin AND h.account_id = b.account_id
    LEFT JOIN usual u ON u.origin = g.origin GROUP BY 1, 2"""

# Grain: one row a product and month; ordered units by the day they were asked for.
UNITS = f"""
    SELECT w.product_id, date_trunc('month', o.order_date)::date AS month, sum(l.quantity) AS amount
    FROM accounts_orderline l JOIN accounts_order o ON o.id = l.order_id
    JOIN accounts_productcrosswalk w ON w.id = l.product_ref_id
    WHERE l.deleted_at IS NULL AND o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('draft', 'cancelled')
        AND o.order_date >= %(since)s AND o.order_date <= %(today)s AND w.product_id IS NOT NULL
        AND {COUNTS.format("o")} GROUP BY 1, 2"""

# Grain: one row a product; units that left in the last three whole months, per month.
SHIPPED = """
    SELECT w.product_id, sum(n.quantity) / 3 AS amount FROM accounts_shipment s
    JOIN accounts_shipmentline n ON n.shipment_id = s.id AND n.deleted_at IS NULL
    LEFT JOIN accounts_orderline l ON l.id = n.order_line_id
    JOIN accounts_productcrosswalk w ON w.id = coalesce(n.product_ref_id, l.product_ref_id)
    WHERE s.deleted_at IS NULL AND s.status IN ('shipped', 'delivered') AND s.shipped_date >= %(since)s
        AND s.shipped_date < %(today)s AND w.product_id IS NOT NULL GROUP BY 1"""

# Documents `x` of one sales territory, where one is asked for; of customers nobody knows yet only in the whole.
WITHIN = """x.account_id IN (SELECT id FROM accounts_account WHERE sales_territory_id = %(territory)s)"""
MONTHLY = {"month": pl.Date(), "amount": pl.Float64()}
KNOWN = {"origin": pl.Date()} | MONTHLY


def month_of(day: date, add: int = 0) -> date:
    """The first of the day's month, or of one so many months on."""
    number = day.year * 12 + day.month - 1 + add
    return date(number // 12, number % 12 + 1, 1)


def within(query: str, territory: int | None) -> str:
    """The statement for one territory, or for the whole company."""
    told = query.replace("{counts}", COUNTS.format("x")).replace("{todays}", TODAYS)
    return told.replace("{within}", "true" if territory is None else WITHIN)


def monthly(query: str, months: list[date], today: date, territory: int | None = None) -> list[float]:
    """A series with a value for each month, nothing counting as zero."""
    params = {"since": months[0], "today": today, "territory": territory}
    frame = read(within(query, territory), MONTHLY, params)  # type: ignore[arg-type]
    found = dict(frame.iter_rows())
    return [found.get(month) or 0.0 for month in months]


def known(query: str, origins: list[date], territory: int | None = None) -> dict[tuple[date, date], float]:
    """What was known at each origin of each month from then on."""
    since = month_of(origins[0], -24)
    params = {"origins": origins, "since": since, "today": max(origins), "territory": territory}
    frame = read(within(query, territory), KNOWN, params)  # type: ignore[arg-type]
    return {(origin, month): amount or 0.0 for origin, month, amount in frame.iter_rows()}


def shipped(today: date) -> dict[int, float]:
    """What left of each product in the three whole months before a day, a month."""
    params = {"since": month_of(today, -3), "today": month_of(today)}
    frame = read(SHIPPED, {"product_id": pl.Int64(), "amount": pl.Float64()}, params)  # type: ignore[arg-type]
    return {product: round(amount or 0.0, 2) for product, amount in frame.iter_rows()}


def units(months: list[date], today: date) -> pl.DataFrame:
    """Ordered units as a frame of product_id and one column a month."""
    schema = {"product_id": pl.Int64()} | MONTHLY
    frame = read(UNITS, schema, {"since": months[0], "today": today})  # type: ignore[arg-type]
    names = [month.isoformat() for month in months]
    if not frame.height:
        return pl.DataFrame(schema={"product_id": pl.Int64()} | dict.fromkeys(names, pl.Float64()))
    wide = frame.with_columns(pl.col("month").cast(pl.String)).pivot("month", index="product_id", values="amount")
    wide = wide.with_columns(pl.lit(0.0).alias(name) for name in names if name not in wide.columns)
    return wide.select("product_id", *names).fill_null(0.0).sort("product_id")
