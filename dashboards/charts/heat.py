"""What was bought by month as cells of a table, darker where more, with the lines that stopped named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

QUIET = 4  # months without a purchase before a line that was bought often counts as stopped
OFTEN = 3


@dataclass(frozen=True)
class HeatRow:
    """One family: its cells as amounts with a depth from 0 to 4, their sum, and whether it stopped."""

    family: str
    cells: Sequence[tuple[Decimal, int]]
    total: Decimal
    stopped: bool


def heat_rows(families: Sequence[tuple[str, Sequence[Decimal]]]) -> list[HeatRow]:
    """The rows in the order given; depth by quarters of the largest cell of all."""
    most = max((amount for _, amounts in families for amount in amounts), default=Decimal(0))
    return [
        HeatRow(name, [(one, _depth(one, most)) for one in amounts], sum(amounts, Decimal(0)), _stopped(amounts))
        for name, amounts in families
    ]


def heat_finding(rows: Sequence[HeatRow]) -> str:
    """What the map says, in a sentence."""
    if not rows:
        return "Nothing was bought in twelve months"
    stopped = [row.family for row in rows if row.stopped]
    if stopped:
        return f"{', '.join(stopped[:2])}{' and more' if len(stopped) > 2 else ''} not bought for {QUIET} months"
    total = sum(row.total for row in rows)
    share = f"{rows[0].total / total:.0%}".replace("%", " %") if total else "nothing"
    return f"{rows[0].family} makes {share} of what they buy"


def _depth(amount: Decimal, most: Decimal) -> int:
    if amount <= 0 or most <= 0:
        return 0
    return min(4, int(amount / most * 4) + 1)


def _stopped(amounts: Sequence[Decimal]) -> bool:
    early, late = amounts[:-QUIET], amounts[-QUIET:]
    return sum(amount > 0 for amount in early) >= OFTEN and not any(amount > 0 for amount in late)
