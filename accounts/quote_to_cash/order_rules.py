"""What the exceptions of deals, quotes and orders look for: E1 to E6, E8 and E15, one statement each.

Every statement gives: account_id, object, row_id, document_object, document_id, other_object, other_id, label,
expected, found, difference, unit, currency, at_stake, since_date, legal_entity, reason. Values at stake are in
the base currency, and null where no rate is known: limits of an amount hold for the document's own currency then.
Tolerances come as parameters named after them.
"""

from __future__ import annotations

from accounts.quote_to_cash.links import CODE, DEAL, ORDER, QUOTE

ORDER_LINE = CODE["order_line"]
AMOUNT = "'FM999,999,999,990.00'"
# Grain: one order with something left to ship, at order price; all of an order whose lines nobody told.
UNSHIPPED = """
    SELECT o.id, CASE count(l.id) WHEN 0 THEN '' WHEN 1 THEN '1 line ' ELSE count(l.id) || ' lines ' END
            || 'not shipped' AS told,
        CASE WHEN count(l.id) = 0 THEN min(o.base) ELSE sum((l.quantity - l.shipped) * l.unit * o.rate) END AS value
    FROM cash_order o LEFT JOIN cash_order_line l ON l.order_id = o.id
    WHERE o.open AND (l.id IS NULL OR l.shipped < l.quantity) GROUP BY 1"""

# An order belongs to one chain, yet any order that names the deal, or a quote of it, is one.
E1 = f"""
    SELECT p.account_id, {DEAL}, p.id, {DEAL}, p.id, NULL, NULL, p.number, 'an order', 'no order',
        p.base, 'money', %(base)s, p.base, p.day, NULL, NULL
    FROM cash_opportunity p
    WHERE p.state = 'won' AND p.day <= %(won_before)s AND p.day > %(since)s AND NOT EXISTS (
        SELECT FROM cash_links k JOIN cash_order o ON o.id = k.right_id
        WHERE k.left_object = {DEAL} AND k.left_id = p.id AND k.right_object = {ORDER} AND o.live
    ) AND NOT EXISTS (
        SELECT FROM cash_links q JOIN cash_links k ON k.left_object = {QUOTE} AND k.left_id = q.right_id
            AND k.right_object = {ORDER}
        JOIN cash_order o ON o.id = k.right_id
        WHERE q.left_object = {DEAL} AND q.left_id = p.id AND q.right_object = {QUOTE} AND o.live)"""

E2 = f"""
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, NULL, NULL, o.number, 'a deal or quote', 'none',
        o.net, 'money', o.currency, o.base, o.day, o.legal_entity, NULL
    FROM cash_order o JOIN root_order r USING (id)
    WHERE o.live AND o.order_type IN ('new', 'project') AND o.base >= %(order_floor_amount)s AND o.day > %(since)s
        AND r.root_object = {ORDER} AND EXISTS (SELECT FROM accounts_opportunity)"""

# Grain of side: what was agreed, once; grain of ordered: all that was ordered from it.
E3 = f"""
    WITH side AS (
        SELECT {QUOTE} AS object, id, number, currency, net, base FROM cash_quote
        UNION ALL SELECT {DEAL}, id, number, currency, net, base FROM cash_opportunity
    ), ordered AS (
        SELECT b.left_object, b.left_id, min(o.id) AS id, max(o.day) AS day, sum(o.net) AS net, sum(o.base) AS base,
            min(o.rate) AS rate, bool_and(o.currency IS NOT DISTINCT FROM s.currency) AS same
        FROM cash_order o JOIN cash_best b ON b.right_object = {ORDER} AND b.right_id = o.id
        JOIN side s ON s.object = b.left_object AND s.id = b.left_id WHERE o.live GROUP BY 1, 2
    ), compared AS (
        SELECT d.*, s.number AS other_number, CASE WHEN d.same THEN s.net ELSE s.base END AS want,
            CASE WHEN d.same THEN d.net ELSE d.base END AS got, CASE WHEN d.same THEN s.currency ELSE %(base)s END
                AS unit_currency, CASE WHEN d.same THEN d.rate ELSE 1 END AS factor
        FROM ordered d JOIN side s ON s.object = d.left_object AND s.id = d.left_id
    )
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, c.left_object, c.left_id, o.number, to_char(c.want, {AMOUNT}),
        to_char(c.got, {AMOUNT}), c.got - c.want, 'money', c.unit_currency, abs(c.got - c.want) * c.factor, o.day,
        o.legal_entity, CASE WHEN NOT c.same THEN 'fx' END
    FROM compared c JOIN cash_order o ON o.id = c.id
    WHERE c.day > %(since)s AND abs(c.got - c.want) * coalesce(c.factor, 1)
        > greatest(abs(c.want) * coalesce(c.factor, 1) * %(order_value_percent)s / 100, %(order_value_amount)s)"""

