"""Figures of the way from deal to payment, of the chains of a slice: medians and P90, never means.

A figure whose classes the reader does not see is not computed. Each says how many chains it counts and how many
it leaves out, because a date is missing or the two stand in the wrong order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from accounts.frames import rows
from accounts.models import Chain, Invoice, Payment, Quote
from accounts.quote_to_cash.links import INVOICE, ORDER, PAYMENT, QUOTE
from accounts.quote_to_cash.slices import Slice

PARTIAL_BELOW = Decimal("0.9")
# name -> (label, first date, last date, classes)
STEPS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "created_quoted": ("Created → quoted", "opened_date", "quoted_date", ("pipeline",)),
    "quoted_won": ("Quoted → won", "quoted_date", "won_date", ("pipeline",)),
    "won_ordered": ("Won → ordered", "won_date", "ordered_date", ("pipeline", "order")),
    "ordered_shipped": ("Ordered → shipped", "ordered_date", "shipped_date", ("order",)),
    "shipped_invoiced": ("Shipped → invoiced", "shipped_date", "invoiced_date", ("order", "receivable")),
    "invoiced_due": ("Invoiced → due", "invoiced_date", "due_date", ("receivable",)),
    "due_paid": ("Due → paid", "due_date", "paid_date", ("receivable",)),
}
LEAD_TO_CASH = ("Lead to cash", "won_date", "paid_date", ("pipeline", "receivable"))
COLUMNS = (
    "id", "state", "how", "opened_date", "quoted_date", "won_date", "ordered_date", "shipped_date", "invoiced_date",
    "due_date", "paid_date", "deal_amount", "ordered_amount", "shipped_amount", "invoiced_amount", "paid_amount",
    "overdue_amount", "backlog_amount", "unbilled_amount", "lines_due", "lines_on_time", "invoices", "invoices_right",
)  # fmt: skip


@dataclass(frozen=True)
class StepTime:
    """Days between two steps: median and P90 of the chains that have both in order, and how many had not."""

    name: str
    label: str
    median: Decimal | None
    p90: Decimal | None
    count: int
    excluded: int


@dataclass(frozen=True)
class Ratio:
    """A share with both its parts; None where there is nothing to divide by."""

    name: str
    label: str
    top: Decimal
    bottom: Decimal
    meaning: str

    @property
    def share(self) -> Decimal | None:
        """Top by bottom."""
        return self.top / self.bottom if self.bottom else None


@dataclass(frozen=True)
class Linked:
    """Value by how it is linked to what came before: deals to orders, invoices to orders, payments to invoices."""

    explicit: Decimal
    inferred: Decimal
    none: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.explicit + self.inferred + self.none

    @property
    def share(self) -> Decimal | None:
        """How much is linked at all."""
        return (self.explicit + self.inferred) / self.total if self.total else None

    @property
    def partial(self) -> bool:
        """Whether too much stands unlinked for conversion figures to be whole."""
        return self.share is not None and self.share < PARTIAL_BELOW


@dataclass(frozen=True)
class Kpis:
    """Everything the head of the page shows."""

    chains: int
    lead_to_cash: StepTime | None
    steps: tuple[StepTime, ...]
    ratios: tuple[Ratio, ...]
    backlog: Decimal
    unbilled: Decimal | None
    linked: Linked


def get_kpis(part: Slice) -> Kpis:
    """The figures of a slice."""
    chains = part.chains()
    lead = step_times(part, chains, {"lead_to_cash": LEAD_TO_CASH})
    sums = _sums(chains)
    return Kpis(
        chains=int(sums["chains"]),
        lead_to_cash=lead[0] if lead else None,
        steps=step_times(part, chains, STEPS),
        ratios=_ratios(part, sums),
        backlog=sums["backlog"],
        unbilled=sums["unbilled"] if part.sees("receivable") else None,
        linked=get_linked(part),
    )


def step_times(part: Slice, chains: QuerySet[Chain], wanted: dict[str, Any]) -> tuple[StepTime, ...]:
    """Days of each step the reader sees, in one statement."""
    steps = {name: step for name, step in wanted.items() if part.sees(*step[3])}
    if not steps:
        return ()
    picks = ", ".join(_time(first, last) for _, first, last, _ in steps.values())
    found = sum_up(f"SELECT {picks} FROM c", chains)
    return tuple(
        StepTime(name, step[0], _days(found[at * 4]), _days(found[at * 4 + 1]), found[at * 4 + 2], found[at * 4 + 3])
        for at, (name, step) in enumerate(steps.items())
    )


def _time(first: str, last: str) -> str:
    """Median, P90, how many count, and how many began the step and are left out."""
    good = f"{last} >= {first}"
    return (
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {last} - {first}) FILTER (WHERE {good}), "
        f"percentile_cont(0.9) WITHIN GROUP (ORDER BY {last} - {first}) FILTER (WHERE {good}), "
        f"count(*) FILTER (WHERE {good}), "
        f"count(*) FILTER (WHERE ({first} IS NOT NULL OR {last} IS NOT NULL) AND ({good}) IS NOT TRUE)"
    )


def _sums(chains: QuerySet[Chain]) -> dict[str, Decimal]:
    names = ("chains", "won", "ordered_won", "due", "on_time", "invoices", "right", "straight", "backlog", "unbilled")
    found = sum_up(
        "SELECT count(*), sum(deal_amount) FILTER (WHERE state = 'won' AND ordered_amount IS NOT NULL), "
        "sum(ordered_amount) FILTER (WHERE state = 'won' AND deal_amount IS NOT NULL), sum(lines_due), "
        "sum(lines_on_time), sum(invoices), sum(invoices_right), count(*) FILTER (WHERE how <> 'person' AND NOT EXISTS "
        "(SELECT FROM accounts_processexception e WHERE e.chain_id = c.id AND e.state <> 'dismissed')), "
        "sum(backlog_amount), sum(unbilled_amount) FROM c",
        chains,
    )
    return {name: Decimal(value or 0) for name, value in zip(names, found, strict=True)}


def _ratios(part: Slice, sums: dict[str, Decimal]) -> tuple[Ratio, ...]:
    made: list[Ratio] = []
    if part.sees("pipeline", "order"):
        made.append(_conversion(part))
        made.append(Ratio("won_to_order", "Won to order value", sums["ordered_won"], sums["won"],
                          "Value ordered by value won, of deals that were ordered"))  # fmt: skip
    made.append(Ratio("otif", "On time in full", sums["on_time"], sums["due"],
                      "Order lines shipped in full by the promised day, of lines due"))  # fmt: skip
    if part.sees("receivable"):
        made.append(Ratio("right", "Billed right first time", sums["right"], sums["invoices"],
                          "Invoices not credited or billed again within 60 days, and not disputed"))  # fmt: skip
    made.append(Ratio("straight", "Straight through", sums["straight"], sums["chains"],
                      "Chains with no exception and nothing linked by hand"))  # fmt: skip
    return tuple(made)


def _conversion(part: Slice) -> Ratio:
    """Quotes by their own day, with the owner who made them."""
    quotes = part.within(Quote.objects.filter(deleted_at__isnull=True), "quote_date")
    quotes = quotes.filter(status__in=["accepted", "declined", "expired"])
    quotes = quotes.filter(owner=part.owner) if part.owner else quotes
    linked = (
        f"EXISTS (SELECT FROM accounts_link l WHERE l.left_object = {QUOTE} AND l.left_id = c.id "
        f"AND l.right_object = {ORDER})"
    )
    found = sum_up(f"SELECT sum(base_net_amount) FILTER (WHERE {linked}), sum(base_net_amount) FROM c", quotes,
                 ("id", "base_net_amount"))  # fmt: skip
    top, bottom = (Decimal(value or 0) for value in found)
    return Ratio("conversion", "Quote to order", top, bottom, "Value of quotes with an order, of quotes decided")


def get_linked(part: Slice) -> Linked:
    """How much of the value that should follow from something is known to."""
    pools: list[tuple[Decimal, ...]] = []
    if part.sees("pipeline", "order"):
        pools.append(_pool(
            "SELECT sum(deal_amount) FILTER (WHERE ordered_amount IS NOT NULL AND how <> 'inferred'), "
            "sum(deal_amount) FILTER (WHERE ordered_amount IS NOT NULL AND how = 'inferred'), "
            "sum(deal_amount) FILTER (WHERE ordered_amount IS NULL) FROM c", part.chains().filter(state="won"), COLUMNS
        ))  # fmt: skip
    if part.sees("order", "receivable"):
        live = Invoice.objects.filter(deleted_at__isnull=True).exclude(status__in=["draft", "cancelled"])
        pools.append(followed(part.within(live, "invoice_date"), INVOICE, "base_net_amount"))
        paid = Payment.objects.filter(deleted_at__isnull=True).exclude(kind="refund")
        pools.append(followed(part.within(paid, "payment_date"), PAYMENT, "base_amount"))
    return Linked(*(sum((pool[at] for pool in pools), Decimal(0)) for at in range(3)))


def followed(documents: QuerySet[Any], code: int, amount: str) -> tuple[Decimal, ...]:
    """Value of documents by the best link to what they follow from."""
    return _pool(
        f"SELECT sum({amount}) FILTER (WHERE best = 0), sum({amount}) FILTER (WHERE best = 1), "
        f"sum({amount}) FILTER (WHERE best IS NULL) FROM (SELECT c.{amount}, (SELECT min((l.how = 'inferred')::int) "
        f"FROM accounts_link l WHERE l.right_object = {code} AND l.right_id = c.id) AS best FROM c) k",
        documents, ("id", amount),
    )  # fmt: skip


def _pool(query: str, documents: QuerySet[Any], names: tuple[str, ...]) -> tuple[Decimal, ...]:
    return tuple(Decimal(value or 0) for value in sum_up(query, documents, names))


def sum_up(query: str, documents: QuerySet[Any], names: tuple[str, ...] = COLUMNS) -> tuple[Any, ...]:
    """One row of sums over documents, which stand as c."""
    try:
        body, params = documents.order_by().values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        body, params = documents.model.objects.filter(pk=-1).values_list(*names).query.sql_with_params()
    head = ", ".join(names)
    return rows(f"WITH c ({head}) AS ({body}) {query.replace('%', '%%')}", list(params))[0]


def _days(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.1"))
