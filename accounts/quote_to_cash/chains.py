"""Chains: every document with the deal it goes back to, and the dates and amounts of each chain's steps.

The root of a chain is its deal, else the first document known of it. A document belongs to one chain, by its
best link: what people said before keys, keys before numbers, numbers before inference.
"""

from __future__ import annotations

from datetime import date

from accounts.frames import execute, is_empty
from accounts.quote_to_cash.links import DEAL, INVOICE, ORDER, QUOTE, SHIPMENT
from accounts.quote_to_cash.papers import WHO, make

RANK = "array_position(ARRAY['person', 'key', 'number', 'inferred'], l.how)"
FIRST_TIME_RIGHT_DAYS = 60
BEST = f"""
    SELECT DISTINCT ON (l.right_object, l.right_id) l.right_object, l.right_id, l.left_object, l.left_id, l.how
    FROM cash_links l
    WHERE (l.left_object, l.right_object) IN (({DEAL}, {QUOTE}), ({QUOTE}, {ORDER}), ({DEAL}, {ORDER}),
        ({ORDER}, {SHIPMENT}), ({ORDER}, {INVOICE}))
    ORDER BY l.right_object, l.right_id, {RANK}, l.confidence DESC, l.left_object DESC, l.left_id"""
# Grain of each: one document with the root of its chain and the weakest link on the way.
ROOTS: dict[str, str] = {
    "root_quote": f"""
        SELECT q.id, coalesce(b.left_object, {QUOTE})::smallint AS root_object, coalesce(b.left_id, q.id) AS root_id,
            coalesce(b.how, '') AS how
        FROM cash_quote q LEFT JOIN cash_best b ON b.right_object = {QUOTE} AND b.right_id = q.id""",
    "root_order": f"""
        SELECT o.id, coalesce(q.root_object, b.left_object, {ORDER})::smallint AS root_object,
            coalesce(q.root_id, b.left_id, o.id) AS root_id,
            CASE WHEN 'inferred' IN (b.how, q.how) THEN 'inferred' WHEN 'number' IN (b.how, q.how) THEN 'number'
                ELSE coalesce(b.how, '') END AS how
        FROM cash_order o LEFT JOIN cash_best b ON b.right_object = {ORDER} AND b.right_id = o.id
        LEFT JOIN root_quote q ON b.left_object = {QUOTE} AND q.id = b.left_id""",
    "root_shipment": f"""
        SELECT s.id, r.root_object, r.root_id FROM cash_shipment s
        JOIN cash_best b ON b.right_object = {SHIPMENT} AND b.right_id = s.id JOIN root_order r ON r.id = b.left_id""",
    "root_invoice": f"""
        SELECT i.id, coalesce(r.root_object, {INVOICE})::smallint AS root_object, coalesce(r.root_id, i.id) AS root_id
        FROM cash_invoice i LEFT JOIN cash_best b ON b.right_object = {INVOICE} AND b.right_id = i.id
        LEFT JOIN root_order r ON r.id = b.left_id""",
}
# Invoices a later one bills again: together they bill more of an order line than was ordered. Grain: one invoice.
REBILLED = f"""
    SELECT DISTINCT a.id FROM cash_order_line l JOIN cash_invoice_line x ON x.order_line_id = l.id
    JOIN cash_invoice_line y ON y.order_line_id = l.id AND y.invoice_id <> x.invoice_id
    JOIN cash_invoice a ON a.id = x.invoice_id JOIN cash_invoice b ON b.id = y.invoice_id
    WHERE l.billed > l.quantity AND b.live AND (b.day, b.id) > (a.day, a.id)
        AND b.day <= a.day + {FIRST_TIME_RIGHT_DAYS}"""
