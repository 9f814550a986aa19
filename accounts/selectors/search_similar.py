"""Customers whose names are near the text: one word of it is wrong, or all of it a little."""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.access.fields import Reader
from accounts.selectors.search_sql import NEAR, Found, fold, holding, run

WRONG_LETTER = 5  # trigrams of a word that a slip of the pen changes at most
LEAST_ALIKE = 0.5  # of a short word so little would be left that half of all names were like it
SHORT = 3  # letters up to which a wrong one leaves nothing of a word
TELLING = 5  # letters from which looking a word up narrows down more than it costs
MOST_TRIES = 4
CANDIDATES = 200
# (similarity, candidates looked at, whether a word must be one edit away); each only where the one before
# found nothing. A letter wrong in four leaves a similarity of 0.25, which a lot of other names reach too.
TOLERANCES = ((0.6, 500, False), (0.4, 500, False), (0.25, 1500, True))


def find_similar(values: dict[str, Any], user: Reader) -> list[Found]:
    """Customers near the text, most alike first as far as one statement orders them."""
    return _one_word_wrong(values, user) or _nearly(values, user)


def _one_word_wrong(values: dict[str, Any], user: Reader) -> list[Found]:
    """All words but one held as they are: right words narrow a million names down, which a whole text does not."""
    words = sorted(fold(values["text"]).split(), key=len, reverse=True)
    long = [word for word in words if len(word) > SHORT]
    tries = [(word, [other for other in words if other != word]) for word in long[:MOST_TRIES]]
    if len(long) < len(words):
        tries.append(("", long))
    for wrong, right in tries:
        _tolerate(max(LEAST_ALIKE, 1 - WRONG_LETTER / (len(wrong) + 1)))
        if right and (found := _near(values, user, wrong, right)):
            return found
    return []


def _nearly(values: dict[str, Any], user: Reader) -> list[Found]:
    """The whole text within what trigrams tolerate."""
    text = fold(values["text"])
    for threshold, cap, near in TOLERANCES:
        _tolerate(threshold)
        found = _near(values | {"limit": cap} if near else values, user, text, [], cap)
        if near:
            found = [row for row in found if any(one_edit(text, word) for word in row.matched.split())]
        if found:
            return found
    return []


def _near(
    values: dict[str, Any], user: Reader, wrong: str, right: list[str], cap: int = CANDIDATES
) -> list[Found]:
    """Customers whose names hold the right words, the longest first, and something near the wrong one."""
    telling = [word for word in right if len(word) >= TELLING] or right[:1]
    held, beside = map(holding, telling), [holding(word) for word in right if word not in telling]
    return run(NEAR, values | {"wrong": wrong, "held": list(held), "beside": beside, "cap": cap}, user)


def _tolerate(similarity: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(similarity)])


def one_edit(left: str, right: str) -> bool:
    """Whether one letter changed, added, dropped or swapped with its neighbour makes one the other."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = next((n for n, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
