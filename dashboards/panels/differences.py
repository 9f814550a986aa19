"""Where two values differ, character by character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

LONGEST = 300
ALIKE = 0.6  # below, marks by character are confetti
WORDS = re.compile(r"\s*\S+")
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "å": "a"})


@dataclass(frozen=True)
class Piece:
    """A run of characters, and whether the other value says something else there."""

    text: str
    differs: bool


def text_of(value: Any) -> str:
    """A value as people read it; nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # columns keep four places, people none that are zero
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def pieces(values: Sequence[str]) -> list[list[Piece]]:
    """Each value in pieces: two values are compared by word, and words that are alike by character."""
    if len(values) != 2 or not all(values) or max(map(len, values)) > LONGEST:
        return [[Piece(value, False)] if value else [] for value in values]
    left, right = (WORDS.findall(value) for value in values)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, i, j, k, m in _matcher(left, right).get_opcodes():
        for side, found in zip(sides, _block(tag, "".join(left[i:j]), "".join(right[k:m])), strict=True):
            side.extend(found)
    if not any(not piece.differs for piece in sides[0]):  # nothing in common: no mark would say more
        return [[Piece(value, False)] for value in values]
    return [list(side) for side in sides]


def _block(tag: str, left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """A run of words of both sides: equal, alike and so compared by character, or different as a whole."""
    if tag == "equal":
        return [Piece(left, False)], [Piece(right, False)]
    matcher = _matcher(left, right)
    if not left or not right or matcher.ratio() < ALIKE:
        return [Piece(left, True)] if left else [], [Piece(right, True)] if right else []
    steps = matcher.get_opcodes()
    return (
        [Piece(left[i:j], tag != "equal") for tag, i, j, _, _ in steps if i < j],
        [Piece(right[i:j], tag != "equal") for tag, _, _, i, j in steps if i < j],
    )


def _matcher(left: Sequence[str], right: Sequence[str]) -> SequenceMatcher[str]:
    fold = str.casefold
    return SequenceMatcher(None, [fold(part) for part in left], [fold(part) for part in right], autojunk=False)


def alike(values: Sequence[str]) -> bool:
    """Whether known values say the same but for case, accents and punctuation."""
    known = {_plain(value) for value in values if value}
    return len(known) == 1


def _plain(value: str) -> str:
    spelled = value.casefold().translate(SPELLED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "", bare) or value
