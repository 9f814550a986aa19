"""How alike two texts are, in the very numbers that DuckDB gives."""

from __future__ import annotations

PREFIX, BOOST = 4, 0.7  # letters at the front that count double, and the likeness from which they do


def jaro_winkler(a: str, b: str) -> float:
    """1 for the same text, 0 for nothing in common."""
    one, two = a.encode(), b.encode()
    alike = _jaro(one, two)
    if alike <= BOOST:
        return alike
    common = next((n for n, (x, y) in enumerate(zip(one[:PREFIX], two[:PREFIX], strict=False)) if x != y), None)
    prefix = min(len(one), len(two), PREFIX) if common is None else common
    return alike + prefix * 0.1 * (1.0 - alike)


def _jaro(a: bytes, b: bytes) -> float:
    if not a or not b:
        return 0.0
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    mine = []
    for n, letter in enumerate(a):
        for m in range(max(0, n - reach), min(len(b), n + reach + 1)):
            if not taken[m] and b[m] == letter:
                taken[m] = True
                mine.append(letter)
                break
    if not mine:
        return 0.0
    theirs = [letter for letter, used in zip(b, taken, strict=True) if used]
    turned = sum(x != y for x, y in zip(mine, theirs, strict=True)) // 2
    same = len(mine)
    return (same / len(a) + same / len(b) + (same - turned) / same) / 3.0


def damerau_levenshtein(a: str, b: str) -> int:
    """Letters left out, added, changed or swapped with their neighbour."""
    one, two = a.encode(), b.encode()
    before, last = list(range(len(two) + 1)), list(range(len(two) + 1))
    for n, x in enumerate(one, 1):
        row = [n]
        for m, y in enumerate(two, 1):
            cost = min(row[m - 1] + 1, last[m] + 1, last[m - 1] + (x != y))
            if n > 1 and m > 1 and x == two[m - 2] and y == one[n - 2]:
                cost = min(cost, before[m - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
