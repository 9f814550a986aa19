"""Open receivables by age as one bar of labelled parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

LABELS = ("Not due", "1–30 d", "31–60 d", "61–90 d", "Over 90 d")


@dataclass(frozen=True)
class Part:
    """One bucket: its label, amount, and share of what is open."""

    place: int
    label: str
    amount: Decimal
    share: float


def ageing_parts(buckets: Mapping[str, Decimal] | Sequence[Decimal]) -> list[Part]:
    """The five buckets in order of age, youngest first."""
    amounts = list(buckets.values()) if isinstance(buckets, Mapping) else list(buckets)
    total = sum(max(amount, Decimal(0)) for amount in amounts)
    return [
        Part(place, label, amount, float(max(amount, Decimal(0)) / total * 100) if total else 0.0)
        for place, (label, amount) in enumerate(zip(LABELS, amounts, strict=True))
    ]


def ageing_finding(parts: Sequence[Part]) -> str:
    """What the bar says, in a sentence."""
    total, late = sum(part.amount for part in parts), sum(part.amount for part in parts[1:])
    if not total:
        return "Nothing is open"
    if not late:
        return "Everything open is within terms"
    worst = max((part for part in parts[1:]), key=lambda part: part.amount)
    share = f"{late / total:.0%}".replace("%", " %") if late / total >= Decimal("0.01") else "Less than 1 %"
    return f"{share} of what is open is overdue, most of it {worst.label.lower()}"
