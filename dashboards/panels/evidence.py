"""Why two records are thought to be one, as bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncengine.identity import Explanation

LABELS = {
    "name": "Name",
    "web": "Web and mail",
    "phone": "Telephone",
    "tax": "Tax number",
    "registration": "Register number",
    "duns": "D-U-N-S",
    "address": "Address",
}


@dataclass(frozen=True)
class Bar:
    """One piece of evidence: how far it speaks for or against."""

    label: str
    words: str
    weight: float
    width: float

    @property
    def against(self) -> bool:
        """Whether it speaks against a match."""
        return self.weight < 0


def evidence_bars(explanation: Explanation) -> list[Bar]:
    """The steps that speak for or against, the strongest first, each scaled to the strongest."""
    steps = sorted((step for step in explanation.steps if step.weight), key=lambda step: -abs(step.weight))
    top = max((abs(step.weight) for step in steps), default=1.0)
    return [Bar(LABELS[step.comparison], step.sentence, step.weight, abs(step.weight) / top * 50) for step in steps]
