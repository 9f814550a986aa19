"""Whose day it is: a customer's figures turn at midnight where the legal entity that serves it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.frames import execute, rows
from accounts.golden.touched import TABLE, touch

# The day of each customer `a`: in the zone of its legal entity, where that has one, else in the portal's.
LOCAL_DAY = "(%(at)s::timestamptz AT TIME ZONE coalesce(nullif(e.timezone, ''), %(zone)s))::date"


def local_days(at: datetime) -> set[date]:
    """The days it is now in the portal's zone and in those of the legal entities; two or three at most."""
    zones = {str(zone) for (zone,) in rows("SELECT DISTINCT timezone FROM accounts_legalentity")}
    return {at.astimezone(ZoneInfo(zone or settings.TIME_ZONE)).date() for zone in zones | {""}}


def each_day(at: datetime) -> Iterator[date]:
    """Each day it is somewhere, with the touched set narrowed meanwhile to the customers whose day it is."""
    days = local_days(at)
    if len(days) == 1:
        yield days.pop()
        return
    execute(f"ALTER TABLE {TABLE} RENAME TO touched_anywhere")
    for today in sorted(days):
        execute(
            f"CREATE TEMP TABLE {TABLE} ON COMMIT DROP AS SELECT t.account_id FROM touched_anywhere t "
            "JOIN accounts_account a ON a.id = t.account_id "
            f"LEFT JOIN accounts_legalentity e ON e.code = a.legal_entity WHERE {LOCAL_DAY} = %(today)s",
            {"at": at, "zone": settings.TIME_ZONE, "today": today},
        )
        execute(f"ANALYZE {TABLE}")
        yield today
        execute(f"DROP TABLE {TABLE}")
    execute(f"ALTER TABLE touched_anywhere RENAME TO {TABLE}")


def touch_behind(at: datetime, *, after: int, limit: int) -> int:
    """Add customers, by id, whose figures are of a day that is over where they are; the last id, 0 for none."""
    touch(
        "SELECT s.account_id FROM accounts_accountsummary s JOIN accounts_account a ON a.id = s.account_id "
        "LEFT JOIN accounts_legalentity e ON e.code = a.legal_entity "
        f"WHERE s.computed_date < {LOCAL_DAY} AND s.account_id > %(after)s ORDER BY s.account_id LIMIT {limit}",
        {"at": at, "zone": settings.TIME_ZONE, "after": after},
    )
    return int(rows(f"SELECT coalesce(max(account_id), 0) FROM {TABLE}")[0][0])


def fall_behind(currencies: Sequence[str]) -> int:
    """Let the daily pass renew whoever has something open in these currencies, since their rate is another one now."""
    return execute(
        "UPDATE accounts_accountsummary SET computed_date = computed_date - 1 WHERE account_id IN ("
        "SELECT account_id FROM accounts_invoice "
        "WHERE status = 'open' AND open_amount > 0 AND currency = ANY(%(codes)s) "
        "UNION SELECT account_id FROM accounts_creditnote WHERE open_amount > 0 AND currency = ANY(%(codes)s) "
        "UNION SELECT account_id FROM accounts_payment WHERE unapplied_amount > 0 AND currency = ANY(%(codes)s))",
        {"codes": list(currencies)},
    )
