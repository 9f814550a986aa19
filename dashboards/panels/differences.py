"""Where two values differ, character by character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

LONGEST = 300
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
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def pieces(values: Sequence[str]) -> list[list[Piece]]:
    """Each value in pieces; only two values that resemble each other are compared by character."""
    if len(values) != 2 or not all(values) or max(map(len, values)) > LONGEST:
        return [[Piece(value, False)] if value else [] for value in values]
    left, right = values
    matcher = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    if matcher.ratio() < 0.5:
        return [[Piece(left, False)], [Piece(right, False)]]
    operations = matcher.get_opcodes()
    return [
        [Piece(left[i:j], tag != "equal") for tag, i, j, _, _ in operations if i < j],
        [Piece(right[i:j], tag != "equal") for tag, _, _, i, j in operations if i < j],
    ]


def alike(values: Sequence[str]) -> bool:
    """Whether known values say the same but for case, accents and punctuation."""
    known = {_plain(value) for value in values if value}
    return len(known) == 1


def _plain(value: str) -> str:
    spelled = value.casefold().translate(SPELLED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "", bare) or value
