"""What is told of a customer as a whole: one statement a kind of document, then ratios over all of it.

Grain of every part: one row a touched customer.
"""

from __future__ import annotations

from accounts.golden.summary.writing import Params, make_part

MINE = "account_id IN (SELECT account_id FROM touched_accounts)"

# Grain: one order of the last year and a quote of the same customer it names. A way of naming has a join of its own:
# one condition for all three would compare every order of a large customer with every quote of it.
ORDERED_QUOTES = f"""
    WITH named AS (
        SELECT id, account_id, quote_id, quote_number, order_date FROM accounts_order
        WHERE {MINE} AND deleted_at IS NULL AND coalesce(status, '') NOT IN ('cancelled', 'draft')
            AND order_date > %(today)s::date - interval '1 year' AND (quote_id IS NOT NULL OR quote_number IS NOT NULL)
    ), offered AS (
        SELECT id, account_id, number, erp_number, valid_until_date FROM accounts_quote
        WHERE {MINE} AND deleted_at IS NULL
    )
    SELECT o.account_id, o.id AS order_id, o.order_date, q.id AS quote_id, q.valid_until_date
    FROM named o JOIN offered q ON q.account_id = o.account_id AND q.id = o.quote_id
    UNION SELECT o.account_id, o.id, o.order_date, q.id, q.valid_until_date
    FROM named o JOIN offered q ON q.account_id = o.account_id AND q.number = o.quote_number
    UNION SELECT o.account_id, o.id, o.order_date, q.id, q.valid_until_date
    FROM named o JOIN offered q ON q.account_id = o.account_id AND q.erp_number = o.quote_number"""

