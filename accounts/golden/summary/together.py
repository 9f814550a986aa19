"""The rows that lists and pages read, put together from the parts."""

from __future__ import annotations

from accounts.golden.summary import entities
from accounts.golden.summary.writing import Params, make_part, upsert
from accounts.reference import RATES_OF_DAY

LONGEST = 200  # letters; an index takes no text longer than a third of a page
# What lists filter and sort by beside figures: summary column -> expression over the customer (a).
COPIED = {
    "name_key": f"left(fold(coalesce(a.name, '')), {LONGEST})",
    "country": "a.country",
    "segment": f"left(a.segment, {LONGEST})",
    "status": "a.status",
    "owner": f"left(a.owner, {LONGEST})",
    "sales_territory_id": "a.sales_territory_id",
}
LISTED = (
    "revenue_ttm", "revenue_previous", "open_pipeline", "weighted_pipeline", "open_order_amount",
    "first_order_date", "last_order_date", "open_receivable", "overdue_receivable", "oldest_due_date",
    "unapplied_cash", "exposure", "available_credit", "last_contact_at",
)  # fmt: skip
COUNTED = ("open_deals", "open_orders", "order_count", "open_tickets", "severe_tickets", "contact_count")
FROM = (
    "FROM customer_parts t JOIN accounts_account a ON a.id = t.account_id "
    "LEFT JOIN entity_sums USING (account_id) LEFT JOIN part_credit USING (account_id)"
)

# No limit is not a limit of nothing: what is available is null then, and negative where it is exceeded. A
# temporary limit that is higher counts until the limit's last day.
CREDIT = f"""
    SELECT t.account_id, a.credit_limit_base - coalesce(s.exposure, 0) AS available_credit,
        coalesce(s.exposure, 0) * 100 / nullif(a.credit_limit_base, 0) AS limit_used
    FROM touched_accounts t JOIN (
        SELECT a.id, greatest(a.credit_limit,
                CASE WHEN a.credit_limit_expires_date >= %(today)s THEN a.temporary_limit END)
            * CASE WHEN coalesce(a.credit_currency, a.currency) IS NULL THEN 1 ELSE r.rate END AS credit_limit_base
        FROM accounts_account a LEFT JOIN ({RATES_OF_DAY}) r ON r.currency = coalesce(a.credit_currency, a.currency)
        WHERE a.credit_limit IS NOT NULL) a ON a.id = t.account_id
    LEFT JOIN entity_sums s USING (account_id)"""

# A ratio is null where what it divides by is nothing; a mean of fewer items than it needs as well.
RATIOS = {
    "days_beyond_terms": "late_money_days / nullif(late_amount, 0)",
    "days_to_pay": "CASE WHEN paid_items >= 3 THEN paid_money_days / nullif(paid_amount, 0) END",
    "days_sales_outstanding": "CASE WHEN credit_sales_90d > 0 THEN open_receivable * 90 / credit_sales_90d END",
    "overdue_share": "coalesce(overdue_receivable, 0) * 100 / nullif(open_receivable, 0)",
    "gross_margin": "margin * 100 / nullif(margin_revenue, 0)",
    "order_rhythm": "(%(today)s::date - last_order_date) / nullif(order_interval, 0)",
    "promise_kept_rate": "kept_promises * 100.0 / nullif(kept_promises + broken_promises, 0)",
    "limit_used": "limit_used",
    "order_interval": "order_interval",
    "csat": "csat",
    "first_response_hours": "first_response_hours",
}
PLAIN = {
    "available_credit": "available_credit",
    "expected_order_date": "last_order_date + round(order_interval)::int",
    "contract_value": "contract_value",
    "recurring_revenue": "recurring_revenue",
    "next_renewal_date": "next_renewal_date",
    "attributed_revenue": "attributed_revenue",
    "oldest_open_ticket_days": "oldest_open_ticket_days",
    "last_two_way_at": "last_two_way_at",
}
NUMBERS = (
    *entities.COUNTS, "late_quote_orders", "price_differences", "open_promises", "kept_promises", "broken_promises",
    "renewals_due", "breached_tickets", "csat_count", "open_returns", "returns_ttm",
)  # fmt: skip


def make_credit(params: Params) -> None:
    """What is left of each touched customer's limit."""
    make_part("part_credit", CREDIT, params)


def keep_list_row(params: Params) -> int:
    """One narrow row a customer, with what lists filter and sort by; how many changed."""
    columns = COPIED | {name: name for name in LISTED} | {name: f"coalesce({name}, 0)" for name in COUNTED}
    columns |= {"exposure": "coalesce(round(exposure, 4), 0)", "computed_date": "%(today)s::date"}
    return upsert("accounts_accountsummary", ("t.account_id",), columns, FROM, params)


def keep_figures(params: Params) -> int:
    """Everything else known of the customer; how many changed."""
    columns = {name: f"round({name}, 4)" for name in entities.SUMS} | PLAIN
    columns |= {"exposure": "coalesce(round(exposure, 4), 0)"}
    columns |= {name: f"round(({ratio})::numeric, 4)" for name, ratio in RATIOS.items()}
    columns |= {name: f"coalesce({name}, 0)" for name in NUMBERS}
    return upsert("accounts_accountfigures", ("t.account_id",), columns, FROM, params)
