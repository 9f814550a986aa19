"""Money between a customer and each of our legal entities: one statement a kind of document.

Amounts are in the base currency at the rate each document was booked at; what is open (owed, credited, paid ahead) is
worth what the day's rate says, or the booked amount where the day has none. One without either is in no sum and
counted. Revenue is net invoiced less credit notes; what is owed and paid is gross. An amount is rounded as it is kept
paper by paper, before anything is added up: the parts of a figure, and the figures of our entities, add up to the last
place. Grain of every part: one row a touched customer and legal entity.
"""

from __future__ import annotations

from accounts.frames import execute
from accounts.golden.summary.writing import Params, make_part, upsert
from accounts.reference import TODAYS

MINE = "account_id IN (SELECT account_id FROM touched_accounts)"
ENTITY = "coalesce(legal_entity, '') AS legal_entity"
LIVE_ORDER = "deleted_at IS NULL AND coalesce(status, '') NOT IN ('cancelled', 'draft')"

GROSS = "round(coalesce(gross_amount, net_amount) * rate, 4)"


def _open(amount: str) -> str:
    """What is open of a paper in our currency; reads TODAYS beside the paper's table."""
    return f"round(coalesce({amount} * r.of_day, base_{amount}), 4)"


# Grain: one row a bill or a credit note of a touched customer.
BILLS = f"""
    SELECT account_id, {ENTITY}, invoice_date AS day, base_net_amount AS net, {GROSS} AS gross
    FROM accounts_invoice WHERE {MINE} AND {LIVE_ORDER} AND invoice_date <= %(today)s
    UNION ALL
    SELECT account_id, {ENTITY}, credit_date, -base_net_amount, -{GROSS}
    FROM accounts_creditnote WHERE {MINE} AND deleted_at IS NULL AND credit_date <= %(today)s"""

# Grain: one invoice of a touched customer that is open or was paid; `owed` is null for what is not open.
INVOICES = f"""
    SELECT id, account_id, {ENTITY}, status, disputed, invoice_date, due_date, paid_date, is_open,
        CASE WHEN is_open THEN {_open("open_amount")} END AS owed, {GROSS} AS gross,
        %(today)s::date - due_date AS overdue,
        status = 'paid' AND paid_date > %(today)s::date - interval '1 year' AND paid_date <= %(today)s AS closed
    FROM accounts_invoice CROSS JOIN LATERAL (SELECT status = 'open' AND coalesce(open_amount > 0, false) AS is_open) o
    {TODAYS}
    WHERE {MINE} AND status IN ('open', 'paid') AND deleted_at IS NULL"""

