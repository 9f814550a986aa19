"""Domain and e-mail of one record, as `standardise.reach` reads columns of them."""

from __future__ import annotations

import re
from functools import cache

from syncengine.identity.standardise.reach import ADDRESS, HOST
from syncengine.identity.standardise.text import LONGEST
from syncengine.identity.tables import free_domains, words

Text = str | None


def read_reach(website: Text, email: Text) -> dict[str, Text]:
    """domain, stem and email."""
    site = _own(_registered(_found(HOST, _plain(website))))
    address = _found(ADDRESS, _plain(email).removeprefix("mailto:"))
    mailed = _registered(address.partition("@")[2]) if address else None
    domain = site or _own(mailed)
    told = address if address and _personal(address, mailed) else None
    return {"email": told, "domain": domain, "stem": (domain or "").partition(".")[0] or None}


def _plain(raw: Text) -> str:
    return (raw or "")[:LONGEST].lower().strip()


def _found(pattern: str, text: str) -> Text:
    told = re.search(pattern, text)
    return told[1] if told else None


def _registered(host: Text) -> Text:
    """The registered domain of a host: two labels, three under suffixes such as co.uk."""
    if host is None:
        return None
    labels = host.strip(".").split(".")
    two = ".".join(labels[-2:])
    return ".".join(labels[-3:]) if two in _list("suffixes") else two


def _own(domain: Text) -> Text:
    return None if domain in _free() else domain


def _personal(address: str, mailed: Text) -> bool:
    """Not a role's mailbox on a domain that is nobody's own."""
    role = re.match("[^@+]+", address)
    shared = role is not None and role[0] in _roles()
    return mailed not in _list("placeholder") and not (shared and mailed in _free())


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(words("domains")[name])


@cache
def _free() -> frozenset[str]:
    return frozenset(free_domains())


@cache
def _roles() -> frozenset[str]:
    return frozenset(str(word) for word in words("blocked")["role_mailboxes"])