# Lines are paired by product, the nth of the quote with the nth of the order; the quote of each order is found first,
# since joined by product alone every line meets every other of its product. After its end a discount is none.
E4 = f"""
    WITH offered AS (
        SELECT q.id AS quote_id, q.currency, x.product_id, l.id, l.discount, l.discount_expires_date AS ends,
            coalesce(l.net_amount / nullif(l.quantity, 0), l.unit_price * (1 - coalesce(l.discount, 0) / 100)) AS unit,
            row_number() OVER (PARTITION BY q.id, x.product_id ORDER BY l.position, l.id) AS place
        FROM cash_quote q JOIN accounts_quoteline l ON l.quote_id = q.id AND l.deleted_at IS NULL
        JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id WHERE x.product_id IS NOT NULL
    ), ordered AS (
        SELECT o.account_id, o.number, o.currency, o.day, o.legal_entity, o.rate,
            b.left_id AS quote_id, l.order_id, l.product_id, l.id, l.position, l.quantity, l.unit,
            row_number() OVER (PARTITION BY l.order_id, l.product_id ORDER BY l.position, l.id) AS place
        FROM cash_best b JOIN cash_order o ON o.id = b.right_id JOIN cash_order_line l ON l.order_id = o.id
        WHERE b.right_object = {ORDER} AND b.left_object = {QUOTE} AND o.live AND o.day > %(since)s
            AND l.product_id IS NOT NULL
    ), compared AS (
        SELECT n.*, f.id AS offered_id, n.unit AS got,
            CASE WHEN f.discount > 0 AND f.discount < 100 AND f.ends < n.day
                THEN f.unit / (1 - f.discount / 100) ELSE f.unit END AS want
        FROM ordered n JOIN offered f USING (quote_id, product_id, place) WHERE n.currency = f.currency
    )
    SELECT account_id, {ORDER_LINE}, id, {ORDER}, order_id, {CODE["quote_line"]}, offered_id,
        number || ' line ' || coalesce(position::text, '?'), to_char(want, {AMOUNT}), to_char(got, {AMOUNT}),
        got - want, 'price', currency, abs(got - want) * quantity * rate, day, legal_entity, NULL
    FROM compared WHERE abs(got - want) > abs(want) * %(unit_price_percent)s / 100 AND abs(got - want) >= 0.005"""

# Words for the same terms count as the same where the company's table of terms knows them.
E5 = f"""
    WITH term AS (
        SELECT lower(word) AS word, min(code) AS code
        FROM accounts_paymentterm, unnest(words || code || label) word GROUP BY 1
    ), compared AS (
        SELECT o.*, a.payment_terms AS agreed_terms, a.incoterm AS agreed_incoterm, x.account_id AS billed_id,
            coalesce(tw.code, lower(trim(a.payment_terms))) <> coalesce(tg.code, lower(trim(o.payment_terms))) AS terms,
            upper(trim(a.incoterm)) <> upper(trim(o.incoterm)) AS incoterms,
            x.account_id <> o.account_id AND group_of(x.account_id) <> group_of(o.account_id) AS billed
        FROM cash_order o JOIN accounts_account a ON a.id = o.account_id
        LEFT JOIN accounts_accountcrosswalk x ON x.id = o.bill_to_ref_id
        LEFT JOIN term tw ON tw.word = lower(trim(a.payment_terms))
        LEFT JOIN term tg ON tg.word = lower(trim(o.payment_terms))
        WHERE o.live AND (o.open OR o.day > %(today)s::date - 60)
    )
    SELECT account_id, {ORDER}, id, {ORDER}, id, NULL, NULL, number,
        concat_ws(', ', CASE WHEN terms THEN agreed_terms END, CASE WHEN incoterms THEN agreed_incoterm END,
            CASE WHEN billed THEN 'billed within the group' END),
        concat_ws(', ', CASE WHEN terms THEN payment_terms END, CASE WHEN incoterms THEN incoterm END,
            CASE WHEN billed THEN 'billed to somebody else' END),
        NULL, 'text', NULL, 0, day, legal_entity, NULL
    FROM compared WHERE terms OR incoterms OR billed"""

E6 = f"""
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, NULL, NULL, o.number, 'shipped by ' || o.promised_date,
        u.told, %(today)s::date - o.promised_date, 'days', %(base)s, u.value, o.promised_date, o.legal_entity, NULL
    FROM cash_order o JOIN ({UNSHIPPED}) u USING (id)
    WHERE o.promised_date < %(today)s::date - %(late_shipping_days)s::int"""

E8 = f"""
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, NULL, NULL, o.number, 'shipped around ' || o.requested_date,
        u.told, %(today)s::date - o.requested_date, 'days', %(base)s, u.value, o.requested_date, o.legal_entity, NULL
    FROM cash_order o JOIN ({UNSHIPPED}) u USING (id)
    WHERE o.requested_date < %(today)s::date - %(backlog_days)s::int"""

E15 = f"""
    SELECT o.account_id, {ORDER}, o.id, {ORDER}, o.id, NULL, NULL, o.number, 'shipped by ' || o.promised_date,
        CASE WHEN o.hold THEN 'the order is on hold' ELSE 'the customer is on hold' END,
        o.promised_date - %(today)s::date, 'days', %(base)s, u.value, o.day, o.legal_entity, NULL
    FROM cash_order o JOIN ({UNSHIPPED}) u USING (id) JOIN accounts_account a ON a.id = o.account_id
    WHERE (o.hold OR a.credit_hold) AND o.promised_date <= %(today)s::date + %(hold_before_shipping_days)s::int"""

ORDER_RULES: dict[str, str] = {"E1": E1, "E2": E2, "E3": E3, "E4": E4, "E5": E5, "E6": E6, "E8": E8, "E15": E15}
