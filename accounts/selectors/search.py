"""Find customers by anything: exact numbers and prefixes first, then names despite typos and accents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.access import field_access, scope_of
from accounts.access.fields import Reader
from accounts.catalogue.fields import OWN_PREFIX
from accounts.models import Account
from accounts.models.identifier import schemes
from accounts.selectors.search_similar import find_similar
from accounts.selectors.search_sql import CONTAINS, EXACT, NUMBERS, PREFIX, Found, fold, holding, run

FUZZY_FROM = 4  # shorter texts share their trigrams with half of all names
NARROW_TO = 500
NAMES_APART = re.compile(r"\s[·.]\s|\n")  # as publish joins the names of a customer
STEPS = ("number", "name", "part", "similar")


@dataclass(frozen=True)
class Hit:
    """A customer found, and what of it held the text."""

    id: int
    name: str
    country: str | None
    city: str | None
    why: str
    score: float


def search_customers(user: Reader, text: str, *, limit: int = 10) -> tuple[Hit, ...]:
    """Customers the text means, the surest first; none for roles that see names masked."""
    text = " ".join(text.replace("\x00", "").split())[:100]
    if len(text) < 2 or not field_access(user, "account").allows("name"):
        return ()
    found: dict[int, Found] = {}
    for row in _steps(user, text, limit):
        found.setdefault(row.account_id, row)
    ranked = sorted(found.values(), key=lambda row: (STEPS.index(row.step), -row.score, row.account_id))
    return _hits(ranked[:limit], text)


def narrow(accounts: QuerySet[Account], user: Reader, text: str) -> QuerySet[Account]:
    """The given customers narrowed to those the text means, for a list that has its own order."""
    text = " ".join(text.replace("\x00", "").split())[:100]
    values = _values(user, text, NARROW_TO)
    if numbered := run(EXACT, values, user):
        return accounts.filter(pk__in={row.account_id for row in numbered})
    named = accounts
    for word in fold(text).split():
        named = named.filter(search__names__contains=word)
    if len(text) < FUZZY_FROM or named.order_by().exists():
        return named
    return accounts.filter(pk__in={row.account_id for row in find_similar(values, user)})


def _steps(user: Reader, text: str, limit: int) -> Iterable[Found]:
    """From the surest kind of hit to the least; the later ones only while hits are missing."""
    values = _values(user, text, limit)
    numbered = any(map(str.isdigit, text)) or any(name.startswith(OWN_PREFIX) for name in values["schemes"])
    found = run(EXACT, values, user) if numbered else []
    found += [row for row in run(PREFIX, values, user) if fold(row.matched).startswith(fold(text))]
    if len(found) < limit:
        found += run(CONTAINS, values, user)
    if len(found) < limit and numbered and len(text) > 2:
        found += run(NUMBERS, values, user)
    if not found and len(text) >= FUZZY_FROM:
        found = find_similar(values, user)
    return found


def _values(user: Reader, text: str, limit: int) -> dict[str, Any]:
    scope, access = scope_of(user), field_access(user, "account")
    return {
        "text": text,
        "lower": text.lower(),
        "pattern": holding(text.lower()),
        **{f"word{n}": holding(word) for n, word in enumerate(fold(text).split())},
        "schemes": [scheme for scheme in schemes() if access.allows(scheme)],
        "limit": limit,
        "everything": scope.everything,
        "territories": list(scope.territories),
        "shares": list(scope.shares),
    }


def _hits(found: list[Found], text: str) -> tuple[Hit, ...]:
    accounts = Account.objects.in_bulk([row.account_id for row in found])
    return tuple(_hit(accounts[row.account_id], row, text) for row in found if row.account_id in accounts)


def _hit(account: Account, row: Found, text: str) -> Hit:
    return Hit(account.pk, str(account), account.country, account.city, _why(account, row, text), row.score)


def _why(account: Account, row: Found, text: str) -> str:
    """What held the text, where it is not the name that is shown anyway."""
    if row.step == "number":
        return f"number {row.matched}"
    words = fold(text).split()
    if row.step == "name" or _holds(str(account), words):
        return "name"
    for label, value in (
        ("legal name", account.legal_name),
        *(("trade name", name) for name in account.trade_names or ()),
        ("city", account.city),
    ):
        if value and _holds(value, words):
            return f"{label}: {value}"
    if row.step == "similar":
        return "similar name"
    line = next((line for line in NAMES_APART.split(row.matched) if _holds(line, words)), "")
    return f"also known as {line}" if line else "name"


def _holds(value: str, words: list[str]) -> bool:
    folded = fold(value)
    return all(word in folded for word in words)
