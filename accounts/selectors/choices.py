"""What the filters of the customer list offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from accounts.access import field_access, visible_accounts
from accounts.access.fields import Reader
from accounts.models import Account

OFFERED = ("country", "segment", "owner", "industry")
SAMPLE = 5_000  # enough to meet every value that is worth a line in a menu; a full scan of a million isn't


def list_choices(user: Reader) -> Mapping[str, Sequence[str]]:
    """Values of the fields people filter by, as met among the customers the user sees; one query."""
    seen = [name for name in OFFERED if field_access(user, "account").allows(name)]
    if not seen:
        return {}
    some = visible_accounts(user).order_by().values("pk")[:SAMPLE]
    distinct = {
        f"{name}_values": ArrayAgg(name, distinct=True, filter=Q(**{f"{name}__isnull": False})) for name in seen
    }
    found = Account.objects.filter(pk__in=some).aggregate(**distinct)
    return {name: found[f"{name}_values"] or () for name in seen}
