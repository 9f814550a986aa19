"""The step that renews links, chains and exceptions of touched customers, in that order."""

from __future__ import annotations

from datetime import date, datetime

from accounts.quote_to_cash.chains import make_chains, store_chains
from accounts.quote_to_cash.exceptions import find_exceptions, store_exceptions
from accounts.quote_to_cash.links import make_links, store_links
from accounts.quote_to_cash.papers import gather
from accounts.quote_to_cash.rules import tolerances


def renew_cash(*, at: datetime, today: date) -> int:
    """Bring what follows from the touched customers' documents to what they say; how many rows changed."""
    if not gather():
        return 0
    make_links(tolerances()["inferred_link"])
    changed = store_links()
    make_chains(today)
    changed += store_chains()
    find_exceptions(today)
    return changed + store_exceptions(at)
