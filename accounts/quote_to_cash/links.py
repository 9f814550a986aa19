"""Links between documents, in sets: by what people said, by explicit key, by number, else inferred.

Every stage writes pairs that no earlier one wrote and nobody rejected. Inference joins only what is still
unlinked on both sides, pairs that are each other's best, and says how sure it is.
"""

from __future__ import annotations

from accounts.catalogue import load
from accounts.frames import execute, is_empty
from accounts.quote_to_cash.papers import FEW, WHO, make
from accounts.reference import Tolerance

CODE = {spec.name: spec.code for spec in load()}
DEAL, QUOTE, ORDER, SHIPMENT, INVOICE, PAYMENT = (
    CODE[name] for name in ("opportunity", "quote", "order", "shipment", "invoice", "payment")
)
PAIR = "left_object, left_id, right_object, right_id"
COLUMNS = f"{PAIR}, account_id, how, confidence, evidence, amount"
SAME = " AND ".join(f"{{0}}.{name} = {{1}}.{name}" for name in PAIR.split(", "))
TABLE_OF = {DEAL: "cash_opportunity", QUOTE: "cash_quote", ORDER: "cash_order", SHIPMENT: "cash_shipment",
            INVOICE: "cash_invoice", PAYMENT: "cash_payment"}  # fmt: skip
PERSON = "'person', 1.0"

