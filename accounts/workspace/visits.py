"""When somebody looked at a customer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Account, User, Visit

SAME_VISIT = timedelta(minutes=30)

# One row a person and customer; clicking through the tabs is one visit, and what came before it stays new.
NOTE = """
    INSERT INTO accounts_visit AS v (user_id, account_id, at, before_at) VALUES (%(user)s, %(account)s, %(now)s, NULL)
    ON CONFLICT (user_id, account_id) DO UPDATE
       SET at = %(now)s, before_at = CASE WHEN v.at < %(fresh)s THEN v.at ELSE v.before_at END
     WHERE v.at < %(now)s - interval '1 minute'
"""


def note_visit(*, account: Account, by: User, now: datetime) -> None:
    """The person has looked at the customer; no audit entry, since the request is logged already."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"user": by.pk, "account": account.pk, "now": now, "fresh": now - SAME_VISIT})


def last_visit(user: User, account: Account, now: datetime) -> datetime | None:
    """When the person looked at the customer before the present visit; None the first time."""
    visit = Visit.objects.filter(user=user, account=account).first()
    if visit is None:
        return None
    return visit.at if visit.at < now - SAME_VISIT else visit.before_at
