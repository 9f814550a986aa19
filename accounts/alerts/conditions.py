"""What alert rules about customers look for, as one statement a rule over the touched customers.

Each gives rows (account_id, source_id, subject, value, facts). Amounts are in the base currency.
"""

from __future__ import annotations

from accounts.alerts.health_conditions import HEALTH_CONDITIONS, health_values
from accounts.alerts.rules import AlertRule
from accounts.health.versions import current_definition
from accounts.reference import TODAYS

# Both rules about orders look only at customers with as many as they need: most have fewer.
# Grain of ordered: one row a customer and day with an order, with the days since the order before.
GONE_QUIET = """
    WITH ordered AS (
        SELECT account_id, day, day - lag(day) OVER (PARTITION BY account_id ORDER BY day) AS gap
        FROM (SELECT DISTINCT o.account_id, o.order_date AS day FROM accounts_order o
            JOIN touched_accounts USING (account_id) JOIN accounts_accountsummary s USING (account_id)
            WHERE o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('cancelled', 'draft')
                AND s.order_count >= {orders} AND o.order_date > %(today)s::date - 730 AND o.order_date <= %(today)s) d
    ), rhythm AS (
        SELECT account_id, max(day) AS last, greatest(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap),
            percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) / 2) AS usual
        FROM ordered GROUP BY 1 HAVING count(*) >= {orders}
    )
    SELECT r.account_id, NULL::smallint AS source_id, '' AS subject, s.revenue_ttm AS value,
        jsonb_build_object('days', %(today)s::date - r.last,
            'ratio', trim_scale(round(((%(today)s::date - r.last) / r.usual)::numeric, 1)),
            'interval', round(r.usual::numeric) || ' days') AS facts
    FROM rhythm r JOIN accounts_accountsummary s USING (account_id) JOIN accounts_account a ON a.id = r.account_id
    WHERE r.usual > 0 AND (%(today)s::date - r.last) > {ratio} * r.usual AND s.revenue_ttm >= {floor}"""

# Days beyond terms weighted by amount; what is open and overdue counts at its age that day. An invoice paid later than
# the day asked for was open on it.
PAYING_LATER = """
    WITH item AS (
        SELECT account_id, base_net_amount AS amount,
            least(coalesce(paid_date, %(today)s), %(today)s) - due_date AS late,
            status = 'open' OR paid_date > %(today)s::date - 90 AS recent
        FROM accounts_invoice JOIN touched_accounts USING (account_id)
        WHERE deleted_at IS NULL AND base_net_amount > 0 AND due_date IS NOT NULL
            AND (status = 'paid' AND paid_date > %(today)s::date - 360 AND paid_date <= %(today)s
                OR (status = 'open' AND open_amount > 0 OR paid_date > %(today)s) AND due_date < %(today)s)
    ), paid AS (
        SELECT account_id, sum(amount) FILTER (WHERE recent) AS value,
            sum(amount * late) FILTER (WHERE recent) / sum(amount) FILTER (WHERE recent) AS now,
            sum(amount * late) FILTER (WHERE NOT recent) / sum(amount) FILTER (WHERE NOT recent) AS before
        FROM item GROUP BY 1
        HAVING count(*) FILTER (WHERE recent) >= {items} AND count(*) FILTER (WHERE NOT recent) >= {items}
    )
    SELECT account_id, NULL::smallint AS source_id, '' AS subject, value,
        jsonb_build_object('late', round(now), 'change', round(now - before)) AS facts
    FROM paid JOIN accounts_account a ON a.id = account_id WHERE now - before >= {change}"""

