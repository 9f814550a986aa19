"""The conditions of comparisons, written once in SQL, as Python functions of two records.

A database takes longer to plan a statement than a handful of pairs takes to compare. What is read here is the part
of SQL that comparisons use, with its three-valued logic; tests hold it to what DuckDB says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from syncengine.identity.similarity import damerau_levenshtein, jaro_winkler

Record = Mapping[str, Any]
Value = Any  # a text, a number, a truth, a list, or None for what is not told
Condition = Callable[[Record, Record, Record], Value]

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|([lr]\.\w+)|(\w+)|(<>|>=|<=|[-+/=(),<>]))")


@cache
def condition(sql: str) -> Condition:
    """A function of the left and the right record and of the features worked out before."""
    return _Reader(sql).whole()


class _Reader:
    """Reads SQL from the loosest to the tightest operator."""

    def __init__(self, sql: str) -> None:
        self.tokens: list[str] = [next(part for part in match if part) for match in TOKEN.findall(sql)]
        if "".join(self.tokens) != re.sub(r"\s", "", sql):
            raise ValueError(f"This condition has signs that comparisons do not know: {sql}")
        self.at = 0

    def whole(self) -> Condition:
        found = self._either()
        if self.at != len(self.tokens):
            raise ValueError(f"This condition does not end where it should: {' '.join(self.tokens[self.at :])}")
        return found

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _took(self, *words: str) -> bool:
        """Whether these words come next; if so, they are read."""
        if self.tokens[self.at : self.at + len(words)] != list(words):
            return False
        self.at += len(words)
        return True

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._took("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda left, right, told: _any(p(left, right, told) for p in parts)

    def _both(self) -> Condition:
        parts = [self._unless()]
        while self._took("AND"):
            parts.append(self._unless())
        return parts[0] if len(parts) == 1 else lambda left, right, told: _all(p(left, right, told) for p in parts)

    def _unless(self) -> Condition:
        if self._took("NOT"):
            inner = self._unless()
            return lambda left, right, told: _not(inner(left, right, told))
        return self._is()

    def _is(self) -> Condition:
        value = self._compared()
        while self._took("IS"):
            value = self._state(value, negated=self._took("NOT"))
        return value

    def _state(self, value: Condition, *, negated: bool) -> Condition:
        if self._took("DISTINCT", "FROM"):
            other = self._compared()
            return lambda left, right, told: (value(left, right, told) == other(left, right, told)) is negated
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}[self._word()]
        return lambda left, right, told: (value(left, right, told) is wanted) is not negated

    def _compared(self) -> Condition:
        value = self._sum()
        if self._next() in COMPARED:
            compare, other = COMPARED[self._word()], self._sum()
            return lambda left, right, told: _known(compare, value(left, right, told), other(left, right, told))
        if self._took("IN"):
            among = self._listed()
            return lambda left, right, told: _among(value(left, right, told), [a(left, right, told) for a in among])
        return value

    def _sum(self) -> Condition:
        value = self._quotient()
        while self._next() in ("+", "-"):
            value = _combined(CALCULATED[self._word()], value, self._quotient())
        return value

    def _quotient(self) -> Condition:
        value = self._single()
        while self._next() == "/":
            value = _combined(CALCULATED[self._word()], value, self._single())
        return value

    def _single(self) -> Condition:
        if self._next() == "(":
            parts = self._listed()
            if len(parts) == 1:
                return parts[0]
            return lambda left, right, told: tuple(part(left, right, told) for part in parts)
        if self._took("CASE"):
            return self._case()
        word = self._word()
        return self._called(word) if self._next() == "(" else _named(word)

    def _case(self) -> Condition:
        cases = []
        while self._took("WHEN"):
            when = self._either()
            self._expect("THEN")
            cases.append((when, self._either()))
        self._expect("ELSE")
        cases.append((lambda left, right, told: True, self._either()))
        self._expect("END")

        def first(left: Record, right: Record, told: Record) -> Value:
            return next(then(left, right, told) for when, then in cases if when(left, right, told) is True)

        return first

    def _called(self, name: str) -> Condition:
        function, parts = FUNCTIONS[name], self._listed()
        return lambda left, right, told: function(*(part(left, right, told) for part in parts))

    def _listed(self) -> list[Condition]:
        self._expect("(")
        parts = [self._either()]
        while self._took(","):
            parts.append(self._either())
        self._expect(")")
        return parts

    def _word(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, word: str) -> None:
        if not self._took(word):
            raise ValueError(f"{word} is missing before {' '.join(self.tokens[self.at :])!r}.")


def _named(word: str) -> Condition:
    """A column of the left or right record, a number, a truth, or a feature."""
    if word[:2] in ("l.", "r."):
        column = word[2:]
        if word[0] == "l":
            return lambda left, right, told: left[column]
        return lambda left, right, told: right[column]
    if word[0].isdigit():
        number = float(word) if "." in word else int(word)
        return lambda left, right, told: number
    if word in ("TRUE", "NULL"):
        fixed = True if word == "TRUE" else None
        return lambda left, right, told: fixed
    return lambda left, right, told: told[word]


def _combined(calculate: Callable[[Value, Value], Value], a: Condition, b: Condition) -> Condition:
    return lambda left, right, told: _known(calculate, a(left, right, told), b(left, right, told))


def _known(apply: Callable[[Value, Value], Value], a: Value, b: Value) -> Value:
    return None if a is None or b is None else apply(a, b)


def _any(values: Any) -> bool | None:
    unknown = False
    for value in values:
        if value:
            return True
        unknown |= value is None
    return None if unknown else False


def _all(values: Any) -> bool | None:
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown |= value is None
    return None if unknown else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _among(value: Value, values: list[Value]) -> bool | None:
    if value is None:
        return None
    return True if value in values else None if None in values else False


def _of_known(function: Callable[..., Value]) -> Callable[..., Value]:
    return lambda *values: None if any(value is None for value in values) else function(*values)


COMPARED: dict[str, Callable[[Value, Value], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, "<": lambda a, b: a < b,
}  # fmt: skip
CALCULATED: dict[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "/": lambda a, b: a / b,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": _of_known(abs),
    "length": _of_known(len),
    "right": _of_known(lambda text, count: text[-count:]),
    "greatest": lambda *values: max((v for v in values if v is not None), default=None),
    "least": lambda *values: min((v for v in values if v is not None), default=None),
    "coalesce": lambda *values: next((v for v in values if v is not None), None),
    "list_has_any": _of_known(lambda a, b: not set(a).isdisjoint(b)),
    "jaro_winkler_similarity": _of_known(jaro_winkler),
    "damerau_levenshtein": _of_known(damerau_levenshtein),
}
