"""Who may write on a customer, and what a text must be."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.access import scope_of, treatment
from accounts.models import Account, User

LONGEST = 10_000


class NotAllowed(PermissionDenied):
    """The person may not do this to the row."""


class EmptyText(ValueError):
    """Nothing was written, or more than a note holds."""


def require_sight(user: User, account: Account) -> None:
    """Refuses who does not see the customer by its name; a masked one can't be written about."""
    if treatment(user, "identity") != "full" or not scope_of(user).covers(account):
        raise NotAllowed("You can only write on customers you see.")


def clean_text(text: str, what: str) -> str:
    """The text without blanks around it; refused where nothing remains."""
    cleaned = text.replace("\x00", "").strip()
    if not cleaned:
        raise EmptyText(f"{what} is empty. Write something first.")
    if len(cleaned) > LONGEST:
        raise EmptyText(f"{what} is longer than {LONGEST:,} characters. Shorten it.")
    return cleaned