PARTS: dict[str, str] = {
    "sales": """
        SELECT account_id, legal_entity, sum(net) AS lifetime_value,
            sum(net) FILTER (WHERE day > %(today)s::date - interval '1 year') AS revenue_ttm,
            sum(net) FILTER (WHERE day <= %(today)s::date - interval '1 year'
                AND day > %(today)s::date - interval '2 years') AS revenue_previous,
            sum(gross) FILTER (WHERE day > %(today)s::date - 90) AS credit_sales_90d
        FROM bills GROUP BY 1, 2""",
    # What is owed now, what was owed a quarter ago (billed by then, and open today or paid since), and how late is paid
    # what was closed in a year or is overdue today: without the latter, days beyond terms would not tell of a customer
    # who stops paying. One statement, since each reads the same invoices.
    "owed": f"""
        SELECT account_id, legal_entity, sum(owed) AS open_receivable, count(*) FILTER (WHERE is_open) AS open_items,
            count(*) FILTER (WHERE is_open AND owed IS NULL) AS unrated_items,
            min(due_date) FILTER (WHERE is_open) AS oldest_due_date,
            sum(owed) FILTER (WHERE overdue IS NULL OR overdue <= 0) AS not_due,
            sum(owed) FILTER (WHERE overdue BETWEEN 1 AND 30) AS overdue_1_30,
            sum(owed) FILTER (WHERE overdue BETWEEN 31 AND 60) AS overdue_31_60,
            sum(owed) FILTER (WHERE overdue BETWEEN 61 AND 90) AS overdue_61_90,
            sum(owed) FILTER (WHERE overdue > 90) AS overdue_over_90,
            sum(owed) FILTER (WHERE overdue > 0) AS overdue_receivable,
            sum(owed) FILTER (WHERE disputed OR id IN (
                SELECT invoice_id FROM accounts_invoicedispute WHERE state = 'open')) AS disputed_receivable,
            sum(gross) FILTER (WHERE invoice_date <= %(today)s::date - 90
                AND (status = 'open' OR paid_date > %(today)s::date - 90)) AS opening_receivable,
            sum(late) AS late_amount, sum(late * days) AS late_money_days, count(late) AS late_items,
            sum(gross) FILTER (WHERE closed AND taken IS NOT NULL) AS paid_amount,
            sum(gross * taken) FILTER (WHERE closed) AS paid_money_days,
            count(gross) FILTER (WHERE closed AND taken IS NOT NULL) AS paid_items
        FROM (
            SELECT *, CASE WHEN is_open AND overdue > 0 THEN owed
                    WHEN closed AND due_date IS NOT NULL THEN gross END AS late,
                CASE WHEN is_open THEN overdue ELSE paid_date - due_date END AS days, paid_date - invoice_date AS taken
            FROM ({INVOICES}) i
        ) i WHERE is_open OR closed OR invoice_date <= %(today)s::date - 90 GROUP BY 1, 2""",
    "credits": f"""
        SELECT account_id, {ENTITY}, sum({_open("open_amount")}) AS open_credits
        FROM accounts_creditnote {TODAYS}
        WHERE {MINE} AND coalesce(open_amount, base_open_amount) > 0 AND deleted_at IS NULL GROUP BY 1, 2""",
    "cash": f"""
        SELECT account_id, legal_entity, sum(ahead) FILTER (WHERE kind IS DISTINCT FROM 'deposit') AS unapplied_cash,
            sum(ahead) FILTER (WHERE kind = 'deposit') AS deposits
        FROM (SELECT account_id, {ENTITY}, kind, {_open("unapplied_amount")} AS ahead
            FROM accounts_payment {TODAYS}
            WHERE {MINE} AND coalesce(unapplied_amount, base_unapplied_amount) > 0 AND deleted_at IS NULL) p
        GROUP BY 1, 2""",
    # An order without lines has its whole amount in the backlog until it is shipped. What the ERP does not state of a
    # line is what its shipments and invoices add up to, as in the chains of quote-to-cash.
    "lines": f"""
        WITH ordered AS (
            SELECT o.account_id, {ENTITY}, o.status, o.base_net_amount, l.id, l.quantity,
                coalesce(l.net_amount / nullif(l.quantity, 0),
                    l.unit_price * (1 - coalesce(l.discount, 0) / 100)) * o.rate AS unit,
                round(l.net_amount * o.rate, 4) AS net, l.shipped_quantity, l.invoiced_quantity,
                CASE WHEN o.order_date > %(today)s::date - interval '1 year'
                    THEN round(l.quantity * l.unit_cost * o.rate, 4) END AS cost
            FROM accounts_order o LEFT JOIN (SELECT * FROM accounts_orderline WHERE deleted_at IS NULL) l
                ON l.order_id = o.id
            WHERE o.{MINE} AND o.{LIVE_ORDER.replace("status", "o.status")}
        ), sent AS (
            SELECT n.order_line_id AS id, sum(n.quantity) AS sent FROM ordered o
            JOIN accounts_shipmentline n ON n.order_line_id = o.id AND n.deleted_at IS NULL
            JOIN accounts_shipment s ON s.id = n.shipment_id AND s.deleted_at IS NULL
                AND s.status IN ('shipped', 'delivered')
            WHERE o.shipped_quantity IS NULL GROUP BY 1
        ), billed AS (
            SELECT n.order_line_id AS id, sum(n.quantity) AS billed FROM ordered o
            JOIN accounts_invoiceline n ON n.order_line_id = o.id AND n.deleted_at IS NULL
            JOIN accounts_invoice i ON i.id = n.invoice_id AND i.{LIVE_ORDER.replace("status", "i.status")}
            WHERE coalesce(o.shipped_quantity, o.quantity) > coalesce(o.invoiced_quantity, 0) GROUP BY 1
        ), told AS (
            SELECT o.*, coalesce(shipped_quantity, sent, 0) AS shipped,
                greatest(coalesce(invoiced_quantity, 0), coalesce(billed, 0)) AS invoiced
            FROM ordered o LEFT JOIN sent USING (id) LEFT JOIN billed USING (id)
        )
        SELECT account_id, legal_entity,
            sum(CASE WHEN id IS NULL THEN base_net_amount ELSE round(unit * greatest(quantity - shipped, 0), 4) END)
                FILTER (WHERE status IN ('confirmed', 'partly_shipped')) AS backlog,
            sum(round(unit * (least(shipped, quantity) - invoiced), 4))
                FILTER (WHERE least(shipped, quantity) > invoiced) AS shipped_not_invoiced,
            sum(net) FILTER (WHERE cost IS NOT NULL) AS margin_revenue, sum(net - cost) AS margin
        FROM told GROUP BY 1, 2""",
    "held": f"""
        SELECT account_id, {ENTITY}, sum(base_net_amount) AS held_orders
        FROM accounts_order WHERE {MINE} AND deleted_at IS NULL AND hold
            AND status IN ('confirmed', 'partly_shipped') GROUP BY 1, 2""",
}
SUMS = (
    "revenue_ttm", "revenue_previous", "lifetime_value", "credit_sales_90d", "opening_receivable",
    "open_receivable", "not_due",
    "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90", "overdue_receivable",
    "disputed_receivable", "open_credits", "unapplied_cash", "deposits", "backlog", "shipped_not_invoiced",
    "held_orders", "margin_revenue", "margin", "late_amount", "late_money_days", "paid_amount", "paid_money_days",
)  # fmt: skip
COUNTS = ("open_items", "unrated_items", "late_items", "paid_items")
# What the customer may cost us: owed, delivered and ordered, less what was paid ahead.
EXPOSURE = (
    "coalesce(open_receivable, 0) + coalesce(shipped_not_invoiced, 0) + coalesce(backlog, 0) "
    "- coalesce(unapplied_cash, 0) - coalesce(deposits, 0)"
)
TABLE = "accounts_entityfigures"


