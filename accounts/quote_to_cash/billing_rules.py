"""What the exceptions of shipping, billing and payment look for: E7 and E9 to E14, one statement each.

The columns are those of order_rules.
"""

from __future__ import annotations

from accounts.quote_to_cash.links import CODE, INVOICE, ORDER, PAYMENT
from accounts.quote_to_cash.order_rules import AMOUNT

INVOICE_LINE, CREDIT = CODE["invoice_line"], CODE["credit_note"]
BILLED_BY = "%(today)s::date - %(shipped_to_invoice_days)s::int"

# What left in the last days may still be billed in time; only lines with such shipments are asked for them. By when the
# rest had left is the day of its last shipment, else of the order. Free goods are never billed.
E7 = f"""
    WITH late AS (
        SELECT s.order_line_id, sum(s.quantity) FILTER (WHERE s.day >= {BILLED_BY}) AS fresh,
            max(s.day) FILTER (WHERE s.day < {BILLED_BY}) AS left_date
        FROM (
            SELECT n.order_line_id, n.quantity, d.day
            FROM cash_order_line l JOIN cash_shipment d ON d.order_id = l.order_id
            JOIN accounts_shipmentline n ON n.shipment_id = d.id AND n.order_line_id = l.id AND n.deleted_at IS NULL
            WHERE l.left_date >= {BILLED_BY} AND d.status IN ('shipped', 'delivered')
        ) s GROUP BY 1
    ), gone AS (
        SELECT l.order_id, l.unit, least(l.shipped - coalesce(f.fresh, 0), l.quantity) - l.invoiced AS quantity,
            CASE WHEN l.left_date < {BILLED_BY} THEN l.left_date ELSE coalesce(f.left_date, d.day) END AS left_date
        FROM cash_order_line l JOIN cash_order d ON d.id = l.order_id LEFT JOIN late f ON f.order_line_id = l.id
    )
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, NULL, NULL, o.number, 'billed',
        u.lines || CASE WHEN u.lines = 1 THEN ' line' ELSE ' lines' END || ' shipped by ' || u.left_date
            || ' and not billed',
        u.value, 'money', o.currency, u.value * o.rate, u.left_date, o.legal_entity, NULL
    FROM cash_order o JOIN (
        SELECT order_id, count(*) AS lines, max(left_date) AS left_date, sum(quantity * unit) AS value
        FROM gone WHERE quantity > 0 AND left_date < {BILLED_BY} GROUP BY 1
    ) u ON u.order_id = o.id WHERE o.live AND u.value > 0 AND u.left_date > %(since)s"""

# What a line should have cost is the order's price for what was billed; what earlier lines left nothing of is billed
# beyond the order.
E9 = f"""
    WITH billed AS (
        SELECT i.account_id, i.id AS invoice_id, i.number, i.currency, i.day, i.legal_entity, i.rate,
            coalesce(i.rate, 1) AS factor, n.id, n.position, n.quantity, n.net AS got, l.id AS order_line_id, l.unit,
            i.currency IS NOT DISTINCT FROM o.currency AS same, l.quantity AS ordered,
            sum(n.quantity) OVER (PARTITION BY l.id ORDER BY i.day, n.id) AS so_far
        FROM cash_invoice_line n JOIN cash_invoice i ON i.id = n.invoice_id
        JOIN cash_order_line l ON l.id = n.order_line_id JOIN cash_order o ON o.id = l.order_id
        WHERE i.live AND o.live AND l.unit IS NOT NULL
    ), compared AS (
        SELECT b.*, CASE WHEN so_far > ordered * (1 + %(quantity_percent)s / 100)
            THEN greatest(least(so_far - ordered, quantity), 0) ELSE 0 END AS over
        FROM billed b WHERE same
    ), judged AS (
        SELECT c.*, c.unit * (c.quantity - c.over) AS want FROM compared c
    )
    SELECT account_id, {INVOICE_LINE}, id, {INVOICE}, invoice_id, {CODE["order_line"]}, order_line_id,
        number || ' line ' || coalesce(position::text, '?'),
        to_char(want, {AMOUNT}) || CASE WHEN over > 0 THEN ' for ' || trim_scale(quantity - over) ELSE '' END,
        to_char(got, {AMOUNT}) || CASE WHEN over > 0 THEN ' for ' || trim_scale(quantity) ELSE '' END,
        got - want, 'money', currency, abs(got - want) * rate, day, legal_entity, NULL
    FROM judged WHERE day > %(since)s AND (over > 0 OR abs(got - want) * factor
        > greatest(abs(want) * factor * %(invoice_value_percent)s / 100, %(invoice_value_amount)s))"""

E10 = f"""
    SELECT i.account_id, {INVOICE}, i.id, {INVOICE}, i.id, NULL, NULL, i.number, 'an order', 'none',
        i.net, 'money', i.currency, i.base, i.day, i.legal_entity, NULL
    FROM cash_invoice i JOIN root_invoice r USING (id)
    WHERE i.live AND r.root_object = {INVOICE} AND i.base >= %(order_floor_amount)s AND i.day > %(since)s"""