# (left, right, query of left_id, right_id, account_id, how, confidence, evidence, amount); earlier stages win
STAGES: tuple[tuple[int, int, str], ...] = (
    # explicit keys: references the documents carry, also into another source of the same customer
    (DEAL, QUOTE, """
        SELECT p.id, q.id, q.account_id, 'key', 1.0, p.number, NULL FROM cash_quote q
        JOIN cash_opportunity p ON p.id = q.opportunity_id"""),
    (DEAL, QUOTE, """
        SELECT p.id, q.id, q.account_id, 'key', 1.0, p.number, NULL FROM cash_quote q
        JOIN cash_opportunity p ON p.account_id = q.account_id AND p.key = q.opportunity_key
        WHERE q.opportunity_id IS NULL"""),
    (QUOTE, ORDER, """
        SELECT q.id, o.id, o.account_id, 'key', 1.0, q.number, NULL FROM cash_order o
        JOIN cash_quote q ON q.id = o.quote_id"""),
    (QUOTE, ORDER, """
        SELECT q.id, o.id, o.account_id, 'key', 1.0, q.number, NULL FROM cash_order o
        JOIN cash_quote q ON q.account_id = o.account_id AND q.key = o.quote_key WHERE o.quote_id IS NULL"""),
    # what a copy of the order in another system names
    (QUOTE, ORDER, """
        SELECT DISTINCT q.id, o.id, o.account_id, 'key', 1.0, q.number, NULL::numeric FROM cash_order_copy o
        JOIN cash_quote q ON q.id = o.quote_id AND q.account_id = o.account_id"""),
    (DEAL, ORDER, """
        SELECT DISTINCT p.id, o.id, o.account_id, 'key', 1.0, p.number, NULL::numeric FROM cash_order_copy o
        JOIN cash_opportunity p ON p.id = o.opportunity_id AND p.account_id = o.account_id"""),
    (DEAL, ORDER, """
        SELECT p.id, o.id, o.account_id, 'key', 1.0, p.number, NULL FROM cash_order o
        JOIN cash_opportunity p ON p.id = o.opportunity_id"""),
    (DEAL, ORDER, """
        SELECT p.id, o.id, o.account_id, 'key', 1.0, p.number, NULL FROM cash_order o
        JOIN cash_opportunity p ON p.account_id = o.account_id AND p.key = o.opportunity_key
        WHERE o.opportunity_id IS NULL"""),
    # an order that names both tells the deal of a quote that names none
    (DEAL, QUOTE, """
        SELECT DISTINCT ON (q.id) d.left_id, q.id, q.account_id, 'key', 1.0, o.number, NULL::numeric
        FROM cash_order o JOIN cash_links k ON k.right_object = {ORDER} AND k.right_id = o.id
            AND k.left_object = {QUOTE} AND k.how = 'key'
        JOIN cash_links d ON d.right_object = {ORDER} AND d.right_id = o.id AND d.left_object = {DEAL}
            AND d.how = 'key'
        JOIN cash_quote q ON q.id = k.left_id
        WHERE NOT EXISTS (SELECT FROM cash_links l WHERE l.left_object = {DEAL} AND l.right_object = {QUOTE}
            AND l.right_id = q.id)
        ORDER BY q.id, d.left_id, o.id"""),
    (ORDER, SHIPMENT, """
        SELECT o.id, s.id, s.account_id, 'key', 1.0, o.number, NULL FROM cash_shipment s
        JOIN cash_order o ON o.id = s.order_id"""),
    (ORDER, INVOICE, """
        SELECT o.id, i.id, i.account_id, 'key', 1.0, o.number, NULL FROM cash_invoice i
        JOIN cash_order o ON o.id = i.order_id"""),
    (ORDER, INVOICE, """
        SELECT DISTINCT l.order_id, i.id, i.account_id, 'key', 1.0, 'order lines', NULL::numeric FROM cash_invoice i
        JOIN cash_invoice_line n ON n.invoice_id = i.id JOIN cash_order_line l ON l.id = n.order_line_id
        WHERE l.order_id IS DISTINCT FROM i.order_id"""),
    (INVOICE, PAYMENT, """
        SELECT i.id, s.payment_id, i.account_id, 'key', 1.0, 'settlement', sum(s.amount) FROM cash_invoice i
        JOIN accounts_settlement s ON s.invoice_id = i.id AND s.deleted_at IS NULL
        JOIN accounts_payment p ON p.id = s.payment_id AND p.deleted_at IS NULL
        GROUP BY 1, 2, 3"""),
    # numbers as people wrote them on the later document
    (QUOTE, ORDER, """
        SELECT DISTINCT ON (o.id) q.id, o.id, o.account_id, 'number', 0.98, o.quote_number, NULL::numeric
        FROM cash_order o JOIN (
            SELECT id, account_id, base, upper(trim(number)) AS number FROM cash_quote
            UNION ALL SELECT id, account_id, base, upper(trim(erp_number)) FROM cash_quote
        ) q ON q.account_id = o.account_id AND q.number = upper(trim(o.quote_number))
        WHERE NOT EXISTS (SELECT FROM cash_links l WHERE l.left_object = {QUOTE} AND l.right_object = {ORDER}
            AND l.right_id = o.id)
        ORDER BY o.id, abs(coalesce(q.base, 0) - coalesce(o.base, 0)), q.id"""),
    (ORDER, INVOICE, """
        SELECT DISTINCT ON (i.id) o.id, i.id, i.account_id, 'number',
            CASE WHEN count(*) OVER (PARTITION BY i.id) = 1 THEN 0.95 ELSE 0.8 END, i.customer_po, NULL::numeric
        FROM cash_invoice i JOIN cash_order o ON o.account_id = i.account_id AND o.live
            AND upper(trim(o.customer_po)) = upper(trim(i.customer_po)) AND o.day <= i.day
        WHERE i.live AND NOT EXISTS (SELECT FROM cash_links l WHERE l.left_object = {ORDER}
            AND l.right_object = {INVOICE} AND l.right_id = i.id)
        ORDER BY i.id, abs(coalesce(o.base, 0) - coalesce(i.base, 0)), o.day DESC, o.id"""),
)  # fmt: skip

