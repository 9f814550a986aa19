"""Who may change a field alone, who has to approve it, and where two people are required."""

from __future__ import annotations

from accounts.access.fields import Reader, field_access
from accounts.catalogue import FieldSpec, changes


def may_edit(user: Reader, field: FieldSpec) -> bool:
    """Whether the user's own word is enough."""
    rule = changes()[field.sensitivity]
    return _sees(user, field) and _role(user) in rule.edit and not rule.two_people


def may_propose(user: Reader, field: FieldSpec) -> bool:
    """Whoever sees a field may say what it should be."""
    return _sees(user, field) and bool(changes()[field.sensitivity].approve)


def may_approve(user: Reader, field: FieldSpec) -> bool:
    """Whether the user decides on changes that others asked for."""
    return _sees(user, field) and _role(user) in changes()[field.sensitivity].approve


def approvers(field: FieldSpec) -> tuple[str, ...]:
    """The roles that decide on changes of the field."""
    return changes()[field.sensitivity].approve


def is_finance(field: FieldSpec) -> bool:
    """Whether the field touches invoices, tax, terms or credit."""
    return "finance" in approvers(field)


def _role(user: Reader) -> str:
    return user.role if user.is_authenticated else ""


def _sees(user: Reader, field: FieldSpec) -> bool:
    return field_access(user, field.object).allows(field.name)
