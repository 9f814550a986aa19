"""Where a value came from: the record that won, by which rule, and what the others said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.access import field_access, mask, treatment
from accounts.access.fields import Reader
from accounts.catalogue import FieldSpec, load
from accounts.models import Account, AccountLineage, Source
from accounts.selectors.lineage_past import get_past
from accounts.selectors.sources import record_url, sources

PINNED = -1
RULES = {
    1: ("only_source", "Only {source} tells this."),
    2: ("system_of_record", "{source} comes first in the order of systems for this field."),
    3: ("most_recent", "{source} told it last."),
    4: ("most_frequent", "Most records agree on it; {source} is one of them."),
    5: ("longest", "{source} tells it most fully."),
    6: ("highest", "{source} tells the highest value."),
    7: ("lowest", "{source} tells the lowest value."),
    8: ("aggregate", "Put together from all records."),
    9: ("manual", "A steward chose the value of {source}."),
    10: ("pinned", "A steward entered it."),
    11: ("too_young", "{source} tells another value that is still too young; the former one stands."),
    12: ("unapproved", "{source} tells another value that waits for approval; the former one stands."),
}


@dataclass(frozen=True)
class Told:
    """What one record says about a field."""

    source: str
    key: str
    value: Any
    observed_at: datetime | None
    url: str | None = None


@dataclass(frozen=True)
class FieldLineage:
    """The origin of one value; `value` only where the user sees values of provenance."""

    field: str
    label: str
    value: Any
    rule: str
    sentence: str
    source: str | None
    key: str | None
    observed_at: datetime | None
    url: str | None
    policy_version: int
    records: int
    losers: tuple[Told, ...] = ()


# (lineage, field, moment or None for now) -> what each other record says: (source id, key, value, observed at)
LosersOf = Callable[[AccountLineage, str, datetime | None], Iterable[tuple[int, str, Any, datetime | None]]]
_losers: list[LosersOf] = []


def register_losers(read: LosersOf) -> None:
    """The engine tells what the records that did not win say; without it lineage has winners alone."""
    _losers[:] = [read]


def get_lineage(user: Reader, account: Account, field: str, *, at: datetime | None = None) -> FieldLineage | None:
    """The origin of one field of a customer, today or at a past moment.

    None where it has no value or the user may not know it.
    """
    spec = load()["account"].fields.get(field)
    if spec is None or not _may_know(user, spec):
        return None
    past = get_past(account, at) if at else None
    if at and past is None:
        return None
    lineage = past.lineage if past else AccountLineage.objects.filter(account=account).first()
    if lineage is None:
        return None
    value = past.value(spec) if past else _present(account, spec)
    told = _lineage(user, lineage, spec, value, sources(), _read_losers(user, lineage, spec, at))
    return _known_by(told, at) if told and at else told


def lineage_of(user: Reader, accounts: Iterable[Account]) -> dict[int, dict[str, FieldLineage]]:
    """Lineage of every field the user may know of several customers, in one query and that of the sources."""
    by_id = {account.pk: account for account in accounts}
    known = sources()
    specs = [spec for spec in load()["account"].fields.values() if _may_know(user, spec)]
    found: dict[int, dict[str, FieldLineage]] = {id: {} for id in by_id}
    for lineage in AccountLineage.objects.filter(account__in=by_id):
        for spec in specs:
            told = _lineage(user, lineage, spec, _present(by_id[lineage.account_id], spec), known, ())
            if told is not None:
                found[lineage.account_id][spec.name] = told
    return found


def _may_know(user: Reader, spec: FieldSpec) -> bool:
    seen = treatment(user, "provenance") in ("full", "summary")
    return seen and spec.name not in field_access(user, spec.object).redacted


def _lineage(
    user: Reader,
    lineage: AccountLineage,
    spec: FieldSpec,
    value: Any,
    known: dict[int, Source],
    losers: tuple[Told, ...],
) -> FieldLineage | None:
    member = _at(lineage.winners, spec.code)
    if not member:
        return None
    rule, sentence = RULES.get(_at(lineage.rules, spec.code), ("unknown", ""))
    pinned = member == PINNED
    source = None if pinned else known.get(lineage.sources[member - 1])
    key = None if pinned else lineage.keys[member - 1]
    return FieldLineage(
        field=spec.name,
        label=spec.label,
        value=_shown(user, spec, value),
        rule="pinned" if pinned else rule,
        sentence=(RULES[10][1] if pinned else sentence).format(source=source.label if source else "A source"),
        source=source.name if source else None,
        key=key,
        observed_at=None if pinned else lineage.observed[member - 1],
        url=record_url(source, "account", key or ""),
        policy_version=lineage.policy_version,
        records=len(lineage.sources),
        losers=losers,
    )


def _at(codes: list[int], code: int) -> int:
    """Entry of a field; arrays written before the field was in the catalogue are shorter."""
    return codes[code - 1] if code <= len(codes) else 0


def _known_by(told: FieldLineage, at: datetime) -> FieldLineage:
    """A record that was looked at again later, and said the same, was not known at that time."""
    later = told.observed_at is not None and told.observed_at > at
    return replace(told, observed_at=None) if later else told


def _present(account: Account, spec: FieldSpec) -> Any:
    return getattr(account, f"{spec.name}_id" if spec.type == "reference" else spec.name)


def _shown(user: Reader, spec: FieldSpec, value: Any) -> Any:
    if treatment(user, "provenance") != "full":
        return None
    return value if field_access(user, "account").allows(spec.name) else mask(value, spec.type)


def _read_losers(user: Reader, lineage: AccountLineage, spec: FieldSpec, at: datetime | None) -> tuple[Told, ...]:
    """What other records say, for who sees both provenance and the field in full."""
    allowed = treatment(user, "provenance") == "full" and field_access(user, "account").allows(spec.name)
    if not allowed or not _losers:
        return ()
    known = sources()
    return tuple(
        Told(known[source].label, key, value, seen, record_url(known[source], "account", key))
        for source, key, value, seen in _losers[0](lineage, spec.name, at)
        if source in known
    )