# (left, right, left rows, right rows, first day, last day): both sides give id, account_id, base, day
GUESSES: tuple[tuple[int, int, str, str, int, int | None], ...] = (
    (DEAL, QUOTE, "SELECT id, account_id, base, day FROM cash_opportunity",
     "SELECT id, account_id, base, day FROM cash_quote", -120, 14),
    (QUOTE, ORDER, "SELECT id, account_id, base, day FROM cash_quote WHERE coalesce(status, '') <> 'declined'",
     "SELECT id, account_id, base, day FROM cash_order WHERE live AND coalesce(order_type, '') <> 'repeat'"
     " AND NOT EXISTS (SELECT FROM cash_links k WHERE k.right_object = {ORDER} AND k.right_id = cash_order.id)",
     0, None),
    (DEAL, ORDER, "SELECT id, account_id, base, day FROM cash_opportunity p WHERE state = 'won' AND NOT EXISTS ("
     "SELECT FROM cash_links k JOIN cash_links n ON n.left_object = {QUOTE} AND n.left_id = k.right_id"
     " WHERE k.left_object = {DEAL} AND k.left_id = p.id AND k.right_object = {QUOTE})",
     "SELECT id, account_id, base, day FROM cash_order WHERE live AND coalesce(order_type, '') <> 'repeat'"
     " AND NOT EXISTS (SELECT FROM cash_links k WHERE k.right_object = {ORDER} AND k.right_id = cash_order.id)",
     -7, None),
    (ORDER, INVOICE, "SELECT id, account_id, base, day FROM cash_order WHERE live",
     "SELECT id, account_id, base, day FROM cash_invoice WHERE live", 0, None),
    (INVOICE, PAYMENT, "SELECT id, account_id, gross * rate AS base, day FROM cash_invoice WHERE live",
     "SELECT id, account_id, base, day FROM cash_payment WHERE coalesce(kind, '') <> 'refund'", 0, None),
)  # fmt: skip
BEST = """
    SELECT left_id, right_id, account_id, 'inferred',
        round(((0.9 - 0.2 * off / greatest(allowed, 0.01) - 0.2 * abs(days) / {window}.0)
            * CASE WHEN rivals > 1 THEN 0.8 ELSE 1 END)::numeric, 3),
        'same customer, amount within ' || round(100 * off / nullif(right_base, 0), 1) || ' %%, '
            || abs(days) || CASE WHEN abs(days) = 1 THEN ' day' ELSE ' days' END || ' apart', NULL
    FROM (
        SELECT c.*, row_number() OVER (PARTITION BY left_id ORDER BY off, abs(days), right_id) AS at_left,
            row_number() OVER (PARTITION BY right_id ORDER BY off, abs(days), left_id) AS at_right,
            count(*) OVER (PARTITION BY left_id) * count(*) OVER (PARTITION BY right_id) AS rivals
        FROM (
            SELECT a.id AS left_id, b.id AS right_id, b.account_id, b.base AS right_base, b.day - a.day AS days,
                abs(a.base - b.base) AS off, abs(b.base) * {percent} / 100 AS allowed
            FROM ({left}) a JOIN ({right}) b ON b.account_id = a.account_id
            WHERE a.base > 0 AND abs(a.base - b.base) <= abs(b.base) * {percent} / 100
                AND b.day BETWEEN a.day + {first} AND a.day + {last}
                AND NOT EXISTS (SELECT FROM cash_links k WHERE k.left_object = {left_object}
                    AND k.right_object = {right_object} AND k.left_id = a.id)
                AND NOT EXISTS (SELECT FROM cash_links k WHERE k.left_object = {left_object}
                    AND k.right_object = {right_object} AND k.right_id = b.id)
                AND NOT EXISTS (SELECT FROM cash_rejected r WHERE r.left_object = {left_object}
                    AND r.right_object = {right_object} AND r.left_id = a.id AND r.right_id = b.id)
        ) c
    ) ranked WHERE at_left = 1 AND at_right = 1"""