# Grain of bought: one row a customer, product family and day; quarters are counted back from today.
LINE_LAPSED = """
    WITH bought AS (
        SELECT DISTINCT o.account_id, p.family, o.order_date AS day FROM accounts_order o
        JOIN touched_accounts USING (account_id) JOIN accounts_accountsummary s USING (account_id)
        JOIN accounts_orderline l ON l.order_id = o.id AND l.deleted_at IS NULL
        JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id JOIN accounts_product p ON p.id = x.product_id
        WHERE o.deleted_at IS NULL AND coalesce(o.status, '') NOT IN ('cancelled', 'draft') AND p.family IS NOT NULL
            AND o.order_date > %(today)s::date - {of}::int * 91 AND o.order_date <= %(today)s
            AND s.order_count >= {quarters}
    ), line AS (
        SELECT account_id, family, max(day) AS last, (max(day) - min(day))::numeric / (count(*) - 1) AS usual
        FROM bought GROUP BY 1, 2
        HAVING count(DISTINCT (%(today)s::date - day) / 91) >= {quarters} AND count(*) > 1
    )
    SELECT account_id, NULL::smallint AS source_id, family AS subject, NULL::numeric AS value,
        jsonb_build_object('family', family, 'days', %(today)s::date - last,
            'interval', round(usual) || ' days') AS facts
    FROM line JOIN accounts_account a ON a.id = account_id WHERE %(today)s::date - last > {ratio} * usual"""

# What was overdue then is told by due and paid dates; partly paid invoices count with what is open today.
RECEIVABLES_SPIKE = """
    WITH overdue AS (
        SELECT account_id,
            sum(amount) FILTER (WHERE due_date < %(today)s AND (status = 'open' OR paid_date > %(today)s)) AS now,
            sum(amount) FILTER (WHERE due_date < %(today)s::date - {days}::int
                AND (status = 'open' OR paid_date > %(today)s::date - {days}::int)) AS before
        FROM (SELECT account_id, status, due_date, paid_date, CASE WHEN status = 'open'
                THEN coalesce(open_amount * of_day, base_open_amount) ELSE base_net_amount END AS amount
            FROM accounts_invoice JOIN touched_accounts USING (account_id) {todays}
            WHERE deleted_at IS NULL AND status IN ('open', 'paid')
                AND (status = 'open' OR paid_date > %(today)s::date - {days}::int)) i GROUP BY 1
    )
    SELECT account_id, NULL::smallint AS source_id, '' AS subject, now - coalesce(before, 0) AS value,
        jsonb_build_object('rise', to_char(now - coalesce(before, 0), 'FM999,999,999,990'),
            'total', to_char(now, 'FM999,999,999,990'), 'days', {days}::int) AS facts
    FROM overdue JOIN accounts_account a ON a.id = account_id
    WHERE now - coalesce(before, 0) >= {floor} AND now >= coalesce(before, 0) * (1 + {rise_percent} / 100.0)"""

TICKET_SURGE = """
    WITH asked AS (
        SELECT account_id, count(*) FILTER (WHERE opened_at > %(today)s::date - {days}::int) AS recent,
            count(*) FILTER (WHERE opened_at <= %(today)s::date - {days}::int) * {days} / 351.0 AS usual
        FROM accounts_ticket JOIN touched_accounts USING (account_id)
        WHERE deleted_at IS NULL AND opened_at > %(today)s::date - 365 AND opened_at < %(today)s::date + 1 GROUP BY 1
    )
    SELECT account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value,
        jsonb_build_object('count', recent, 'days', {days}::int, 'usual', trim_scale(round(usual, 1))) AS facts
    FROM asked JOIN accounts_account a ON a.id = account_id WHERE recent >= {least} AND recent >= {times} * usual"""

CONDITIONS: dict[str, str] = {
    "gone_quiet": GONE_QUIET,
    "paying_later": PAYING_LATER,
    "line_lapsed": LINE_LAPSED,
    "receivables_spike": RECEIVABLES_SPIKE,
    "ticket_surge": TICKET_SURGE,
    **HEALTH_CONDITIONS,
}


def statement(rule: AlertRule, *, health: str = "accounts_accounthealth") -> str:
    """The rule's condition with its settings in place, those that differ by segment as a CASE on the customer."""
    values = {name: _setting(rule, name) for name in rule.settings} | {"health": health, "todays": TODAYS}
    if rule.name == "component_crash":
        values |= health_values(current_definition())
    return CONDITIONS[rule.name].format(**values)


def _setting(rule: AlertRule, name: str) -> str:
    values = rule.by_segment(name)
    default = float(values.pop(""))
    if not values:
        return f"{default:g}"
    cases = " ".join(f"WHEN '{_plain(segment)}' THEN {float(value):g}" for segment, value in values.items())
    return f"(CASE a.segment {cases} ELSE {default:g} END)"


def _plain(segment: str) -> str:
    return segment.replace("'", "''").replace("%", "%%").replace("{", "").replace("}", "")
