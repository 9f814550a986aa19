"""Find customers by anything: exact numbers and prefixes first, then names despite typos and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.access import field_access, scope_of
from accounts.access.fields import Reader
from accounts.catalogue.fields import OWN_PREFIX
from accounts.models import Account
from accounts.models.identifier import schemes
from accounts.selectors.search_sql import CONTAINS, EXACT, LIVE, NUMBERS, PREFIX, SCOPE, SIMILAR

FUZZY_FROM = 4  # shorter texts share their trigrams with half of all names
# (similarity, candidates looked at, whether a word must be one edit away); each only where the one before
# found nothing. A letter wrong in four leaves a similarity of 0.25, which a lot of other names reach too.
TOLERANCES = ((0.6, 500, False), (0.4, 500, False), (0.25, 1500, True))
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


@dataclass(frozen=True)
class _Found:
    account_id: int
    step: str
    matched: str
    score: float


def search_customers(user: Reader, text: str, *, limit: int = 10) -> tuple[Hit, ...]:
    """Customers the text means, the surest first; none for roles that see names masked."""
    text = " ".join(text.replace("\x00", "").split())[:100]
    if len(text) < 2 or not field_access(user, "account").allows("name"):
        return ()
    found: dict[int, _Found] = {}
    for row in _steps(user, text, limit):
        found.setdefault(row.account_id, row)
    ranked = sorted(found.values(), key=lambda row: (STEPS.index(row.step), -row.score, row.account_id))
    return _hits(ranked[:limit], text)


def narrow(accounts: QuerySet[Account], user: Reader, text: str) -> QuerySet[Account]:
    """The given customers narrowed to those the text means, for a list that has its own order."""
    text = " ".join(text.replace("\x00", "").split())[:100]
    values = _values(user, text, NARROW_TO)
    if numbered := _run(EXACT, values, user):
        return accounts.filter(pk__in={row.account_id for row in numbered})
    named = accounts
    for word in fold(text).split():
        named = named.filter(search__names__contains=word)
    if len(text) < FUZZY_FROM or named.order_by().exists():
        return named
    return accounts.filter(pk__in={row.account_id for row in _similar(values, user)})


def _steps(user: Reader, text: str, limit: int) -> Iterable[_Found]:
    """From the surest kind of hit to the least; the later ones only while hits are missing."""
    values = _values(user, text, limit)
    numbered = any(map(str.isdigit, text)) or any(name.startswith(OWN_PREFIX) for name in values["schemes"])
    found = _run(EXACT, values, user) if numbered else []
    found += [row for row in _run(PREFIX, values, user) if fold(row.matched).startswith(fold(text))]
    if len(found) < limit:
        found += _run(CONTAINS, values, user)
    if len(found) < limit and numbered and len(text) > 2:
        found += _run(NUMBERS, values, user)
    if not found and len(text) >= FUZZY_FROM:
        found = _similar(values, user)
    return found


def _values(user: Reader, text: str, limit: int) -> dict[str, Any]:
    scope, access = scope_of(user), field_access(user, "account")
    return {
        "text": text,
        "lower": text.lower(),
        "pattern": f"%{_escape(text.lower())}%",
        **{f"word{n}": f"%{_escape(word)}%" for n, word in enumerate(fold(text).split())},
        "schemes": [scheme for scheme in schemes() if access.allows(scheme)],
        "limit": limit,
        "territories": list(scope.territories),
        "shares": list(scope.shares),
    }


def _similar(values: dict[str, Any], user: Reader) -> list[_Found]:
    text = fold(values["text"])
    for threshold, cap, near in TOLERANCES:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(threshold)])
        found = _run(SIMILAR, values | {"cap": cap, "limit": cap if near else values["limit"]}, user)
        if near:
            found = [row for row in found if any(one_edit(text, word) for word in row.matched.split())]
        if found:
            return found
    return []


def one_edit(left: str, right: str) -> bool:
    """Whether one letter changed, added, dropped or swapped with its neighbour makes one the other."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = next((n for n, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _run(statement: str, values: dict[str, Any], user: Reader) -> list[_Found]:
    scope = "" if scope_of(user).everything else SCOPE
    words = " AND ".join(f"s.names LIKE %({name})s" for name in values if name.startswith("word"))
    sql = statement.replace("{live}", LIVE).replace("{scope}", scope).replace("{words}", words)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_Found(row[0], row[1], row[2] or "", float(row[3])) for row in cursor.fetchall()]


def _hits(found: list[_Found], text: str) -> tuple[Hit, ...]:
    accounts = Account.objects.in_bulk([row.account_id for row in found])
    return tuple(_hit(accounts[row.account_id], row, text) for row in found if row.account_id in accounts)


def _hit(account: Account, row: _Found, text: str) -> Hit:
    return Hit(account.pk, str(account), account.country, account.city, _why(account, row, text), row.score)


def _why(account: Account, row: _Found, text: str) -> str:
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


def fold(text: str) -> str:
    """Lower case without accents, as the database's fold() does for the letters of Europe."""
    spelled = text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("æ", "ae")
    parts = unicodedata.normalize("NFKD", spelled.replace("œ", "oe").replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
