"""What the company's reference tables say: tolerances, payment terms, sales stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.frames import rows
from accounts.models import PaymentTerm, SalesStage
from accounts.models import Tolerance as ToleranceRow

# What one unit of each currency is worth in ours on a day: by the latest rate known then. Grain: one currency.
RATES_OF_DAY = """
    SELECT DISTINCT ON (currency) currency, rate FROM accounts_currencyrate
    WHERE rate_date <= %(today)s ORDER BY currency, rate_date DESC"""
# Beside a table with a currency: `of_day`, what one unit is worth on that day.
TODAYS = f"LEFT JOIN (SELECT currency, rate AS of_day FROM ({RATES_OF_DAY}) d) r USING (currency)"


@dataclass(frozen=True)
class Tolerance:
    """How far two figures may lie apart; the wider of share and amount counts."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    days: int | None = None

    def allows(self, expected: Decimal, found: Decimal) -> bool:
        """Whether a difference is small enough to be nobody's business."""
        share = abs(expected) * (self.percent or Decimal(0)) / 100
        return abs(expected - found) <= max(share, self.amount or Decimal(0))


# What holds until the policies say otherwise; every name a policy may set stands here.
DEFAULTS: Mapping[str, Tolerance] = {
    "won_to_order": Tolerance(days=5),
    "order_value": Tolerance(percent=Decimal(1), amount=Decimal(50)),
    "unit_price": Tolerance(percent=Decimal("0.5")),
    "late_shipping": Tolerance(days=0),
    "shipped_to_invoice": Tolerance(days=3),
    "backlog": Tolerance(days=30),
    "invoice_value": Tolerance(percent=Decimal(1), amount=Decimal(5)),
    "quantity": Tolerance(percent=Decimal(0)),
    "order_floor": Tolerance(amount=Decimal(500)),
    "double_invoice": Tolerance(days=30),
    "payment_residual": Tolerance(amount=Decimal(1), days=10),
    "credit_note": Tolerance(percent=Decimal(5)),
    "hold_before_shipping": Tolerance(days=5),
    "inferred_link": Tolerance(percent=Decimal(2), days=60),
    "document_total": Tolerance(amount=Decimal("0.05")),
    "plan": Tolerance(percent=Decimal(5), amount=Decimal(10)),
    # Merging customers: what each side may owe, and how far their limits may differ, before a person is asked.
    "merge_open_receivable": Tolerance(amount=Decimal(0)),
    "merge_credit_limit": Tolerance(amount=Decimal(0)),
    # From this revenue of both, or this value of a bulk acceptance, a second person has to agree.
    "merge_two_people": Tolerance(amount=Decimal(250_000)),
    "bulk_two_people": Tolerance(amount=Decimal(100_000)),
    # Identity: the probability from which customers are merged, and from which a person is asked.
    "match_automatic": Tolerance(percent=Decimal(98)),
    "match_review": Tolerance(percent=Decimal(50)),
    # Guards: records a value may tie, records a customer may have, names an identifier may have, and how many
    # records one run may bring to other customers by itself (the wider of share and number).
    "guard_key": Tolerance(amount=Decimal(100)),
    "guard_cluster": Tolerance(amount=Decimal(50)),
    "guard_names": Tolerance(amount=Decimal(20)),
    "guard_run": Tolerance(percent=Decimal(10), amount=Decimal(200)),
    # Share of the duplicates asked whose answer is known, to measure the answers.
    "planted": Tolerance(percent=Decimal(2)),
    # Working days a steward has.
    "sla_billing": Tolerance(days=1),
    "sla_money": Tolerance(days=2),
    "sla_other": Tolerance(days=10),
}


def get_tolerance(name: str) -> Tolerance:
    """The company's tolerance of a name, else the default; KeyError for a name nobody knows."""
    default = DEFAULTS[name]
    row = ToleranceRow.objects.filter(name=name).first()
    return Tolerance(row.percent, row.amount, row.days) if row else default


def list_tolerances() -> dict[str, Tolerance]:
    """Every tolerance by name, in one query."""
    told = rows("SELECT name, percent, amount, days FROM accounts_tolerance")  # by every round of identity
    return dict(DEFAULTS) | {name: Tolerance(*limits) for name, *limits in told}


def list_payment_terms() -> dict[str, PaymentTerm]:
    """Payment terms by each word a source may have for them, in small letters."""
    return {word: term for term in PaymentTerm.objects.all() for word in _words(term)}


def list_sales_stages() -> dict[str, SalesStage]:
    """Sales stages by each word a source may have for them, in small letters."""
    return {word: stage for stage in SalesStage.objects.order_by("-place") for word in _words(stage)}


def _words(row: PaymentTerm | SalesStage) -> list[str]:
    return [word.lower() for word in (row.code, row.label, *row.words)]
