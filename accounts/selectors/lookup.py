"""From what a source calls a customer to the customer."""

from __future__ import annotations

from django.http import Http404

from accounts.access import get_account_or_404
from accounts.access.fields import Reader
from accounts.models import Account, AccountCrosswalk


def find_by_key(user: Reader, source: str, key: str) -> Account:
    """The customer a source's record belongs to; not found if unknown or not the user's to see."""
    walk = AccountCrosswalk.objects.filter(source__name=source, key=key, account__isnull=False).first()
    if walk is None or walk.account_id is None:
        raise Http404("No customer is known under this key.")
    return get_account_or_404(user, walk.account_id)
