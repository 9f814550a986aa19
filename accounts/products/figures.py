"""The figures of all products, told again in sets: one statement a kind of document.

Products are few beside customers, so all of them are renewed together every few minutes instead of by touch.
Grain of every part: one row a product.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.frames import execute
from accounts.golden.copies import COUNTS
from accounts.golden.summary.writing import make_part, upsert
from accounts.reference import RATES_OF_DAY

LIVE = f"o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('cancelled', 'draft') AND {COUNTS.format('o')}"
# Grain: one row an order line of a product, with what is left to ship and its price in the base currency.
LINES = f"""
    SELECT w.product_id, o.order_date, o.promised_date, a.country, o.account_id, l.quantity,
        l.net_amount * o.rate AS amount,
        CASE WHEN o.status IN ('confirmed', 'partly_shipped')
            THEN greatest(l.quantity - coalesce(l.shipped_quantity, 0), 0) ELSE 0 END AS waiting,
        l.net_amount * o.rate / nullif(l.quantity, 0) AS price
    FROM accounts_orderline l JOIN accounts_order o ON o.id = l.order_id
    JOIN accounts_productcrosswalk w ON w.id = l.product_ref_id LEFT JOIN accounts_account a ON a.id = o.account_id
    WHERE w.product_id IS NOT NULL AND l.deleted_at IS NULL AND {LIVE}
        AND (o.order_date > %(today)s::date - interval '2 years' OR o.status IN ('confirmed', 'partly_shipped'))"""
PARTS = {
    "stock": """
        SELECT w.product_id, sum(s.on_hand) AS on_hand, sum(s.reserved) AS reserved, sum(s.available) AS available,
            min(s.expected_date) FILTER (WHERE s.expected_date >= %(today)s) AS next_receipt_date
        FROM accounts_stock s JOIN accounts_productcrosswalk w ON w.id = s.product_ref_id
        WHERE s.deleted_at IS NULL GROUP BY 1""",
    "orders": """
        SELECT product_id, sum(waiting) AS ordered,
            sum(waiting) FILTER (WHERE promised_date < %(today)s) AS backordered,
            sum(waiting * price) FILTER (WHERE promised_date < %(today)s) AS backorder_value,
            min(promised_date) FILTER (WHERE promised_date < %(today)s AND waiting > 0) AS oldest_backorder_date,
            sum(quantity) FILTER (WHERE order_date > %(today)s::date - 90) AS sold_90d,
            sum(quantity) FILTER (WHERE order_date > %(today)s::date - interval '1 year') AS sold_ttm,
            sum(amount) FILTER (WHERE order_date > %(today)s::date - interval '1 year') AS revenue_ttm,
            max(order_date) AS last_sold_date
        FROM product_lines GROUP BY 1""",
    "deals": """
        SELECT w.product_id, sum(l.quantity) AS pipeline,
            sum(l.quantity * coalesce(o.probability, 0) / 100) AS weighted_pipeline
        FROM accounts_opportunityline l JOIN accounts_opportunity o ON o.id = l.opportunity_id
        JOIN accounts_productcrosswalk w ON w.id = l.product_ref_id
        WHERE o.state = 'open' AND o.deleted_at IS NULL AND l.deleted_at IS NULL GROUP BY 1""",
    # The present price for everybody by source; a source's latest start of validity counts.
    "prices": f"""
        SELECT product_id, count(*) AS price_sources, min(price) AS price_low, max(price) AS price_high
        FROM (SELECT DISTINCT ON (w.product_id, e.source_id) w.product_id, e.source_id, e.unit_price * r.rate AS price
            FROM accounts_priceentry e JOIN accounts_productcrosswalk w ON w.id = e.product_ref_id
            JOIN ({RATES_OF_DAY}) r ON r.currency = e.currency
            WHERE e.account_ref_id IS NULL AND e.deleted_at IS NULL AND e.unit_price IS NOT NULL
                AND coalesce(e.minimum_quantity, 0) <= 1 AND coalesce(e.valid_from_date, %(today)s) <= %(today)s
                AND coalesce(e.valid_to_date, %(today)s) >= %(today)s
            ORDER BY w.product_id, e.source_id, e.valid_from_date DESC NULLS LAST, e.id) told GROUP BY 1""",
}
COLUMNS = {
    "on_hand": "on_hand",
    "reserved": "reserved",
    "available": "available",
    "next_receipt_date": "next_receipt_date",
    "ordered": "ordered",
    "pipeline": "pipeline",
    "weighted_pipeline": "round(weighted_pipeline, 6)",
    "to_promise": "on_hand - coalesce(ordered, 0)",
    "backordered": "backordered",
    "backorder_value": "round(backorder_value, 4)",
    "oldest_backorder_date": "oldest_backorder_date",
    "sold_90d": "sold_90d",
    "sold_ttm": "sold_ttm",
    "revenue_ttm": "round(revenue_ttm, 4)",
    "last_sold_date": "last_sold_date",
    "stock_value": "round(on_hand * p.unit_cost * coalesce(c.rate, 1), 4)",
    # What was never sold lasts for no number of days; least() alone would pass over the missing number.
    "days_of_stock": "CASE WHEN on_hand IS NOT NULL AND sold_90d > 0 "
    "THEN least(round(on_hand * 90 / sold_90d, 1), 99999) END",
    "price_sources": "coalesce(price_sources, 0)",
    "price_low": "round(price_low, 4)",
    "price_high": "round(price_high, 4)",
    "price_gap": "round((price_high - price_low) * 100 / nullif(price_high, 0), 4)",
}
COUNTRIES = """
    SELECT product_id, country,
        sum(quantity) FILTER (WHERE order_date > %(today)s::date - interval '1 year') AS quantity_ttm,
        sum(quantity) FILTER (WHERE order_date <= %(today)s::date - interval '1 year'
            AND order_date > %(today)s::date - interval '2 years') AS quantity_previous,
        round(sum(amount) FILTER (WHERE order_date > %(today)s::date - interval '1 year'), 4) AS revenue_ttm,
        count(DISTINCT account_id) FILTER (WHERE order_date > %(today)s::date - interval '1 year') AS customers
    FROM product_lines WHERE country IS NOT NULL GROUP BY 1, 2"""


@transaction.atomic
def renew_products(*, at: datetime, today: date) -> int:
    """Renew the figures of every product; how many rows changed."""
    params: dict[str, object] = {"today": today, "at": at}
    make_part("product_lines", LINES, params, key="product_id")
    for name, statement in PARTS.items():
        make_part(f"product_{name}", statement, params, key="product_id")
    joins = " ".join(f"LEFT JOIN product_{name} ON product_{name}.product_id = p.id" for name in PARTS)
    rates = f"LEFT JOIN ({RATES_OF_DAY}) c ON c.currency = p.currency"
    execute(
        "DELETE FROM accounts_productfigures f USING accounts_product p "
        "WHERE p.id = f.product_id AND p.merged_into_id IS NOT NULL"
    )
    # The moment of computing is no difference: it is written with a row that differs otherwise.
    rows = f"FROM accounts_product p {joins} {rates} WHERE p.merged_into_id IS NULL"
    changed = _put(rows, params)
    return changed + _countries(params)


def _put(rows: str, params: dict[str, object]) -> int:
    execute(
        "INSERT INTO accounts_productfigures (product_id, price_sources, computed_at) "
        "SELECT id, 0, %(at)s FROM accounts_product WHERE merged_into_id IS NULL ORDER BY id ON CONFLICT DO NOTHING",
        params,
    )
    picks = ", ".join(f"{column} AS {name}" for name, column in COLUMNS.items())
    make_part("product_rows", f"SELECT p.id AS product_id, {picks} {rows}", params, key="product_id")
    names = ", ".join(COLUMNS)
    old, new = (", ".join(f"{of}.{name}" for name in COLUMNS) for of in ("f", "r"))
    assign = ", ".join(f"{name} = r.{name}" for name in COLUMNS)
    return execute(
        f"UPDATE accounts_productfigures f SET {assign}, computed_at = %(at)s "
        f"FROM (SELECT product_id, {names} FROM product_rows) r "
        f"WHERE r.product_id = f.product_id AND ROW({old}) IS DISTINCT FROM ROW({new})",
        params,
    )


def _countries(params: dict[str, object]) -> int:
    make_part("product_lands", COUNTRIES, params, key="product_id")
    gone = execute(
        "DELETE FROM accounts_productcountry c WHERE NOT EXISTS "
        "(SELECT FROM product_lands l WHERE l.product_id = c.product_id AND l.country = c.country)"
    )
    columns = {name: name for name in ("quantity_ttm", "quantity_previous", "revenue_ttm", "customers")}
    return gone + upsert(
        "accounts_productcountry", ("l.product_id", "l.country"), columns, "FROM product_lands l", params
    )