PARTS: dict[str, str] = {
    "pipeline": f"""
        SELECT account_id, sum(base_amount) AS open_pipeline,
            sum(base_amount * coalesce(probability, 0) / 100) AS weighted_pipeline, count(*) AS open_deals
        FROM accounts_opportunity WHERE {MINE} AND state = 'open' AND deleted_at IS NULL GROUP BY 1""",
    "orders": f"""
        SELECT account_id, count(*) FILTER (WHERE status IN ('confirmed', 'partly_shipped')) AS open_orders,
            sum(base_net_amount) FILTER (WHERE status IN ('confirmed', 'partly_shipped')) AS open_order_amount,
            count(*) AS order_count, min(order_date) AS first_order_date, max(order_date) AS last_order_date
        FROM accounts_order WHERE {MINE} AND deleted_at IS NULL AND coalesce(status, '') NOT IN ('cancelled', 'draft')
        GROUP BY 1""",
    # Days with orders in two years, and the usual gap between them; fewer than four orders have no rhythm.
    "rhythm": f"""
        SELECT account_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)::numeric AS order_interval
        FROM (SELECT account_id, order_date - lag(order_date) OVER (PARTITION BY account_id ORDER BY order_date) AS gap
            FROM (SELECT DISTINCT account_id, order_date FROM accounts_order WHERE {MINE} AND deleted_at IS NULL
                AND coalesce(status, '') NOT IN ('cancelled', 'draft')
                AND order_date > %(today)s::date - interval '2 years' AND order_date <= %(today)s) days) gaps
        WHERE gap IS NOT NULL GROUP BY 1 HAVING count(*) >= 3""",
    "promises": f"""
        SELECT account_id, count(*) FILTER (WHERE state = 'open') AS open_promises,
            count(*) FILTER (WHERE state = 'kept') AS kept_promises,
            count(*) FILTER (WHERE state = 'broken') AS broken_promises
        FROM (SELECT account_id, status AS state, promised_date FROM accounts_promise
                WHERE {MINE} AND deleted_at IS NULL
            UNION ALL
            SELECT coalesce(a.merged_into_id, a.id), p.state, p.promised_date
                FROM accounts_paymentpromise p JOIN accounts_account a ON a.id = p.account_id
                WHERE coalesce(a.merged_into_id, a.id) IN (SELECT account_id FROM touched_accounts)) given
        WHERE promised_date > %(today)s::date - interval '1 year' GROUP BY 1""",
    "contracts": f"""
        SELECT account_id, sum(base_value) AS contract_value, sum(base_recurring_amount) AS recurring_revenue,
            min(renewal_date) FILTER (WHERE renewal_date >= %(today)s) AS next_renewal_date,
            count(*) FILTER (WHERE renewal_date BETWEEN %(today)s AND %(today)s::date + 90) AS renewals_due
        FROM accounts_contract WHERE {MINE} AND deleted_at IS NULL AND status = 'active'
            AND (end_date IS NULL OR end_date >= %(today)s) GROUP BY 1""",
    # A deal counts once, however many leads and campaigns led to it.
    "campaigns": f"""
        SELECT account_id, sum(base_amount) AS attributed_revenue FROM accounts_opportunity o
        WHERE {MINE} AND state = 'won' AND deleted_at IS NULL AND EXISTS (
            SELECT FROM accounts_lead l WHERE l.opportunity_id = o.id AND l.campaign_id IS NOT NULL
                AND l.deleted_at IS NULL) GROUP BY 1""",
    "tickets": f"""
        SELECT account_id, count(*) FILTER (WHERE is_open) AS open_tickets,
            count(*) FILTER (WHERE is_open AND priority = 'severe') AS severe_tickets,
            count(*) FILTER (WHERE is_open AND sla_breached) AS breached_tickets,
            %(today)s::date - min(opened_at) FILTER (WHERE is_open)::date AS oldest_open_ticket_days,
            avg(csat) FILTER (WHERE recent) AS csat, count(csat) FILTER (WHERE recent) AS csat_count,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_response_at - opened_at) / 3600)
                FILTER (WHERE recent AND first_response_at IS NOT NULL) AS first_response_hours
        FROM (SELECT *, coalesce(status, '') IN ('new', 'open', 'waiting') AS is_open,
                opened_at::date > %(today)s::date - 180 AS recent
            FROM accounts_ticket WHERE {MINE} AND deleted_at IS NULL) t GROUP BY 1""",
    "returns": f"""
        SELECT account_id, count(*) FILTER (WHERE status IN ('open', 'received')) AS open_returns,
            count(*) FILTER (WHERE return_date > %(today)s::date - interval '1 year' AND return_date <= %(today)s)
                AS returns_ttm
        FROM accounts_goodsreturn WHERE {MINE} AND deleted_at IS NULL AND coalesce(status, '') <> 'cancelled'
        GROUP BY 1""",
    "activities": f"""
        SELECT account_id, max(happened_at) AS last_contact_at,
            max(happened_at) FILTER (WHERE kind = 'meeting' OR direction IN ('in', 'both')) AS last_two_way_at
        FROM accounts_activity WHERE {MINE} AND deleted_at IS NULL AND kind <> 'note'
            AND happened_at < %(today)s::date + 1 GROUP BY 1""",
    "contacts": f"""
        SELECT account_id, count(*) AS contact_count FROM accounts_contact
        WHERE {MINE} AND merged_into_id IS NULL AND record_count > 0 GROUP BY 1""",
    # Orders of the last year after the quote they name had run out.
    "quotes": """
        SELECT account_id, count(DISTINCT order_id) AS late_quote_orders
        FROM ordered_quotes WHERE order_date > valid_until_date GROUP BY 1""",
    # Products whose unit price in an offer of the last year is not what the order line from it charges.
    "prices": """
        SELECT o.account_id, count(DISTINCT l.id) AS price_differences
        FROM ordered_quotes o JOIN accounts_orderline l ON l.order_id = o.order_id AND l.deleted_at IS NULL
        JOIN accounts_productcrosswalk lp ON lp.id = l.product_ref_id
        JOIN accounts_quoteline k ON k.quote_id = o.quote_id AND k.deleted_at IS NULL
        JOIN accounts_productcrosswalk kp ON kp.id = k.product_ref_id AND kp.product_id = lp.product_id
        WHERE k.currency = l.currency
            AND abs(k.net_amount / nullif(k.quantity, 0) - l.net_amount / nullif(l.quantity, 0))
                > 0.005 * abs(l.net_amount / nullif(l.quantity, 0)) GROUP BY 1""",
}


TOGETHER = (
    f"WITH ordered_quotes AS MATERIALIZED ({ORDERED_QUOTES}) SELECT * FROM touched_accounts "
    + " ".join(f"LEFT JOIN ({statement}) part_{name} USING (account_id)" for name, statement in PARTS.items())
)


def make_parts(params: Params) -> None:
    """The table `customer_parts` with every part beside the others."""
    make_part("customer_parts", TOGETHER, params)
