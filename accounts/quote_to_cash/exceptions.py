"""Exceptions in sets: what rules find now against what stands, so that nothing is doubled and all closes by itself.

There is one row for a rule and a document or line. Found again after it was resolved, it opens again; what a
person called no issue or accepted opens again only once the value at stake has moved by a tenth.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.frames import execute
from accounts.quote_to_cash.billing_rules import BILLING_RULES
from accounts.quote_to_cash.links import CODE, DEAL, INVOICE, ORDER, QUOTE
from accounts.quote_to_cash.order_rules import ORDER_RULES
from accounts.quote_to_cash.papers import WHO, make
from accounts.quote_to_cash.rules import exception_rules, tolerances
from accounts.selectors.money import base_currency

RULES = {**ORDER_RULES, **BILLING_RULES}
FOUND = {
    "account_id": "bigint", "object": "smallint", "row_id": "bigint", "document_object": "smallint",
    "document_id": "bigint", "other_object": "smallint", "other_id": "bigint", "label": "text", "expected": "text",
    "found": "text", "difference": "numeric", "unit": "text", "currency": "text", "at_stake": "numeric",
    "since_date": "date", "legal_entity": "text", "reason": "text",
}  # fmt: skip
VALUES = (
    "account_id", "document_object", "document_id", "other_object", "other_id", "chain_id", "label", "expected",
    "found", "difference", "unit", "currency", "at_stake", "since_date", "legal_entity",
)  # fmt: skip
OPEN = "('new', 'assigned', 'waiting')"
SAME = "e.rule = f.rule AND e.object = f.object AND e.row_id = f.row_id"
MOVED = "abs(coalesce(e.at_stake, 0) - coalesce(f.at_stake, 0)) > 0.1 * abs(coalesce(e.at_stake, 0))"
# The owner of everything above a customer; parents never make a circle.
GROUP_OF = """
    CREATE OR REPLACE FUNCTION pg_temp.group_of(member bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
        WITH RECURSIVE up AS (
            SELECT a.id, a.parent_id, 1 AS height FROM accounts_account a WHERE a.id = member
            UNION ALL SELECT a.id, a.parent_id, up.height + 1 FROM up JOIN accounts_account a ON a.id = up.parent_id
            WHERE up.height < 20
        ) SELECT id FROM up ORDER BY height DESC LIMIT 1 $$"""
# Grain: one document with the chain it belongs to.
CHAIN_OF = f"""
    SELECT d.object, d.id, c.id AS chain_id FROM (
        SELECT {DEAL} AS object, id, {DEAL} AS root_object, id AS root_id FROM cash_opportunity
        UNION ALL SELECT {QUOTE}, id, root_object, root_id FROM root_quote
        UNION ALL SELECT {ORDER}, id, root_object, root_id FROM root_order
        UNION ALL SELECT {INVOICE}, id, root_object, root_id FROM root_invoice
        UNION ALL SELECT {CODE["credit_note"]}, c.id, r.root_object, r.root_id FROM cash_credit c
            JOIN root_invoice r ON r.id = c.invoice_id
    ) d JOIN accounts_chain c USING (root_object, root_id)"""
ACCEPT = """
    UPDATE cash_found f SET acceptance_id = a.id
    FROM (SELECT d.*, coalesce(c.merged_into_id, c.id) AS whose FROM accounts_accepteddifference d
        LEFT JOIN accounts_account c ON c.id = d.account_id
        WHERE d.ended_at IS NULL AND d.until_date >= %(today)s) a
    WHERE a.rule = f.rule AND (a.whose IS NULL OR a.whose = f.account_id)
        AND (a.up_to IS NULL OR coalesce(f.at_stake, 0) <= a.up_to)"""
# What stands and is found again, with the state it comes to; grain: one exception.
JUDGE = f"""
    SELECT e.id, e.state AS former, CASE
            WHEN f.acceptance_id IS NOT NULL THEN 'accepted'
            WHEN e.state = 'resolved' OR e.state = 'accepted' AND e.acceptance_id IS NOT NULL THEN 'new'
            WHEN e.state IN ('dismissed', 'accepted') AND {MOVED} THEN 'new'
            ELSE e.state END AS state, f.*
    FROM cash_found f JOIN accounts_processexception e ON {SAME}"""
UPDATE = f"""
    UPDATE accounts_processexception e SET {", ".join(f"{name} = j.{name}" for name in VALUES)}, state = j.state,
        acceptance_id = CASE WHEN j.state = 'accepted' THEN coalesce(j.acceptance_id, e.acceptance_id) END,
        closed_at = CASE WHEN j.state IN {OPEN} THEN NULL ELSE coalesce(e.closed_at, %(at)s) END, changed_at = %(at)s
    FROM cash_judged j WHERE e.id = j.id
        AND ROW({", ".join(f"e.{name}" for name in (*VALUES, "state"))})
            IS DISTINCT FROM ROW({", ".join(f"j.{name}" for name in (*VALUES, "state"))})"""
TOLD = """
    INSERT INTO accounts_exceptionevent (exception_id, at, what, text)
    SELECT id, %(at)s, CASE WHEN state = 'accepted' THEN 'accepted' ELSE 'reopened' END,
        CASE WHEN state = 'accepted' THEN 'An accepted difference covers it.' WHEN former = 'resolved'
            THEN 'Found again.' WHEN former = 'accepted' THEN 'No accepted difference covers it any more.'
            ELSE 'The value at stake has moved.' END
    FROM cash_judged WHERE state <> former"""
INSERT = f"""
    INSERT INTO accounts_processexception (rule, object, row_id, {", ".join(VALUES)}, state, reason, team,
        acceptance_id, opened_at, changed_at, closed_at)
    SELECT f.rule, f.object, f.row_id, {", ".join(f"f.{name}" for name in VALUES)},
        CASE WHEN f.acceptance_id IS NULL THEN 'new' ELSE 'accepted' END, f.reason, f.team, f.acceptance_id,
        %(at)s, %(at)s, CASE WHEN f.acceptance_id IS NOT NULL THEN %(at)s::timestamptz END
    FROM cash_found f WHERE NOT EXISTS (SELECT FROM accounts_processexception e WHERE {SAME})
    ORDER BY f.account_id, f.rule, f.object, f.row_id ON CONFLICT DO NOTHING"""
RESOLVE = f"""
    WITH over AS (
        UPDATE accounts_processexception e SET state = 'resolved', closed_at = %(at)s, changed_at = %(at)s
        WHERE e.account_id IN (SELECT account_id FROM {WHO}) AND e.state IN {OPEN}
            AND NOT EXISTS (SELECT FROM cash_found f WHERE {SAME})
        RETURNING e.id
    )
    INSERT INTO accounts_exceptionevent (exception_id, at, what, text)
    SELECT id, %(at)s, 'resolved', 'The source no longer shows it.' FROM over"""


def find_exceptions(today: date) -> None:
    """The table cash_found of what the rules find among the gathered documents."""
    execute(GROUP_OF)
    make("cash_found", _nothing())
    params = parameters(today)
    for code, rule in exception_rules().rules.items():
        query = RULES[code].replace("group_of(", "pg_temp.group_of(")
        execute(
            f"INSERT INTO cash_found (rule, team, {', '.join(FOUND)}) SELECT %(rule)s, %(team)s, "
            + ", ".join(_picked(name) for name in FOUND)
            + f" FROM ({query}) q ({', '.join(FOUND)}) WHERE q.account_id IS NOT NULL",
            params | {"rule": code, "team": rule.team, "usual": rule.reason},
        )
    make("cash_chain_of", CHAIN_OF)
    execute(
        "UPDATE cash_found f SET chain_id = c.chain_id FROM cash_chain_of c "
        "WHERE c.object = f.document_object AND c.id = f.document_id"
    )
    execute(ACCEPT, {"today": today})
    execute("ANALYZE cash_found")


def store_exceptions(at: datetime) -> int:
    """Bring the exceptions of the gathered customers to what was found; how many changed."""
    params = {"at": at}
    resolved = execute(RESOLVE, params)
    changed = 0
    if make("cash_judged", JUDGE):
        execute(TOLD, params)
        changed = execute(UPDATE, params)
    return resolved + changed + execute(INSERT, params)


def parameters(today: date) -> dict[str, Any]:
    """Tolerances by name and part, and the days that rules count from."""
    known, rules = tolerances(), exception_rules()
    params: dict[str, Any] = {"today": today, "base": base_currency()}
    for name, limits in known.items():
        params |= {
            f"{name}_percent": limits.percent or Decimal(0),
            f"{name}_amount": limits.amount or Decimal(0),
            f"{name}_days": limits.days or 0,
        }
    params["won_before"] = rules.working_days_before(today, params["won_to_order_days"])
    params["since"] = today - timedelta(days=rules.look_back_days)
    return params


def _picked(name: str) -> str:
    """A found value as the table holds it: amounts to four places, the rule's usual reason where none is told."""
    if name == "reason":
        return "coalesce(q.reason, %(usual)s)"
    return f"round(q.{name}::numeric, 4)" if FOUND[name] == "numeric" else f"q.{name}::{FOUND[name]}"


def _nothing() -> str:
    kept = ", ".join(["rule", "team", "chain_id", "acceptance_id", *FOUND])
    return f"SELECT {kept} FROM accounts_processexception WHERE false"