BY_ROOT = "(root_object, root_id)"
# Grain of each: one chain.
PARTS: dict[str, str] = {
    "chain_quotes": """
        SELECT r.root_object, r.root_id, min(q.day) AS quoted_date,
            sum(q.base) FILTER (WHERE coalesce(q.status, '') NOT IN ('draft', 'expired')) AS quoted_amount,
            array_agg(q.id ORDER BY q.id) AS quote_ids
        FROM cash_quote q JOIN root_quote r USING (id) GROUP BY 1, 2""",
    "chain_orders": """
        SELECT r.root_object, r.root_id, min(o.day) FILTER (WHERE o.live) AS ordered_date,
            sum(o.base) FILTER (WHERE o.live) AS ordered_amount, bool_and(coalesce(n.done, false)) AS all_shipped,
            sum(n.shipped * o.rate) AS shipped_amount,
            sum(CASE WHEN n.order_id IS NULL THEN o.base ELSE n.backlog * o.rate END) FILTER (WHERE o.open)
                AS backlog_amount,
            sum(n.unbilled * o.rate) AS unbilled_amount, coalesce(sum(n.due), 0) AS lines_due,
            coalesce(sum(n.on_time), 0) AS lines_on_time,
            coalesce(min(r.how) FILTER (WHERE r.how = 'inferred'), min(r.how) FILTER (WHERE r.how = 'number'),
                max(r.how)) AS how,
            array_agg(o.id ORDER BY o.id) AS order_ids
        FROM cash_order o JOIN root_order r USING (id) LEFT JOIN (
            SELECT l.order_id, sum(least(l.shipped, l.quantity) * l.unit) AS shipped,
                sum(greatest(l.quantity - l.shipped, 0) * l.unit) AS backlog,
                sum(greatest(least(l.shipped, l.quantity) - l.invoiced, 0) * l.unit) AS unbilled,
                bool_and(l.shipped >= l.quantity) AS done,
                count(*) FILTER (WHERE d.live AND d.promised_date <= %(today)s) AS due,
                count(*) FILTER (WHERE d.live AND d.promised_date <= %(today)s AND l.on_time) AS on_time
            FROM cash_order_line l JOIN cash_order d ON d.id = l.order_id GROUP BY 1
        ) n ON n.order_id = o.id AND o.live GROUP BY 1, 2""",
    "chain_shipments": """
        SELECT r.root_object, r.root_id, max(s.day) FILTER (WHERE s.status IN ('shipped', 'delivered')) AS left_date,
            array_agg(s.id ORDER BY s.id) AS shipment_ids
        FROM cash_shipment s JOIN root_shipment r USING (id) GROUP BY 1, 2""",
    "chain_invoices": f"""
        SELECT r.root_object, r.root_id, max(i.day) AS invoiced_date, max(i.due_date) AS due_date,
            CASE WHEN bool_and(i.status = 'paid') THEN max(i.paid_date) END AS paid_date,
            sum(i.base) AS invoiced_amount, sum(i.base * (1 - i.part_open)) AS paid_amount,
            sum(i.base * i.part_open) FILTER (WHERE i.due_date < %(today)s) AS overdue_amount,
            count(*) AS invoices, count(*) FILTER (WHERE NOT i.wrong) AS invoices_right,
            array_agg(i.id ORDER BY i.id) AS invoice_ids
        FROM root_invoice r JOIN (
            SELECT i.*, CASE WHEN i.status = 'paid' THEN 0 ELSE
                    least(greatest(coalesce(i.open / nullif(i.gross, 0), 1), 0), 1) END AS part_open,
                coalesce(i.disputed, false) OR b.id IS NOT NULL
                    OR EXISTS (SELECT FROM accounts_invoicedispute d WHERE d.invoice_id = i.id)
                    OR EXISTS (SELECT FROM cash_credit c WHERE c.invoice_id = i.id
                        AND c.day <= i.day + {FIRST_TIME_RIGHT_DAYS}) AS wrong
            FROM cash_invoice i LEFT JOIN cash_rebilled b USING (id) WHERE i.live
        ) i USING (id) GROUP BY 1, 2""",
}
ALL_ROOTS = f"""
    SELECT {DEAL}::smallint AS root_object, id AS root_id FROM cash_opportunity
    UNION SELECT root_object, root_id FROM root_quote UNION SELECT root_object, root_id FROM root_order
    UNION SELECT root_object, root_id FROM root_invoice i JOIN cash_invoice c USING (id) WHERE c.live"""
MONEY = ("deal_amount", "quoted_amount", "ordered_amount", "shipped_amount", "invoiced_amount", "paid_amount",
         "overdue_amount", "backlog_amount", "unbilled_amount")  # fmt: skip
