"""Alerts from findings, in sets: opened, renewed, closed; never two open for one rule and subject.

A finding is a row (account_id, source_id, subject, value, facts) of a query. What a rule no longer finds
closes by itself; what closed opens again only after the cool-down. While a source that a rule needs is in
error, alerts of its customers neither open nor close: silence of a source is no news of a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from psycopg import sql

from accounts.alerts.rules import AlertRule, AlertRules, alert_rules
from accounts.alerts.versions import rules_in_force
from accounts.frames import execute
from accounts.golden.touched import TABLE
from accounts.models.source_state import SourceState

FINDINGS = "alert_findings"
NOTHING = (
    "SELECT NULL::bigint AS account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value, "
    "NULL::jsonb AS facts WHERE false"
)
BROKEN = ("error", "action")
SAME = (
    "a.rule = %(rule)s AND a.closed_at IS NULL AND a.subject = f.subject "
    "AND a.account_id IS NOT DISTINCT FROM f.account_id AND a.source_id IS NOT DISTINCT FROM f.source_id"
)
OPEN = f"""
    INSERT INTO accounts_alert (rule, account_id, source_id, subject, severity, value, facts, opened_at, renewed_at,
        snooze_reason, muted, held_back)
    SELECT %(rule)s, f.account_id, f.source_id, f.subject, %(severity)s, f.value, f.facts, %(at)s, %(at)s,
        '', false, false
    FROM {FINDINGS} f
    WHERE NOT f.waits
        AND NOT EXISTS (SELECT FROM accounts_alert a WHERE {SAME})
        AND NOT EXISTS (SELECT FROM accounts_alert a WHERE a.rule = %(rule)s AND a.closed_at > %(cool)s
            AND a.subject = f.subject AND a.account_id IS NOT DISTINCT FROM f.account_id
            AND a.source_id IS NOT DISTINCT FROM f.source_id)
    ORDER BY f.account_id, f.source_id, f.subject ON CONFLICT DO NOTHING"""
RENEW = f"""
    UPDATE accounts_alert a SET value = f.value, facts = f.facts, renewed_at = %(at)s
    FROM {FINDINGS} f WHERE {SAME} AND NOT f.waits
        AND ROW(a.value, a.facts) IS DISTINCT FROM ROW(f.value, f.facts)"""
CLOSE = f"""
    UPDATE accounts_alert a SET closed_at = %(at)s, muted = false
    WHERE a.rule = %(rule)s AND a.closed_at IS NULL AND {{within}}
        AND NOT EXISTS (SELECT FROM {FINDINGS} f WHERE {SAME})
        AND NOT EXISTS (SELECT FROM accounts_account c WHERE c.id = a.account_id AND c.source_ids && %(broken)s
            AND c.merged_into_id IS NULL)"""


@dataclass(frozen=True, slots=True)
class Raised:
    """What a rule's findings changed."""

    opened: int = 0
    renewed: int = 0
    closed: int = 0

    @property
    def changed(self) -> int:
        """Rows written."""
        return self.opened + self.renewed + self.closed


def raise_alerts(
    rule: str,
    findings: str | sql.Composable,
    params: Mapping[str, Any] | None = None,
    *,
    at: datetime,
    touched_only: bool = False,
    known: AlertRules | None = None,
) -> Raised:
    """Bring a rule's alerts to what a query finds now: (account_id, source_id, subject, value, facts).

    With `touched_only` the query tells of customers in the touched set, and only theirs are closed; else it
    tells everything there is, and whatever it does not find is over. One finding a subject: the first wins. A rule that
    is switched off finds nothing.
    """
    known = known or rules_in_force()
    spec = known.rules[rule]
    findings = findings if spec.on else NOTHING
    broken = broken_sources(spec)
    with transaction.atomic():
        found = _stage(findings, dict(params or {}), broken)
        values = {
            "rule": rule,
            "severity": spec.severity,
            "at": at,
            "cool": at - timedelta(days=known.cool_down_days),
            "broken": broken,
        }
        within = f"a.account_id IN (SELECT account_id FROM {TABLE})" if touched_only else "true"
        closed = execute(CLOSE.format(within=within), values)
        return Raised(execute(OPEN, values), execute(RENEW, values), closed) if found else Raised(closed=closed)


def broken_sources(rule: AlertRule) -> list[int]:
    """Sources of which a stream that the rule needs is in error."""
    if not rule.needs:
        return []
    rows = SourceState.objects.filter(state__in=BROKEN, object__in=rule.needs, source__retired_at__isnull=True)
    return sorted(set(rows.values_list("source_id", flat=True)))


def mute_waiting() -> int:
    """Mark open alerts whose rule waits for a source in error, and unmark the others; how many changed."""
    changed = 0
    for rule in alert_rules().rules.values():
        waits = "(c.source_ids && %(broken)s)"
        changed += execute(
            f"UPDATE accounts_alert a SET muted = {waits} FROM accounts_account c WHERE c.id = a.account_id "
            f"AND a.rule = %(rule)s AND a.closed_at IS NULL AND a.muted <> {waits}",
            {"rule": rule.name, "broken": broken_sources(rule)},
        )
    return changed


def _stage(findings: str | sql.Composable, params: dict[str, Any], broken: list[int]) -> int:
    """The findings, one a subject, each with whether a source it needs is in error; how many."""
    body = sql.SQL(findings) if isinstance(findings, str) else findings
    execute(f"DROP TABLE IF EXISTS {FINDINGS}")
    count = execute(
        sql.SQL(
            "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT DISTINCT ON (f.account_id, f.source_id, subject) "
            "f.account_id::bigint, f.source_id::smallint, coalesce(f.subject, '') AS subject, "
            "f.value::numeric(20, 4) AS value, coalesce(f.facts, '{{}}')::jsonb AS facts, "
            "coalesce(c.source_ids && %(sources_in_error)s::smallint[], false) AS waits "
            "FROM ({}) f LEFT JOIN accounts_account c ON c.id = f.account_id "
            "ORDER BY f.account_id, f.source_id, subject, f.value DESC NULLS LAST"
        ).format(sql.Identifier(FINDINGS), body),
        params | {"sources_in_error": broken},
    )
    if count:
        execute(f"ANALYZE {FINDINGS}")
    return count
