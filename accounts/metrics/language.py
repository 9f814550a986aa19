"""A small language of questions over figures: `contract_value > 100000 and oldest_open_ticket_days > 14`.

Text becomes a tree here and never anything else: whoever composes a query from the tree names columns out of
the registry and hands values over as parameters. No Django here.

    question   = part {"or" part}
    part       = piece {"and" piece}
    piece      = "not" piece | "(" question ")" | comparison
    comparison = name operator value | name "is" ["not"] "empty" | name ["not"] "in" "(" value {"," value} ")"
    operator   = ">" | ">=" | "<" | "<=" | "=" | "!="
    value      = number | 2026-03-31 | 'text' | name | number "*" name
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from accounts.metrics.registry import load

LONGEST, DEEPEST, MOST = 1_000, 20, 40
FIELDS = ("country", "segment", "status", "owner", "industry")
OPERATORS = (">=", "<=", "!=", ">", "<", "=")
TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d{2}-\d{2})(?![\w-])|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<text>'[^'\\\x00]*')"
    r"|(?P<word>[a-z][a-z0-9_]*)|(?P<sign>>=|<=|!=|[><=()*,]))",
    re.IGNORECASE,
)
WORDS = frozenset({"and", "or", "not", "is", "in", "empty"})


class BadQuestion(ValueError):
    """The text is no question; says at which letter, and what would be one."""

    def __init__(self, place: int, why: str) -> None:
        super().__init__(f"At letter {place + 1}: {why}")


@dataclass(frozen=True)
class Name:
    """A figure or a field."""

    name: str
    kind: str  # number | date | text


@dataclass(frozen=True)
class Scaled:
    """So many times a figure."""

    times: Decimal
    name: Name


Value = Decimal | date | str | Name | Scaled


@dataclass(frozen=True)
class Comparison:
    """A figure against a value."""

    name: Name
    operator: str
    value: Value


@dataclass(frozen=True)
class Empty:
    """Whether nothing is known of a figure."""

    name: Name
    empty: bool


@dataclass(frozen=True)
class OneOf:
    """Whether a field is one of some values."""

    name: Name
    values: tuple[Value, ...]
    inside: bool


@dataclass(frozen=True)
class Not:
    """The opposite."""

    of: Node


@dataclass(frozen=True)
class Both:
    """All (and) or any (or) of the parts."""

    joined: str
    parts: tuple[Node, ...]


Node = Comparison | Empty | OneOf | Not | Both


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


@lru_cache(maxsize=500)  # a page of customers asks about the same dozen each time
def parse(text: str) -> Node:
    """The question as a tree; raises BadQuestion."""
    if len(text) > LONGEST:
        raise BadQuestion(LONGEST, f"a question has at most {LONGEST} letters.")
    reader = _Reader(_tokens(text), len(text))
    found = reader.question(0)
    if (left := reader.peek()) is not None:
        raise BadQuestion(left.place, f"{left.text!r} is too much; join comparisons with and, or.")
    return found


def names_of(node: Node) -> frozenset[str]:
    """Every figure and field a question looks at."""
    if isinstance(node, Both):
        return frozenset().union(*(names_of(part) for part in node.parts))
    if isinstance(node, Not):
        return names_of(node.of)
    values = node.values if isinstance(node, OneOf) else (node.value,) if isinstance(node, Comparison) else ()
    others = {value.name.name if isinstance(value, Scaled) else value.name for value in values
              if isinstance(value, (Name, Scaled))}  # fmt: skip
    return frozenset({node.name.name, *others})


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise BadQuestion(start, f"{text[start]!r} has no meaning here.")
        kind = match.lastgroup
        found.append(_Token(kind, match.group(kind), match.start(kind)))
        place = match.end()
    return found


def known(name: str) -> Name | None:
    """The figure or field of that name, if questions can be asked of it."""
    if name in FIELDS:
        return Name(name, "text")
    metric = load().of("customer").get(name)
    if metric is None or metric.kept not in ("list", "figures"):
        return None
    return Name(name, "number" if metric.numeric else "date") if metric.numeric or metric.unit == "date" else None


def askable() -> list[str]:
    """Every name a question may use."""
    return sorted([*FIELDS, *(name for name in load().of("customer") if known(name))])


class _Reader:
    """Walks the tokens once."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self.tokens, self.end, self.at, self.comparisons = tokens, end, 0, 0

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted: str) -> _Token:
        token = self.peek()
        if token is None:
            raise BadQuestion(self.end, f"the question stops where {wanted} is missing.")
        self.at += 1
        return token

    def skip(self, word: str) -> bool:
        token = self.peek()
        if token is not None and token.text.lower() == word and token.kind in ("word", "sign"):
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        token = self.peek()
        if not self.skip(sign):
            raise BadQuestion(token.place if token else self.end, f"{sign!r} is missing.")

    def question(self, depth: int) -> Node:
        return self._joined("or", depth, lambda: self._joined("and", depth, lambda: self._piece(depth)))

    def _joined(self, word: str, depth: int, read: object) -> Node:
        parts = [read()]  # type: ignore[operator]
        while self.skip(word):
            parts.append(read())  # type: ignore[operator]
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _piece(self, depth: int) -> Node:
        token = self.peek()
        if depth > DEEPEST:
            raise BadQuestion(token.place if token else self.end, f"brackets go at most {DEEPEST} deep.")
        if self.skip("not"):
            return Not(self._piece(depth + 1))
        if self.skip("("):
            inner = self.question(depth + 1)
            self.expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Node:
        name = self._name(self.take("a figure"))
        self.comparisons += 1
        if self.comparisons > MOST:
            raise BadQuestion(self.end, f"a question has at most {MOST} comparisons.")
        if self.skip("is"):
            empty = not self.skip("not")
            self.expect("empty")
            return Empty(name, empty)
        outside = self.skip("not")
        if self.skip("in"):
            return OneOf(name, self._values(name), not outside)
        token = self.take("a comparison")
        if outside or token.text not in OPERATORS:
            raise BadQuestion(token.place, f"{token.text!r} compares nothing; take one of {' '.join(OPERATORS)}.")
        if name.kind == "text" and token.text not in ("=", "!="):
            raise BadQuestion(token.place, f"{name.name} is text; compare it with =, != or in (…).")
        return Comparison(name, token.text, self._value(name))

    def _values(self, name: Name) -> tuple[Value, ...]:
        self.expect("(")
        found = [self._value(name)]
        while self.skip(","):
            found.append(self._value(name))
        self.expect(")")
        return tuple(found)

    def _name(self, token: _Token) -> Name:
        found = known(token.text.lower()) if token.kind == "word" else None
        if found is None:
            close = get_close_matches(token.text.lower(), askable(), 1)
            hint = f"; did you mean {close[0]}?" if close else "; the glossary lists them."
            raise BadQuestion(token.place, f"{token.text!r} is no figure one can ask for{hint}")
        return found

    def _value(self, name: Name) -> Value:
        token = self.take("a value")
        value = self._literal(token)
        kind = value.name.kind if isinstance(value, Scaled) else value.kind if isinstance(value, Name) else _kind(value)
        if kind != name.kind:
            raise BadQuestion(token.place, f"{name.name} is a {name.kind} and cannot be compared with a {kind}.")
        return value

    def _literal(self, token: _Token) -> Value:
        if token.kind == "number":
            number = Decimal(token.text)
            return Scaled(number, self._name(self.take("a figure"))) if self.skip("*") else number
        if token.kind == "date":
            try:
                return date.fromisoformat(token.text)
            except ValueError as error:
                raise BadQuestion(token.place, f"{token.text} is no day.") from error
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "word" and token.text.lower() not in WORDS:
            return self._name(token)
        raise BadQuestion(token.place, f"{token.text!r} is no value; text stands in quotes.")


def _kind(value: Decimal | date | str) -> str:
    return "text" if isinstance(value, str) else "date" if isinstance(value, date) else "number"
