"""The shape of a headline: one figure with what it means and how it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Headline:
    """One figure: its short form, the full one, what it means, and how it moves."""

    label: str
    value: str
    full: str = ""
    note: str = ""
    tone: str = ""
    delta: str = ""
    delta_tone: str = ""
    spark: Sequence[Decimal] = ()
    figure: str = ""  # of the glossary, which tells how it is made
    url: str = ""  # where it is made up, for what is no figure of the glossary
    used: Decimal | None = None  # percent of a limit, drawn as a bar with its mark at 80


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
