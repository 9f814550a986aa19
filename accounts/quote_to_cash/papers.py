"""The documents of the customers to renew, copied narrow and once, so that every later statement reads little.

Grain of each table: one live document (or order line) of those customers. Amounts named base are in the base
currency; days are what the steps of a chain are measured by.
"""

from __future__ import annotations

from accounts.frames import execute
from accounts.golden.touched import TABLE

WHO = "cash_accounts"
# What leads from a document to a later one, be that another customer's.
REFERENCES = (
    "accounts_opportunity a JOIN accounts_quote b ON b.opportunity_id = a.id",
    "accounts_opportunity a JOIN accounts_order b ON b.opportunity_id = a.id",
    "accounts_quote a JOIN accounts_order b ON b.quote_id = a.id",
    "accounts_order a JOIN accounts_shipment b ON b.order_id = a.id",
    "accounts_order a JOIN accounts_invoice b ON b.order_id = a.id",
    "accounts_order a JOIN accounts_orderline l ON l.order_id = a.id "
    "JOIN accounts_invoiceline n ON n.order_line_id = l.id "
    "JOIN accounts_invoice b ON b.id = n.invoice_id AND b.order_id IS DISTINCT FROM a.id",
    "accounts_order a JOIN accounts_linkdecision d ON d.left_object = 14 AND d.left_id = a.id "
    "AND d.closed_at IS NULL JOIN accounts_invoice b ON d.right_object = 18 AND b.id = d.right_id",
    "accounts_invoice a JOIN accounts_creditnote b ON b.invoice_id = a.id",
)
# Customers whose documents refer to documents of another customer are renewed together with it.
NEIGHBOURS = f"INSERT INTO {WHO} SELECT DISTINCT other FROM (" + " UNION ALL ".join(
    f"SELECT {there}.account_id AS other FROM {reference} "
    f"WHERE {here}.account_id IN (SELECT account_id FROM {WHO}) AND a.account_id <> b.account_id"
    for reference in REFERENCES for here, there in (("a", "b"), ("b", "a"))
) + f") n WHERE other NOT IN (SELECT account_id FROM {WHO})"  # fmt: skip