# Two parts of one order that happen to cost the same bill different order lines.
E11 = f"""
    SELECT DISTINCT ON (b.id) b.account_id, {INVOICE}, b.id, {INVOICE}, b.id, {INVOICE}, a.id, b.number,
        'one invoice for ' || b.customer_po, 'billed as ' || a.number || ' too', b.net, 'money', b.currency, b.base,
        b.day, b.legal_entity, NULL
    FROM cash_invoice a JOIN cash_invoice b ON b.account_id = a.account_id AND b.gross = a.gross
        AND b.currency IS NOT DISTINCT FROM a.currency AND upper(trim(b.customer_po)) = upper(trim(a.customer_po))
        AND (b.day, b.id) > (a.day, a.id) AND b.day <= a.day + %(double_invoice_days)s::int
    WHERE a.live AND b.live AND trim(b.customer_po) <> '' AND b.gross > 0 AND b.day > %(since)s AND (
        EXISTS (SELECT FROM cash_invoice_line x JOIN cash_invoice_line y ON y.order_line_id = x.order_line_id
            WHERE x.invoice_id = a.id AND y.invoice_id = b.id)
        OR NOT EXISTS (SELECT FROM cash_invoice_line x WHERE x.invoice_id = a.id AND x.order_line_id IS NOT NULL)
        OR NOT EXISTS (SELECT FROM cash_invoice_line y WHERE y.invoice_id = b.id AND y.order_line_id IS NOT NULL))
    ORDER BY b.id, a.day DESC, a.id DESC"""

E12 = f"""
    SELECT DISTINCT ON (i.id) i.account_id, {INVOICE}, i.id, {INVOICE}, i.id, {ORDER}, o.id, i.number,
        'the customer of ' || coalesce(o.number, 'its order'), 'another customer', i.net, 'money', i.currency,
        i.base, i.day, i.legal_entity, NULL
    FROM cash_links k JOIN cash_invoice i ON i.id = k.right_id JOIN cash_order o ON o.id = k.left_id
    WHERE k.left_object = {ORDER} AND k.right_object = {INVOICE} AND k.how IN ('person', 'key') AND i.live
        AND i.account_id <> o.account_id AND i.day > %(since)s
        AND group_of(i.account_id) <> group_of(o.account_id)
    ORDER BY i.id, o.id"""

# Most systems say when money came, not when it was applied.
E13 = f"""
    SELECT i.account_id, {INVOICE}, i.id, {INVOICE}, i.id, NULL, NULL, i.number, to_char(i.gross, {AMOUNT}),
        to_char(i.gross - i.open, {AMOUNT}) || ' paid', i.open, 'money', i.currency, abs(i.open) * i.rate,
        s.day, i.legal_entity, NULL
    FROM cash_invoice i JOIN (
        SELECT s.invoice_id, max(coalesce(s.settled_date, p.payment_date)) AS day FROM cash_invoice c
        JOIN accounts_settlement s ON s.invoice_id = c.id AND s.deleted_at IS NULL
        JOIN accounts_payment p ON p.id = s.payment_id AND p.deleted_at IS NULL GROUP BY 1
    ) s ON s.invoice_id = i.id
    WHERE i.live AND i.open < i.gross AND abs(i.open) * coalesce(i.rate, 1) > %(payment_residual_amount)s
        AND s.day < %(today)s::date - %(payment_residual_days)s::int AND s.day > %(since)s
    UNION ALL
    SELECT p.account_id, {PAYMENT}, p.id, {PAYMENT}, p.id, NULL, NULL, p.number, 'applied in full',
        to_char(p.unapplied_amount, {AMOUNT}) || ' not applied', p.unapplied_amount, 'money', p.currency,
        p.base_unapplied, p.day, p.legal_entity, NULL
    FROM cash_payment p
    WHERE coalesce(p.kind, 'payment') = 'payment' AND p.base_unapplied > %(payment_residual_amount)s
        AND p.day < %(today)s::date - %(payment_residual_days)s::int AND p.day > %(since)s"""

# Both in their own currency where that is one, else in ours.
E14 = f"""
    WITH taken AS (
        SELECT c.*, i.id AS billed_id, c.currency IS NOT DISTINCT FROM i.currency AS same, i.net_amount,
            i.base_net_amount
        FROM cash_credit c JOIN accounts_invoice i ON i.id = c.invoice_id AND i.deleted_at IS NULL
        WHERE c.day > %(today)s::date - 90
    ), compared AS (
        SELECT t.*, CASE WHEN same THEN net ELSE base END AS back,
            CASE WHEN same THEN net_amount ELSE base_net_amount END AS whole,
            CASE WHEN same THEN currency ELSE %(base)s END AS one
        FROM taken t
    )
    SELECT account_id, {CREDIT}, id, {CREDIT}, id, {INVOICE}, billed_id, number,
        'at most ' || trim_scale(%(credit_note_percent)s::numeric) || ' %% of ' || to_char(whole, {AMOUNT}),
        to_char(back, {AMOUNT}), back, 'money', one, base, day, legal_entity, NULL
    FROM compared WHERE whole > 0 AND back > whole * %(credit_note_percent)s / 100"""

BILLING_RULES: dict[str, str] = {"E7": E7, "E9": E9, "E10": E10, "E11": E11, "E12": E12, "E13": E13, "E14": E14}
