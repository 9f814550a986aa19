"""The fields of a customer in the groups people look for, marked where sources differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.catalogue import load
from accounts.catalogue.fields import FieldSpec

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "About",
        (
            "legal_name",
            "trade_names",
            "customer_number",
            "street",
            "postcode",
            "city",
            "region",
            "country",
            "phone",
            "email",
            "website",
            "industry",
            "employees",
            "language",
            "owner",
            "customer_since_date",
        ),
    ),
    ("Registration", ("tax_id", "registration_id", "duns", "tax_region")),
    ("Terms", ("payment_terms", "incoterm", "price_list", "currency", "legal_entity", "collector")),
    (
        "Credit",
        (
            "credit_limit",
            "temporary_limit",
            "credit_limit_expires_date",
            "risk_class",
            "insurer",
            "credit_hold_reason",
        ),
    ),
)
LABELS = {
    "tax_id": "VAT id",
    "registration_id": "Register no.",
    "duns": "D-U-N-S",
    "customer_since": "Customer since",
    "legal_entity": "Sold by",
    "customer_number": "Number",
    "incoterm": "Delivery terms",
}
ALWAYS = (
    "legal_name",
    "customer_number",
    "country",
    "phone",
    "owner",
    "tax_id",
    "payment_terms",
    "credit_limit",
)


@dataclass(frozen=True)
class Fact:
    """One field: its value as seen by the reader."""

    spec: FieldSpec
    value: Any
    hidden: bool
    disputed: bool
    currency: str | None = None

    @property
    def label(self) -> str:
        """The field's name, shorter where people have a word for it."""
        return LABELS.get(self.spec.name, self.spec.label)


def fact_groups(customer: Any) -> list[tuple[str, Sequence[Fact]]]:
    """Groups with a field to show; an unknown value is shown only where its absence says something."""
    own = ("Further", tuple(field.name for field in load()["account"].own))
    groups = [(title, [fact for name in names if (fact := _fact(customer, name))]) for title, names in (*GROUPS, own)]
    return [(title, facts) for title, facts in groups if any(not fact.hidden for fact in facts)]


def _fact(customer: Any, name: str) -> Fact | None:
    spec = load()["account"].fields[name]
    hidden = name in customer.redacted
    value = customer.values.get(name)
    if value in (None, "", []) and name not in ALWAYS:  # hidden or unknown, and nobody misses it
        return None
    unit = customer.values.get(spec.unit) if spec.type == "money" and spec.unit else None
    return Fact(spec, value, hidden, name in customer.disputed, unit)