def make_links(window: Tolerance) -> None:
    """The table cash_links of what follows from what among the gathered documents."""
    make("cash_rejected", f"SELECT {PAIR} FROM accounts_linkdecision WHERE closed_at IS NULL AND verdict = 'rejected'")
    make("cash_links", f"SELECT {COLUMNS} FROM accounts_link WHERE false")
    for left, right in sorted({(left, right) for left, right, _ in STAGES}):
        _confirmed(left, right)
    for left, right, query in STAGES:
        _add(left, right, query)
    if not window.percent:  # a tolerance of nothing switches inference off
        return
    days, percent = window.days or 60, window.percent
    for left, right, lefts, rights, first, last in GUESSES:
        query = BEST.format(
            left=_named(lefts), right=_named(rights), left_object=left, right_object=right, first=first,
            last=days if last is None else last, window=max(days, 1), percent=percent,
        )  # fmt: skip
        _add(left, right, query)
    execute("ANALYZE cash_links")


def store_links() -> int:
    """Bring the links of the gathered customers to what was found; how many changed."""
    if is_empty("accounts_link"):
        return execute(f"INSERT INTO accounts_link ({COLUMNS}) SELECT {COLUMNS} FROM cash_links ORDER BY {PAIR}")
    gone = execute(
        f"DELETE FROM accounts_link l WHERE l.account_id IN (SELECT account_id FROM {WHO}) "
        f"AND NOT EXISTS (SELECT FROM cash_links n WHERE {SAME.format('n', 'l')})"
    )
    changed = execute(
        f"INSERT INTO accounts_link ({COLUMNS}) SELECT {COLUMNS} FROM cash_links n WHERE NOT EXISTS "
        f"(SELECT FROM accounts_link l WHERE {SAME.format('n', 'l')} AND ROW(l.account_id, l.how, l.confidence, "
        f"l.evidence, l.amount) IS NOT DISTINCT FROM ROW(n.account_id, n.how, n.confidence, n.evidence, n.amount)) "
        f"ORDER BY {PAIR} ON CONFLICT ({PAIR}) DO UPDATE SET account_id = excluded.account_id, how = excluded.how, "
        "confidence = excluded.confidence, evidence = excluded.evidence, amount = excluded.amount "
        "WHERE ROW(accounts_link.account_id, accounts_link.how, accounts_link.confidence, accounts_link.evidence, "
        "accounts_link.amount) IS DISTINCT FROM ROW(excluded.account_id, excluded.how, excluded.confidence, "
        "excluded.evidence, excluded.amount)"
    )
    return gone + changed


def _confirmed(left: int, right: int) -> None:
    """Pairs people confirmed, as long as both documents live."""
    _add(
        left,
        right,
        f"SELECT a.id, b.id, b.account_id, {PERSON}, 'confirmed', NULL FROM accounts_linkdecision d "
        f"JOIN {TABLE_OF[left]} a ON a.id = d.left_id JOIN {TABLE_OF[right]} b ON b.id = d.right_id "
        f"WHERE d.closed_at IS NULL AND d.verdict = 'confirmed' AND d.left_object = {left} "
        f"AND d.right_object = {right}",
    )


def _add(left: int, right: int, query: str) -> None:
    names = "left_id, right_id, account_id, how, confidence, evidence, amount"
    known = " AND ".join(
        f"NOT EXISTS (SELECT FROM {table} k WHERE k.left_object = {left} AND k.left_id = f.left_id "
        f"AND k.right_object = {right} AND k.right_id = f.right_id)" for table in ("cash_rejected", "cash_links")
    )  # fmt: skip
    added = execute(
        f"INSERT INTO cash_links ({COLUMNS}) SELECT {left}, f.left_id, {right}, f.right_id, f.account_id, f.how, "
        f"f.confidence, coalesce(f.evidence, ''), f.amount::numeric FROM ({_named(query)}) f ({names}) WHERE {known}",
        {},
    )
    if added > FEW:  # else the planner takes a kind of link for a two-hundredth of all
        execute("ANALYZE cash_links (left_object, right_object)")


def _named(query: str) -> str:
    """The query with the codes of objects in place."""
    for name, code in (("DEAL", DEAL), ("QUOTE", QUOTE), ("ORDER", ORDER), ("INVOICE", INVOICE)):
        query = query.replace("{" + name + "}", str(code))
    return query
