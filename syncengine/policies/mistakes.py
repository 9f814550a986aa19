"""Mistakes in policy files: where, what is wrong, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake; reads as `file:line: problem; remedy`."""

    file: str
    line: int
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.problem}" + (f"; {self.remedy}" if self.remedy else "")


@dataclass
class Mistakes:
    """Mistakes gathered while a file is read, so that all are told at once."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, file: str, line: int, problem: str, remedy: str = "") -> None:
        """Note a mistake and go on."""
        self.found.append(Mistake(file, line, problem, remedy))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The likeliest intended word, else all that are known."""
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    folded = {name.lower(): name for name in words}
    meant = close[0] if close else folded.get(word.lower())
    if meant:
        return f"did you mean “{meant}”?"
    return f"known are {', '.join(words)}" if words else ""
