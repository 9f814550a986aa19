"""The measured inputs of customers on days, from documents: one statement a measure or two.

Everything is read over the temporary table `health_subjects` (account_id, day), so that today's score, a past
day's and the back-test's are the same statements. A past day sees what documents say happened until then:
an invoice is open until its paid date, a ticket until it was solved. Grain of every part: one row a subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from accounts.frames import execute
from accounts.health.definition import Definition
from accounts.health.measures import IDLE, LIVE_DEAL, LOST, NO_DEAL, STALE_DEAL

SUBJECTS = "health_subjects"


def _valid(table: str) -> str:
    """Documents that count: neither deleted nor drafts nor cancelled."""
    return f"{table}.deleted_at IS NULL AND coalesce({table}.status, '') NOT IN ('draft', 'cancelled')"


# An invoice weighs its gross amount in the base currency; what is open now weighs what is still open at the day's rate.
# Grain of rated: one currency on one day.
PAYMENT = f"""
    WITH rated AS (
        SELECT DISTINCT ON (d.day, r.currency) d.day, r.currency, r.rate FROM (SELECT DISTINCT day FROM {SUBJECTS}) d
        JOIN accounts_currencyrate r ON r.rate_date <= d.day ORDER BY d.day, r.currency, r.rate_date DESC
    ), items AS (
        SELECT s.account_id, s.day, i.due_date, i.paid_date, is_open_now,
            is_open_now OR i.paid_date > s.day AS is_open,
            CASE WHEN is_open_now THEN coalesce(i.open_amount * r.rate, i.base_open_amount)
                ELSE i.base_net_amount * coalesce(i.gross_amount / nullif(i.net_amount, 0), 1) END AS amount
        FROM {SUBJECTS} s JOIN accounts_invoice i USING (account_id)
        CROSS JOIN LATERAL (SELECT i.status = 'open' AND i.open_amount > 0 AS is_open_now) o
        LEFT JOIN rated r ON r.day = s.day AND r.currency = i.currency
        WHERE {_valid("i")} AND i.invoice_date <= s.day AND i.due_date IS NOT NULL
            AND (is_open_now OR i.paid_date > s.day - 180)
    ), late AS (
        SELECT account_id, day, is_open, amount, due_date < day AS is_overdue,
            CASE WHEN is_open THEN day - due_date ELSE paid_date - due_date END AS days,
            sum(amount) FILTER (WHERE is_open) OVER (PARTITION BY account_id, day) AS owed
        FROM items WHERE amount > 0
    )
    SELECT account_id, day,
        round(sum(amount * days) FILTER (WHERE NOT is_open OR is_overdue)
            / sum(amount) FILTER (WHERE NOT is_open OR is_overdue), 4) AS beyond_terms,
        count(*) FILTER (WHERE NOT is_open OR is_overdue) AS payment_items,
        round(coalesce(sum(amount) FILTER (WHERE is_open AND is_overdue), 0) * 100
            / sum(amount) FILTER (WHERE is_open), 4) AS overdue_share,
        CASE WHEN bool_or(is_open) THEN coalesce(max(days) FILTER (WHERE is_open AND is_overdue
            AND amount * 20 >= owed), 0) END AS oldest_overdue
    FROM late GROUP BY 1, 2"""

# A customer who stopped stays measured for two years by the rhythm it had, counted back from its last order. Usual is
# the median of the gaps, or half of their ninth decile where that is more: who orders irregularly is judged by gaps
# of its own, else a buyer by chance would pass four medians in one gap of sixteen.
RHYTHM = f"""
    WITH days AS (
        SELECT DISTINCT s.account_id, s.day, o.order_date FROM {SUBJECTS} s JOIN accounts_order o USING (account_id)
        WHERE {_valid("o")} AND o.order_date <= s.day AND o.order_date > s.day - 1460
    ), gaps AS (
        SELECT account_id, day, order_date, max(order_date) OVER w AS last,
            order_date - lag(order_date) OVER (w ORDER BY order_date) AS gap
        FROM days WINDOW w AS (PARTITION BY account_id, day)
    )
    SELECT account_id, day, count(*) AS order_days, max(last) AS last_order,
        round((day - max(last)) / nullif(greatest(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)
            FILTER (WHERE gap IS NOT NULL), percentile_cont(0.9) WITHIN GROUP (ORDER BY gap)
            FILTER (WHERE gap IS NOT NULL) / 2), 0)::numeric, 4) AS cadence
    FROM gaps WHERE last > day - 730 AND order_date > last - 730 GROUP BY 1, 2"""

REVENUE = f"""
    WITH sums AS (
        SELECT s.account_id, s.day,
            coalesce(sum(amount) FILTER (WHERE d.day > s.day - 90), 0) AS now,
            coalesce(sum(amount) FILTER (WHERE d.day <= s.day - 90 AND d.day > s.day - 180), 0) AS before,
            coalesce(sum(amount) FILTER (WHERE d.day <= s.day - 365), 0) AS year_ago
        FROM {SUBJECTS} s JOIN (
            SELECT account_id, invoice_date AS day, base_net_amount AS amount FROM accounts_invoice
            WHERE {_valid("accounts_invoice")} AND account_id IN (SELECT account_id FROM {SUBJECTS})
            UNION ALL
            SELECT account_id, credit_date, -base_net_amount FROM accounts_creditnote
            WHERE deleted_at IS NULL AND account_id IN (SELECT account_id FROM {SUBJECTS})
        ) d ON d.account_id = s.account_id AND d.day <= s.day AND d.day > s.day - 455
            AND (d.day > s.day - 180 OR d.day <= s.day - 365)
        GROUP BY 1, 2
    )
    SELECT account_id, day, round(CASE WHEN year_ago > 0 THEN (now - year_ago) * 100 / year_ago
        WHEN before > 0 THEN (now - before) * 100 / before END, 4) AS revenue_change FROM sums"""

# Late: promised before the day and shipped after the promise, or not shipped yet.
QUALITY = f"""
    WITH orders AS (
        SELECT s.account_id, s.day, o.id, o.base_net_amount AS value, o.net_amount, o.currency, o.quote_id,
            o.promised_date, o.status
        FROM {SUBJECTS} s JOIN accounts_order o USING (account_id)
        WHERE {_valid("o")} AND o.order_date <= s.day AND o.order_date > s.day - 180 AND o.base_net_amount > 0
    ), shipped AS (
        SELECT order_id, max(shipped_date) AS last FROM accounts_shipment
        WHERE order_id IN (SELECT id FROM orders) AND {_valid("accounts_shipment")} GROUP BY 1
    ), billed AS (
        SELECT o.account_id, o.day, o.id, sum(i.net_amount) AS net FROM orders o
        JOIN accounts_invoice i ON i.order_id = o.id AND i.invoice_date <= o.day AND {_valid("i")} GROUP BY 1, 2, 3
    ), credited AS (
        SELECT coalesce(c.order_id, i.order_id) AS order_id, min(c.credit_date) AS first FROM accounts_creditnote c
        LEFT JOIN accounts_invoice i ON i.id = c.invoice_id
        WHERE c.account_id IN (SELECT account_id FROM {SUBJECTS}) AND c.deleted_at IS NULL GROUP BY 1
    ), returned AS (
        SELECT order_id, min(return_date) AS first FROM accounts_goodsreturn
        WHERE account_id IN (SELECT account_id FROM {SUBJECTS}) AND {_valid("accounts_goodsreturn")} GROUP BY 1
    ), judged AS (
        SELECT o.account_id, o.day, o.value,
            coalesce(o.promised_date < o.day AND (h.last > o.promised_date
                OR o.status IN ('confirmed', 'partly_shipped')), false)
            OR coalesce(c.first <= o.day, false) OR coalesce(r.first <= o.day, false)
            OR coalesce(b.net > o.net_amount * 1.01 + 1, false)
            OR coalesce(abs(o.net_amount - q.net_amount) > greatest(q.net_amount * 0.01, 50), false) AS is_faulty
        FROM orders o LEFT JOIN shipped h ON h.order_id = o.id LEFT JOIN credited c ON c.order_id = o.id
        LEFT JOIN returned r ON r.order_id = o.id
        LEFT JOIN billed b ON b.id = o.id AND b.account_id = o.account_id AND b.day = o.day
        LEFT JOIN accounts_quote q ON q.id = o.quote_id AND q.currency = o.currency AND q.deleted_at IS NULL
    )
    SELECT account_id, day, round(coalesce(sum(value) FILTER (WHERE is_faulty), 0) * 100 / sum(value), 4)
        AS faulty_orders FROM judged GROUP BY 1, 2"""

SUPPORT = f"""
    SELECT s.account_id, s.day, true AS has_tickets,
        count(*) FILTER (WHERE is_open AND (t.priority = 'severe'
            OR coalesce(t.sla_due_at < s.day + 1, t.sla_breached, false))) AS severe_tickets,
        avg(t.csat) FILTER (WHERE was_solved AND t.csat BETWEEN 1 AND 5) AS satisfaction,
        count(*) FILTER (WHERE was_solved AND t.csat BETWEEN 1 AND 5) AS answers
    FROM {SUBJECTS} s JOIN accounts_ticket t USING (account_id)
    CROSS JOIN LATERAL (SELECT
        coalesce(t.solved_at >= s.day + 1, t.status IN ('new', 'open', 'waiting')) AS is_open,
        t.solved_at < s.day + 1 AND t.solved_at >= s.day - 179 AS was_solved) o
    WHERE t.deleted_at IS NULL AND t.opened_at < s.day + 1 GROUP BY 1, 2"""

TWO_WAY = "(v.kind = 'meeting' OR v.kind <> 'note' AND v.direction IN ('in', 'both'))"
ENGAGEMENT = f"""
    SELECT s.account_id, s.day, true AS has_activities,
        (s.day - max(v.happened_at::date) FILTER (WHERE {TWO_WAY})) AS contact_age,
        count(DISTINCT coalesce(w.contact_id, -v.contact_ref_id)) FILTER (WHERE {TWO_WAY}
            AND v.happened_at >= s.day - 179) AS active_people
    FROM {SUBJECTS} s JOIN accounts_activity v USING (account_id)
    LEFT JOIN accounts_contactcrosswalk w ON w.id = v.contact_ref_id
    WHERE v.deleted_at IS NULL AND v.happened_at < s.day + 1 GROUP BY 1, 2"""

DEALS = f"""
    WITH deals AS (
        SELECT s.account_id, s.day, o.id,
            coalesce(o.closed_at >= s.day + 1, o.state = 'open') AS is_open,
            o.state = 'lost' AND o.closed_at < s.day + 1 AND o.closed_at >= s.day - 89 AS is_lost,
            o.opened_at >= s.day - 29 OR (o.stage_changed_at >= s.day - 29 AND o.stage_changed_at < s.day + 1)
                AS was_moved
        FROM {SUBJECTS} s JOIN accounts_opportunity o USING (account_id)
        WHERE o.deleted_at IS NULL AND coalesce(o.opened_at < s.day + 1, true)
    ), touched AS (
        SELECT DISTINCT d.day, d.id FROM deals d JOIN accounts_activity v ON v.opportunity_id = d.id
        WHERE d.is_open AND v.deleted_at IS NULL AND v.happened_at >= d.day - 29 AND v.happened_at < d.day + 1
    )
    SELECT account_id, day, CASE WHEN bool_or(is_open AND (coalesce(was_moved, false) OR t.id IS NOT NULL))
            THEN {LIVE_DEAL}
        WHEN bool_or(is_open) THEN {STALE_DEAL} WHEN bool_or(is_lost) THEN {LOST} ELSE {NO_DEAL} END AS outlook
    FROM deals LEFT JOIN touched t USING (day, id) GROUP BY 1, 2"""

TOOL = f"""
    SELECT DISTINCT ON (s.account_id, s.day) s.account_id, s.day,
        round(CASE WHEN n.score <= 1 THEN n.score * 100 ELSE least(n.score, 100) END, 4) AS tool_score
    FROM {SUBJECTS} s JOIN accounts_insight n USING (account_id)
    WHERE n.kind = 'churn_risk' AND n.score IS NOT NULL AND n.deleted_at IS NULL
        AND n.scored_at < s.day + 1 AND n.scored_at >= s.day - 179
    ORDER BY s.account_id, s.day, n.scored_at DESC, n.id DESC"""

ORDERED = f"""
    SELECT s.account_id, s.day, min(o.order_date) AS first_order,
        count(*) FILTER (WHERE o.order_type = 'project') * 100 / count(*) AS project_share
    FROM {SUBJECTS} s JOIN accounts_order o USING (account_id)
    WHERE {_valid("o")} AND o.order_date <= s.day GROUP BY 1, 2"""

# The latest pulse of the customer or of one merged into it that holds on the day.
PULSE = f"""
    SELECT DISTINCT ON (s.account_id, s.day) s.account_id, s.day, p.points AS pulse
    FROM {SUBJECTS} s JOIN (
        SELECT coalesce(a.merged_into_id, a.id) AS account_id, p.id, p.points, p.given_at, p.expires_date,
            p.withdrawn_at FROM accounts_healthpulse p
        JOIN accounts_account a ON a.id = p.account_id
    ) p USING (account_id)
    WHERE p.given_at < s.day + 1 AND p.expires_date > s.day
        AND (p.withdrawn_at IS NULL OR p.withdrawn_at >= s.day + 1)
    ORDER BY s.account_id, s.day, p.given_at DESC, p.id DESC"""

PARTS: dict[str, str] = {
    "payment": PAYMENT, "rhythm": RHYTHM, "revenue": REVENUE, "quality": QUALITY, "support": SUPPORT,
    "engagement": ENGAGEMENT, "deals": DEALS, "tool": TOOL, "ordered": ORDERED,
    "pulse": PULSE,
}  # fmt: skip
NEVER = 730  # days that a customer who was never in two-way contact counts as silent


def measure(definition: Definition, stale: Mapping[str, list[int]]) -> None:
    """Fill `health_inputs` (one row a subject: inputs in ten-thousandths and what profiles and caps look at)."""
    execute("DROP TABLE IF EXISTS health_inputs")
    profile, params = _profile_of(definition)
    params |= {f"stale_{name}": ids for name, ids in stale.items()}
    params |= {"statuses": list(definition.closed_statuses), "reasons": _pattern(definition.closed_reasons)}
    execute(_put_together(profile, list(stale)), params)


def _pattern(words: tuple[str, ...]) -> str:
    """A pattern that finds any of the words, and nothing where there are none."""
    return "|".join(words) or "(?!)"


def _profile_of(definition: Definition) -> tuple[str, dict[str, Any]]:
    """The first profile whose condition holds, as an expression with its parameters."""
    conditions = {
        "newer_than_days": "s.day - coalesce(a.customer_since_date, first_order) BETWEEN 0 AND {} - 1",
        "project_orders_from": "coalesce(project_share, 0) >= {}",
    }
    branches: list[str] = []
    params: dict[str, Any] = {}
    for place, profile in enumerate(definition.profiles.values()):
        tests = [conditions[word].format(f"%(p{place}_{word})s") for word in profile.when if word in conditions]
        named = [
            column for word, column in (
                ("segments", f"a.segment = ANY(%(p{place}_segments)s)"), ("tags", f"a.tags && %(p{place}_tags)s"),
            ) if word in profile.when
        ]  # fmt: skip
        tests += [f"({' OR '.join(f'coalesce({test}, false)' for test in named)})"] if named else []
        branches.append(f"WHEN {' AND '.join(tests) or 'true'} THEN %(p{place})s")
        params |= {f"p{place}": profile.name} | {f"p{place}_{word}": value for word, value in profile.when.items()}
    return f"CASE {' '.join(branches)} END", params


# What a measure's input is, before the age of its sources is asked; `linked_` says a source would tell.
VALUES: dict[str, str] = {
    "beyond_terms": "CASE WHEN payment_items >= 3 THEN beyond_terms END",
    "overdue_share": "overdue_share",
    "cadence": "CASE WHEN order_days >= 4 THEN cadence END",
    "revenue_change": "revenue_change",
    "faulty_orders": "faulty_orders",
    "severe_tickets": "coalesce(severe_tickets, CASE WHEN {linked_ticket} THEN 0 END)",
    "satisfaction": "CASE WHEN answers >= 3 THEN round(satisfaction, 4) END",
    "contact_age": "CASE WHEN has_activities OR {linked_activity} THEN "
    f"least(coalesce(contact_age, {NEVER}), {NEVER}) END",
    "active_people": "CASE WHEN has_activities OR {linked_activity} THEN coalesce(active_people, 0) END",
    "outlook": f"coalesce(outlook, CASE WHEN {{linked_opportunity}} THEN {NO_DEAL} END)",
    "tool_score": "tool_score",
    "oldest_overdue": "oldest_overdue",
}
# Whether a customer has nothing that a measure could be taken from.
EMPTY = {
    "beyond_terms": "coalesce(payment_items, 0) = 0", "overdue_share": "overdue_share IS NULL",
    "faulty_orders": "faulty_orders IS NULL",
}  # fmt: skip


def _linked(object: str) -> str:
    told = f"SELECT array_agg(DISTINCT source_id) FROM accounts_sourcestate WHERE object = '{object}'"
    return f"coalesce(a.source_ids && ({told}), false)"


def _idle(name: str, links: Mapping[str, str], lates: Mapping[str, str]) -> str:
    tests = [f"({VALUES['cadence']}) IS NOT NULL", EMPTY[name], links[f"linked_{IDLE[name]}"]]
    tests += [f"NOT ({late})" for late in (lates[name], lates["cadence"]) if late]
    return f"{' AND '.join(tests)} AS idle_{name}"


def _put_together(profile: str, stale: list[str]) -> sql.Composable:
    links = {f"linked_{name}": _linked(name) for name in ("ticket", "activity", "opportunity", "invoice", "order")}
    lates = {name: f"a.source_ids && %(stale_{name})s::smallint[]" if name in stale else "" for name in VALUES}
    columns = [_idle(name, links, lates) for name in IDLE]
    for name, value in VALUES.items():
        whole, late = f"round(({value.format(**links)}) * 10000)::bigint", lates[name]
        known = f"CASE WHEN NOT ({late}) THEN {whole} END" if late else whole
        columns += [f"{known} AS input_{name}", f"{late or 'false'} AS stale_{name}"]
    joins = " ".join(f"LEFT JOIN ({part}) health_{name} USING (account_id, day)" for name, part in PARTS.items())
    return sql.SQL(
        "CREATE TEMP TABLE health_inputs ON COMMIT DROP AS "
        f"SELECT s.account_id, s.day, {profile} AS profile, {', '.join(columns)}, "
        "last_order, coalesce(pulse, 0) AS pulse, coalesce(a.credit_hold, false) AS hold, "
        "coalesce(a.status = ANY(%(statuses)s), false) "
        "OR coalesce(a.credit_hold AND a.credit_hold_reason ~* %(reasons)s, false) AS closed "
        f"FROM {SUBJECTS} s JOIN accounts_account a ON a.id = s.account_id {joins}"
    )