CHAIN = f"""
    SELECT coalesce(p.account_id, q.account_id, o.account_id, i.account_id) AS account_id, r.root_object, r.root_id,
        coalesce(p.number, q.number, o.number, i.number) AS label,
        coalesce(p.owner, q.owner, o.owner, i.owner) AS owner,
        coalesce(o.legal_entity, first_order.legal_entity, i.legal_entity) AS legal_entity,
        CASE WHEN p.id IS NOT NULL THEN coalesce(p.state, 'open') ELSE '' END AS state,
        p.opened AS opened_date, cq.quoted_date, CASE WHEN p.state = 'won' THEN p.day END AS won_date,
        co.ordered_date, CASE WHEN co.all_shipped THEN cs.left_date END AS shipped_date,
        ci.invoiced_date, ci.due_date, ci.paid_date,
        greatest(p.opened, cq.quoted_date, CASE WHEN p.state <> 'open' THEN p.day END, co.ordered_date, cs.left_date,
            ci.invoiced_date, ci.paid_date) AS latest_date,
        coalesce(CASE WHEN p.state = 'won' THEN p.day END, co.ordered_date, ci.invoiced_date) AS cohort_date,
        p.base AS deal_amount, {", ".join(f"round({name}, 4) AS {name}" for name in MONEY if name != "deal_amount")},
        coalesce(co.how, '') AS how,
        coalesce(co.lines_due, 0) AS lines_due,
        coalesce(co.lines_on_time, 0) AS lines_on_time, coalesce(ci.invoices, 0) AS invoices,
        coalesce(ci.invoices_right, 0) AS invoices_right, coalesce(cq.quote_ids, '{{}}') AS quote_ids,
        coalesce(co.order_ids, '{{}}') AS order_ids, coalesce(cs.shipment_ids, '{{}}') AS shipment_ids,
        coalesce(ci.invoice_ids, '{{}}') AS invoice_ids
    FROM ({ALL_ROOTS}) r
    LEFT JOIN cash_opportunity p ON r.root_object = {DEAL} AND p.id = r.root_id
    LEFT JOIN cash_quote q ON r.root_object = {QUOTE} AND q.id = r.root_id
    LEFT JOIN cash_order o ON r.root_object = {ORDER} AND o.id = r.root_id
    LEFT JOIN cash_invoice i ON r.root_object = {INVOICE} AND i.id = r.root_id
    LEFT JOIN chain_quotes cq USING {BY_ROOT} LEFT JOIN chain_orders co USING {BY_ROOT}
    LEFT JOIN chain_shipments cs USING {BY_ROOT} LEFT JOIN chain_invoices ci USING {BY_ROOT}
    LEFT JOIN cash_order first_order ON first_order.id = co.order_ids[1]"""
KEPT = (
    "account_id", "label", "owner", "legal_entity", "state", "opened_date", "quoted_date", "won_date", "ordered_date",
    "shipped_date", "invoiced_date", "due_date", "paid_date", "latest_date", "cohort_date", *MONEY, "how",
    "lines_due", "lines_on_time", "invoices", "invoices_right", "quote_ids", "order_ids", "shipment_ids",
    "invoice_ids",
)  # fmt: skip


def make_chains(today: date) -> None:
    """The table cash_chains of the gathered customers, and each document's root beside it."""
    make("cash_best", BEST)
    for name, query in ROOTS.items():
        make(name, query)
    make("cash_rebilled", REBILLED)
    for name, query in PARTS.items():
        make(name, query, {"today": today})
    make("cash_chains", CHAIN)


def store_chains() -> int:
    """Bring the chains of the gathered customers to what was found; how many changed."""
    columns = ", ".join(KEPT)
    insert = f"INSERT INTO accounts_chain (root_object, root_id, {columns}) SELECT root_object, root_id, {columns} "
    insert += "FROM cash_chains n WHERE account_id IS NOT NULL "
    order = "ORDER BY account_id, root_object, root_id"
    if is_empty("accounts_chain"):
        return execute(insert + order)
    old, new, told = (", ".join(f"{side}.{name}" for name in KEPT) for side in ("accounts_chain", "excluded", "n"))
    gone = _forget_gone()
    changed = execute(
        f"{insert} AND NOT EXISTS (SELECT FROM accounts_chain WHERE accounts_chain.root_object = n.root_object "
        f"AND accounts_chain.root_id = n.root_id AND ROW({old}) IS NOT DISTINCT FROM ROW({told})) {order} "
        "ON CONFLICT (root_object, root_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in KEPT)
        + f" WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
    )
    return gone + changed


def _forget_gone() -> int:
    """Drop the chains that nothing is left of; how many."""
    gone = make(
        "cash_gone",
        f"SELECT c.id FROM accounts_chain c WHERE c.account_id IN (SELECT account_id FROM {WHO}) AND NOT EXISTS "
        "(SELECT FROM cash_chains n WHERE n.root_object = c.root_object AND n.root_id = c.root_id)",
    )
    if gone:
        execute("UPDATE accounts_processexception SET chain_id = NULL WHERE chain_id IN (SELECT id FROM cash_gone)")
        execute("DELETE FROM accounts_chain WHERE id IN (SELECT id FROM cash_gone)")
    return gone
