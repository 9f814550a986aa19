"""Questions as conditions: columns out of the registry, values as parameters, refused where the role sees less."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from accounts.access import field_access, figure_access
from accounts.access.fields import Reader
from accounts.metrics import load
from accounts.metrics.language import (
    FIELDS,
    BadQuestion,
    Both,
    Comparison,
    Empty,
    Name,
    Node,
    Not,
    OneOf,
    Scaled,
    Value,
    names_of,
    parse,
)
from accounts.models import Account

COMPARE: dict[str, Any] = {
    ">": GreaterThan, ">=": GreaterThanOrEqual, "<": LessThan, "<=": LessThanOrEqual, "=": Exact,
}  # fmt: skip
TABLES = {"list": "summary", "figures": "figures"}


def ask(rows: QuerySet[Account], user: Reader, text: str) -> QuerySet[Account]:
    """The customers the question is true of; what is unknown of a customer makes nothing true."""
    question = parse(text)
    hidden = sorted(name for name in names_of(question) if not sees(user, name))
    if hidden:
        raise BadQuestion(0, f"your role does not see {', '.join(hidden)}.")
    return rows.filter(condition_of(question))


def sees(user: Reader, name: str) -> bool:
    """Whether the reader sees the figure or field, and so may ask about it."""
    return field_access(user, "account").allows(name) if name in FIELDS else figure_access(user, name)


def condition_of(node: Node) -> Q:
    """The tree as a condition on customers."""
    if isinstance(node, Both):
        return _joined(node)
    if isinstance(node, Not):
        return ~condition_of(node.of)
    column = _column(node.name)
    if isinstance(node, Empty):
        return Q(IsNull(column, node.empty))
    if isinstance(node, OneOf):
        found = _joined(Both("or", tuple(Comparison(node.name, "=", value) for value in node.values)))
        return found if node.inside else ~found
    if node.operator == "!=":
        return ~Q(Exact(column, _value(node.value)))
    return Q(COMPARE[node.operator](column, _value(node.value)))


def _joined(node: Both) -> Q:
    found = condition_of(node.parts[0])
    for part in node.parts[1:]:
        found = found & condition_of(part) if node.joined == "and" else found | condition_of(part)
    return found


def _column(name: Name) -> F:
    if name.name in FIELDS:
        return F(name.name if name.name == "industry" else f"summary__{name.name}")
    return F(f"{TABLES[load()[name.name].kept]}__{name.name}")


def _value(value: Value) -> Combinable:
    if isinstance(value, Name):
        return _column(value)
    if isinstance(value, Scaled):
        return _column(value.name) * Literal(value.times)
    return Literal(value)
