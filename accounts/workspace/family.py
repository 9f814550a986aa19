"""A customer and all that were merged into it: what was written on any of them belongs on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Account

# Grain: one row a customer that leads to the survivor, the survivor included; merges may follow one another.
FAMILY = """
    WITH RECURSIVE line AS (
        SELECT %s::bigint AS id
         UNION SELECT a.id FROM accounts_account a JOIN line ON a.merged_into_id = line.id)
    SELECT id FROM line
"""


def account_family(account: Account) -> QuerySet[Any, Any]:
    """Ids of the customer and of those merged into it, as a subquery for the rows they own."""
    return Account.objects.filter(pk__in=RawSQL(FAMILY, [account.pk])).values("pk")