TABLES: dict[str, str] = {
    "cash_opportunity": """
        SELECT d.id, d.account_id, d.key, d.number, d.name, d.state, d.owner, d.currency, d.amount AS net,
            d.base_amount AS base, d.opened_at::date AS opened, coalesce(d.closed_at::date, d.close_date) AS day
        FROM accounts_opportunity d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_quote": """
        SELECT d.id, d.account_id, d.key, d.number, d.erp_number, d.opportunity_id, d.opportunity_key, d.status,
            d.owner, d.currency, d.net_amount AS net, d.base_net_amount AS base, d.quote_date AS day
        FROM accounts_quote d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_order": """
        SELECT d.id, d.account_id, d.key, d.number, d.quote_id, d.quote_key, d.opportunity_id, d.opportunity_key,
            d.quote_number, d.customer_po, d.order_type, d.status, d.hold, d.hold_reason, d.owner, d.legal_entity,
            d.currency, d.net_amount AS net, d.base_net_amount AS base, d.payment_terms, d.incoterm, d.bill_to_ref_id,
            d.order_date AS day, d.requested_date, d.promised_date,
            coalesce(d.rate, d.base_net_amount / nullif(d.net_amount, 0)) AS rate,
            coalesce(d.status, '') NOT IN ('cancelled', 'draft') AS live,
            coalesce(d.status, '') IN ('confirmed', 'partly_shipped') AS open
        FROM accounts_order d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_order_copy": """
        SELECT o.id, o.account_id, c.quote_id, c.opportunity_id FROM accounts_accountcrosswalk x
        JOIN cash_accounts USING (account_id) JOIN accounts_order c ON c.account_ref_id = x.id
        JOIN cash_order o ON o.number = c.original_number AND o.account_id = x.account_id
        WHERE c.original_number IS NOT NULL AND c.account_id IS NULL AND c.deleted_at IS NULL""",
    "cash_shipment": """
        SELECT d.id, d.account_id, d.number, d.order_id, d.status, d.shipped_date AS day
        FROM accounts_shipment d JOIN cash_accounts USING (account_id)
        WHERE d.deleted_at IS NULL AND coalesce(d.status, '') <> 'cancelled'""",
    "cash_invoice": """
        SELECT d.id, d.account_id, d.number, d.order_id, d.customer_po, d.status, d.owner, d.legal_entity, d.currency,
            d.net_amount AS net, d.gross_amount AS gross, d.open_amount AS open, d.base_net_amount AS base,
            d.invoice_date AS day, d.due_date, d.paid_date, d.disputed,
            coalesce(d.rate, d.base_net_amount / nullif(d.net_amount, 0)) AS rate,
            coalesce(d.status, '') NOT IN ('cancelled', 'draft') AS live
        FROM accounts_invoice d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_payment": """
        SELECT d.id, d.account_id, d.number, d.kind, d.currency, d.amount, d.unapplied_amount,
            d.base_amount AS base, d.base_unapplied_amount AS base_unapplied, d.payment_date AS day, d.legal_entity
        FROM accounts_payment d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_credit": """
        SELECT d.id, d.account_id, d.number, d.invoice_id, d.net_amount AS net, d.base_net_amount AS base,
            d.currency, d.credit_date AS day, d.legal_entity, d.reason
        FROM accounts_creditnote d JOIN cash_accounts USING (account_id) WHERE d.deleted_at IS NULL""",
    "cash_invoice_line": """
        SELECT l.id, i.id AS invoice_id, l.order_line_id, l.position, l.quantity, l.net_amount AS net
        FROM cash_invoice i JOIN accounts_invoiceline l ON l.invoice_id = i.id
        WHERE l.deleted_at IS NULL AND i.live""",
}
# What was shipped and billed of a line is what the ERP states, else what shipments and invoices add up to.
# A line is on time when all of it had left by the promised day.
ORDER_LINE = """
    WITH sent AS (
        SELECT sl.order_line_id, sum(sl.quantity) AS quantity,
            sum(sl.quantity) FILTER (WHERE s.day <= o.promised_date) AS in_time, max(s.day) AS left_date
        FROM cash_order o JOIN cash_shipment s ON s.order_id = o.id AND s.status IN ('shipped', 'delivered')
        JOIN accounts_shipmentline sl ON sl.shipment_id = s.id AND sl.deleted_at IS NULL
        WHERE sl.order_line_id IS NOT NULL GROUP BY 1
    ), billed AS (
        SELECT order_line_id, sum(quantity) AS quantity FROM cash_invoice_line
        WHERE order_line_id IS NOT NULL GROUP BY 1
    )
    SELECT l.id, l.order_id, l.position, x.product_id, l.quantity, l.net_amount AS net,
        coalesce(l.net_amount / nullif(l.quantity, 0), l.unit_price * (1 - coalesce(l.discount, 0) / 100)) AS unit,
        coalesce(l.shipped_quantity, sent.quantity, 0) AS shipped,
        greatest(coalesce(l.invoiced_quantity, billed.quantity, 0), coalesce(billed.quantity, 0)) AS invoiced,
        coalesce(billed.quantity, 0) AS billed, l.discount, coalesce(sent.in_time, 0) >= l.quantity AS on_time,
        coalesce(sent.left_date, o.day) AS left_date
    FROM cash_order o JOIN accounts_orderline l ON l.order_id = o.id
    LEFT JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id
    LEFT JOIN sent ON sent.order_line_id = l.id LEFT JOIN billed ON billed.order_line_id = l.id
    WHERE l.deleted_at IS NULL"""
INDEXED = {
    "cash_opportunity": ("id", "account_id"), "cash_quote": ("id", "account_id"), "cash_order": ("id", "account_id"),
    "cash_invoice": ("id", "account_id"), "cash_invoice_line": ("invoice_id", "order_line_id"),
    "cash_order_line": ("id", "order_id"), "cash_shipment": ("order_id",), "cash_payment": ("id",),
    "cash_credit": ("invoice_id",),
}  # fmt: skip
# An index costs more than it saves where every row is read, and where there are hardly any.
FEW, MANY = 100, 50_000
# What later statements join and filter by, where telling the planner of every column would take longer than it saves.
ANALYSED = {"cash_chains": "account_id, root_object, root_id", "cash_found": "account_id, rule, object, row_id"}


def gather() -> int:
    """Copy the documents of the touched customers and their neighbours; how many customers these are."""
    count = _who()
    for name, query in (TABLES | {"cash_order_line": ORDER_LINE}).items():
        made = make(name, query)
        for column in INDEXED.get(name, ()) if FEW < made < MANY else ():
            execute(f"CREATE INDEX ON {name} ({column})")
    return count


def make(name: str, query: str, params: dict[str, object] | None = None) -> int:
    """A temporary table of a query's rows, analysed; how many."""
    execute(f"DROP TABLE IF EXISTS {name}")
    count = execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", params)
    if count > FEW:
        execute(f"ANALYZE {name} ({ANALYSED[name]})" if name in ANALYSED else f"ANALYZE {name}")
    return count


def _who() -> int:
    count = make(WHO, f"SELECT account_id FROM {TABLE}")
    execute(f"CREATE UNIQUE INDEX ON {WHO} (account_id)")
    while more := execute(NEIGHBOURS):
        count += more
        execute(f"ANALYZE {WHO}")
    return count
