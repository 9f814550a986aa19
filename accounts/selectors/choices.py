"""What the filters of the customer list offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models.functions import Collate

from accounts.access import field_access, visible_accounts
from accounts.access.fields import Reader

OFFERED = ("country", "segment", "owner", "industry")
SAMPLE = 5_000  # enough to meet every value that is worth a line in a menu; a full scan of a million isn't


def list_choices(user: Reader) -> Mapping[str, Sequence[str]]:
    """Values of the fields people filter by, as met among the customers the user sees; one query."""
    seen = [name for name in OFFERED if field_access(user, "account").allows(name)]
    if not seen:
        return {}
    met = visible_accounts(user).order_by().values(*seen)[:SAMPLE]
    found = met.aggregate(**{f"{name}_values": ArrayAgg(_plain(name), distinct=True) for name in seen})
    return {name: sorted(filter(None, found[f"{name}_values"] or ()), key=str.casefold) for name in seen}


def _plain(name: str) -> Collate:
    """Compared letter by letter: putting thousands into the order of a language took longer than reading them."""
    return Collate(name, "C")