def renew_entities(params: Params) -> int:
    """The rows of each touched customer by legal entity, and their sums in `entity_sums`; how many changed."""
    make_part("bills", BILLS, params)
    make_part("entity_rows", _together(), params)
    gone = execute(
        f"DELETE FROM {TABLE} f USING touched_accounts t WHERE t.account_id = f.account_id AND NOT EXISTS "
        "(SELECT FROM entity_rows r WHERE r.account_id = f.account_id AND r.legal_entity = f.legal_entity)"
    )
    columns = {name: f"round({name}, 4)" for name in (*SUMS, "exposure")} | {name: name for name in COUNTS}
    rows = "FROM entity_rows r JOIN accounts_account a ON a.id = r.account_id"
    changed = upsert(TABLE, ("r.account_id", "r.legal_entity"), columns, rows, params)
    make_part("entity_sums", _sums(), params)
    return gone + changed


def _together() -> str:
    """Every part beside the others, one row a customer and legal entity that any of them knows."""
    first, *others = (f"({statement}) part_{name}" for name, statement in PARTS.items())
    joined = " ".join([first, *(f"FULL JOIN {part} USING (account_id, legal_entity)" for part in others)])
    counts = ", ".join(f"coalesce({name}, 0) AS {name}" for name in COUNTS)
    return (
        f"SELECT account_id, legal_entity, {', '.join(SUMS)}, {counts}, oldest_due_date, {EXPOSURE} AS exposure "
        f"FROM {joined}"
    )


def _sums() -> str:
    sums = ", ".join(f"sum({name}) AS {name}" for name in (*SUMS, "exposure", *COUNTS))
    return f"SELECT account_id, {sums}, min(oldest_due_date) AS oldest_due_date FROM entity_rows GROUP BY 1"
