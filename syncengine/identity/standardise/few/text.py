"""Folding one text, as `standardise.text` does with a column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from syncengine.identity.standardise.text import LONGEST, ONE_DIGIT, POINTS, UNREADABLE
from syncengine.identity.tables import blocked, table

# Characters of which Python and the columns' engine think alike: no odd blanks, digits, marks or alphabets.
LONGEST_LETTER = 3  # bytes of one of them
FAMILIAR = re.compile(r"[ -~°ªº´§«»·¡¿£À-žΑ-ΡΣ-Ωά-ώА-яЁёҐґЄєІіЇї‐-―‘’“”„…€№ẞ]*")


def familiar(text: str) -> bool:
    """Whether a text can be read alone; the rest, and what is absurdly long, goes the way of columns."""
    return len(text) < UNREADABLE // LONGEST_LETTER and FAMILIAR.fullmatch(text) is not None


def letters(text: str) -> str:
    """Lower-case letters without accents; Greek and Cyrillic in Latin letters."""
    lowered = text[:LONGEST].lower()
    if lowered.isascii():
        return lowered
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.category(c).startswith("M"))
    return bare.translate(_latin())


def fold(text: str) -> str:
    """Words of letters and digits with single spaces; abbreviating points vanish (S.A. is sa)."""
    plain = re.sub(POINTS, "", letters(text).replace("&", " and "))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def said(text: str) -> str | None:
    """Folded text, or None where it is empty or stands for nothing."""
    return text if text and text not in _blocked() else None


def code(text: str | None) -> str | None:
    """Upper-case Latin letters and digits only, None where nothing is left or all digits are the same."""
    plain = re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKD", (text or "")[:LONGEST].upper()))
    digits = re.sub("[^0-9]", "", plain)
    return None if len(digits) < 3 or re.match(ONE_DIGIT, digits) else plain


def one_spelling(text: str) -> str:
    """Umlauts in one spelling, whether written as two letters or without their dots."""
    return re.sub("([aou])e", r"\1", text)


def replace_words(text: str, pairs: Mapping[str, str]) -> str:
    """Whole words replaced in one pass."""
    return " ".join(" ".join(pairs.get(word, word) for word in text.split(" ")).split())


@cache
def _latin() -> dict[int, str]:
    return {ord(old): new or "" for old, new in table("letters").iter_rows()}


@cache
def _blocked() -> frozenset[str]:
    return frozenset(blocked())
