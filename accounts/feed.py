"""The change feed: written under the publish lane, so that numbers follow commits; read from a number on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q, QuerySet

from accounts.access import scope_of, treatment
from accounts.access.fields import Reader
from accounts.alerts.inbox import rules_of
from accounts.frames import execute, rows
from accounts.models import FeedEvent

KEPT = timedelta(days=90)
BULK = 20_000  # more customers at once than this are not told one by one: readers list them anew
# Grain: one row a customer whose golden record changed at this moment, and one an alert that opened then.
HAPPENED = """
    SELECT CASE WHEN a.merged_into_id IS NOT NULL THEN 'customer.merged'
                WHEN a.created_at = %(at)s THEN 'customer.created' ELSE 'customer.updated' END AS type,
        a.id AS account_id, CASE WHEN a.merged_into_id IS NULL THEN '{}'::jsonb
            ELSE jsonb_build_object('into', a.merged_into_id::text) END AS detail
    FROM accounts_account a WHERE a.changed_at = %(at)s
    UNION ALL
    SELECT 'alert.opened', l.account_id, jsonb_build_object('rule', l.rule, 'severity', l.severity)
    FROM accounts_alert l WHERE l.opened_at = %(at)s AND l.account_id IS NOT NULL"""
NEW = f"""
    SELECT h.* FROM ({HAPPENED}) h WHERE NOT EXISTS (SELECT FROM accounts_feedevent f WHERE f.at = %(at)s
        AND f.type = h.type AND f.account_id = h.account_id AND f.detail = h.detail)"""
LAST = "(SELECT coalesce(max(seq), 0) FROM accounts_feedevent)"


class TooOld(ValueError):
    """What was asked for has been forgotten: the caller lists everything anew and goes on from there."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some of the feed in order, where to go on, and whether there is more."""

    events: tuple[FeedEvent, ...]
    next: int
    has_more: bool


def note_changes(*, at: datetime, today: date) -> int:
    """Put what happened at this moment into the feed; only whoever holds the publish lane may call this."""
    if not rows("SELECT 1 FROM accounts_account WHERE changed_at = %s LIMIT 1", [at]) and not rows(
        "SELECT 1 FROM accounts_alert WHERE opened_at = %s LIMIT 1", [at]
    ):
        return 0
    many = rows(f"SELECT count(*) FROM (SELECT 1 FROM accounts_account WHERE changed_at = %s LIMIT {BULK + 1}) x", [at])
    if many[0][0] > BULK:
        return execute(
            f"INSERT INTO accounts_feedevent (seq, type, account_id, at, detail) SELECT {LAST} + 1, 'feed.reset', "
            "NULL, %(at)s, '{}' WHERE NOT EXISTS (SELECT FROM accounts_feedevent f WHERE f.at = %(at)s)",
            {"at": at},
        )
    return execute(
        f"INSERT INTO accounts_feedevent (seq, type, account_id, at, detail) SELECT {LAST} + "
        f"row_number() OVER (ORDER BY n.account_id, n.type), n.type, n.account_id, %(at)s, n.detail FROM ({NEW}) n",
        {"at": at},
    )


def forget_old(*, now: datetime) -> int:
    """Drop what is older than it is kept; the last number always stays, so that none is given twice."""
    return execute(f"DELETE FROM accounts_feedevent WHERE at < %s AND seq < {LAST}", [now - KEPT])


def visible_events(user: Reader) -> QuerySet[FeedEvent]:
    """Events about customers, and alerts of rules, that the reader may see; `feed.reset` concerns everybody."""
    if treatment(user, "identity") == "none":
        return FeedEvent.objects.none()
    scope = scope_of(user)
    told = ~Q(type="alert.opened") | Q(detail__rule__in=[rule.name for rule in rules_of(user)])
    events = FeedEvent.objects.filter(told)
    return events if scope.everything else events.filter(scope.condition("account") | Q(account=None))


def read_feed(user: Reader, *, after: int, types: tuple[str, ...] = (), limit: int = 100) -> FeedPage:
    """What came after a number, in order. Raises TooOld where some of it is gone."""
    oldest = FeedEvent.objects.aggregate(Min("seq"))["seq__min"]
    if after and oldest is not None and after < oldest - 1:
        raise TooOld(f"The feed begins with {oldest}; list customers anew and go on from its last number.")
    events = visible_events(user).filter(seq__gt=after)
    if types:
        events = events.filter(type__in=(*types, "feed.reset"))
    found = list(events.order_by("seq")[: limit + 1])
    shown = tuple(found[:limit])
    return FeedPage(shown, shown[-1].seq if shown else after, len(found) > limit)
