"""One customer: who it is, under which keys each system knows it, its figures, people and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.access import (
    FIGURES,
    field_access,
    get_account_or_404,
    may_list,
    restrict,
    scope_of,
    shown,
    shown_figures,
    visible_accounts,
)
from accounts.access.fields import Reader
from accounts.models import Account, AccountCrosswalk, Address, Contact, Source
from accounts.selectors.customer_figures import figures_of
from accounts.selectors.sections import Section, section
from accounts.selectors.sources import record_url, sources


@dataclass(frozen=True)
class Chip:
    """A source's own record of the customer."""

    source_id: int
    source: str
    label: str
    key: str
    url: str | None


@dataclass(frozen=True)
class Customer:
    """The header of a customer page: what may be seen, what may not, and how it is known elsewhere."""

    id: int
    requested_id: int
    account: Account
    values: dict[str, Any]
    redacted: tuple[str, ...]
    figures: dict[str, Any]
    hidden_figures: tuple[str, ...]
    chips: tuple[Chip, ...]
    territory: str | None
    parent: Account | None
    children_count: int

    @property
    def merged(self) -> bool:
        """Whether the id asked for has been merged into this customer."""
        return self.id != self.requested_id

    @property
    def disputed(self) -> tuple[str, ...]:
        """Fields on which sources disagree, as far as the user sees them."""
        return tuple(name for name in self.figures.get("disputed") or () if name not in self.redacted)


def get_customer(user: Reader, id: int) -> Customer:
    """The customer the id leads to, as the user may see it; 404 where the user may not."""
    account = get_account_or_404(user, id)
    fields = shown(account, user, "account")
    figures = shown_figures(figures_of(account, tuple(FIGURES)), user)
    return Customer(
        id=account.pk,
        requested_id=id,
        account=account,
        values=fields.values,
        redacted=fields.redacted,
        figures=figures.values,
        hidden_figures=figures.redacted,
        chips=list_chips(user, account, sources()),
        territory=account.sales_territory.label if account.sales_territory else None,
        parent=_visible_parent(user, account),
        children_count=visible_accounts(user).filter(parent=account).count(),
    )


def list_chips(user: Reader, account: Account, known: dict[int, Source]) -> tuple[Chip, ...]:
    """Live records of the customer, by source; none where numbers of customers are masked."""
    if not field_access(user, "account").allows("customer_number"):
        return ()
    rows = AccountCrosswalk.objects.filter(account=account, deleted_at__isnull=True)
    chips = (_chip(walk, known[walk.source_id]) for walk in rows if walk.source_id in known)
    return tuple(sorted(chips, key=lambda chip: (chip.label, chip.key)))


def _chip(walk: AccountCrosswalk, source: Source) -> Chip:
    return Chip(source.pk, source.name, source.label, walk.key, record_url(source, "account", walk.key))


def _visible_parent(user: Reader, account: Account) -> Account | None:
    parent = account.parent
    return parent if parent is not None and scope_of(user).covers(parent) else None


def list_children(user: Reader, account: Account, *, limit: int = 50) -> list[Account]:
    """Companies directly below the customer that the user may see, by name."""
    return list(visible_accounts(user).filter(parent=account).order_by("name", "id")[:limit])


def list_contacts(user: Reader, account: Account, *, limit: int = 50) -> Section | None:
    """People at the customer, those still there first; None where the user sees no people."""
    if not may_list(user, "contact"):
        return None
    rows = restrict(Contact.objects.filter(account=account), user, "contact", account_path=None)
    return section(user, "contact", rows.order_by("status", "name", "id"), {}, limit=limit)


def list_addresses(user: Reader, account: Account, *, limit: int = 50) -> Section | None:
    """Places of the customer."""
    rows = restrict(Address.objects.filter(account=account), user, "address", account_path=None)
    return section(user, "address", rows.order_by("kind", "id"), {}, limit=limit)
