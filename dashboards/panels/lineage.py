"""How the origin of one value reads: the value, the rule that chose it, and what each record says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.catalogue import load
from accounts.models import User
from accounts.selectors.customer import Customer
from accounts.selectors.lineage import FieldLineage, get_lineage
from dashboards.panels.differences import text_of
from dashboards.panels.facts import LABELS


@dataclass(frozen=True)
class Teller:
    """One record and what it says."""

    source: str
    key: str
    value: str
    observed_at: datetime | None
    url: str | None
    won: bool
    silent: bool = False


@dataclass(frozen=True)
class LineageView:
    """Everything the drawer shows of one value."""

    label: str
    meaning: str
    value: str
    hidden: bool
    sentence: str
    pinned: bool
    disputed: bool
    policy_version: int
    records: int
    tellers: Sequence[Teller]


def lineage_view(user: User, customer: Customer, field: str, *, at: datetime | None = None) -> LineageView | None:
    """The origin of a field, now or then; None where nothing is known of it or the reader may not know."""
    told = get_lineage(user, customer.account, field, at=at)
    if told is None:
        return None
    spec = load()["account"].fields[field]
    return LineageView(
        label=LABELS.get(field, told.label),
        meaning=spec.meaning,
        value=text_of(told.value),
        hidden=told.value is None,
        sentence=told.sentence,
        pinned=told.rule == "pinned",
        disputed=at is None and field in customer.disputed,
        policy_version=told.policy_version,
        records=told.records,
        tellers=_tellers(told, customer),
    )


def _tellers(told: FieldLineage, customer: Customer) -> list[Teller]:
    """The winner first, then the others; those who say nothing last."""
    labels = {chip.source: chip.label for chip in customer.chips}
    winner = []
    if told.key is not None and told.source is not None:
        label = labels.get(told.source, told.source)
        winner = [Teller(label, told.key, text_of(told.value), told.observed_at, told.url, won=True)]
    others = [_other(loser) for loser in told.losers]
    return winner + sorted(others, key=lambda teller: teller.silent)


def _other(loser: Any) -> Teller:
    value = text_of(loser.value)
    return Teller(loser.source, loser.key, value, loser.observed_at, loser.url, won=False, silent=not value)
