"""Chains as one reader sees them: the strip of steps, the documents behind, their links, and lines side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.access import scope_of
from accounts.access.fields import Reader
from accounts.catalogue import load
from accounts.models import Account, Chain, Link, ProcessException
from accounts.models.exception import OPEN_STATES
from accounts.quote_to_cash.links import CODE, INVOICE, PAYMENT
from accounts.quote_to_cash.rules import visible_rules
from accounts.quote_to_cash.slices import Slice

# step -> (label, class, date, amount, ids of its documents)
STEPS: dict[str, tuple[str, str, str, str, str]] = {
    "deal": ("Deal", "pipeline", "opened_date", "deal_amount", ""),
    "quote": ("Quote", "pipeline", "quoted_date", "quoted_amount", "quote_ids"),
    "order": ("Order", "order", "ordered_date", "ordered_amount", "order_ids"),
    "shipment": ("Shipped", "order", "shipped_date", "shipped_amount", "shipment_ids"),
    "invoice": ("Invoiced", "receivable", "invoiced_date", "invoiced_amount", "invoice_ids"),
    "payment": ("Paid", "receivable", "paid_date", "paid_amount", ""),
}
DATES = {"opportunity": "close_date", "quote": "quote_date", "order": "order_date", "shipment": "shipped_date",
         "invoice": "invoice_date", "payment": "payment_date"}  # fmt: skip
AMOUNTS = {"opportunity": "amount", "quote": "net_amount", "order": "net_amount", "invoice": "gross_amount",
           "payment": "amount"}  # fmt: skip
IN_STEP = {"opportunity": "pipeline", "quote": "pipeline", "order": "order", "shipment": "order",
           "invoice": "receivable", "payment": "receivable"}  # fmt: skip
DEAL_STATES = {"won": "done", "open": "part", "lost": "none"}
NAME_OF = {code: name for name, code in CODE.items()}
CODE_OF_STEP = {"deal": CODE["opportunity"], "quote": CODE["quote"], "order": CODE["order"],
                "shipment": CODE["shipment"], "invoice": INVOICE}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of a chain: reached, under way or not yet, with its date, amount and days since the step before."""

    name: str
    label: str
    state: str  # done | part | none
    day: date | None
    amount: Decimal | None
    count: int
    days: int | None
    number: str = ""  # of its first document


@dataclass(frozen=True)
class Strip:
    """A chain as a row of steps."""

    chain: Chain
    steps: tuple[Step, ...]
    hidden: tuple[str, ...]
    exceptions: int
    live: bool


@dataclass(frozen=True)
class Paper:
    """A document of a chain."""

    object: str
    id: int
    number: str
    day: date | None
    amount: Decimal | None
    currency: str | None
    state: str
    label: str


@dataclass(frozen=True)
class Tie:
    """A link between two documents of a chain, both as far as the reader sees them."""

    link: Link
    left: Paper
    right: Paper


@dataclass(frozen=True)
class ChainView:
    """Everything a chain's page shows."""

    strip: Strip
    papers: tuple[Paper, ...]
    ties: tuple[Tie, ...]


def visible_chains(user: Reader) -> QuerySet[Chain]:
    """The chains of customers within the user's reach, for who sees orders."""
    return Slice(user).chains()


def get_chain(user: Reader, id: int) -> ChainView:
    """One chain with its documents and links; not found where the user may not see it."""
    chain = visible_chains(user).select_related("account").filter(pk=id).first()
    if chain is None:
        raise Http404("No such chain.")
    links = _links(chain)
    papers = _papers(user, _documents(chain, links))
    by_place = {(CODE[paper.object], paper.id): paper for paper in papers}
    ties = [
        Tie(link, by_place[(link.left_object, link.left_id)], by_place[(link.right_object, link.right_id)])
        for link in links
        if (link.left_object, link.left_id) in by_place and (link.right_object, link.right_id) in by_place
    ]
    return ChainView(strips(user, [chain])[0], papers, tuple(ties))


def account_chains(user: Reader, account: Account, *, live_only: bool = False, limit: int = 5) -> tuple[Strip, ...]:
    """Chains of one customer, the latest first; live ones are those not paid, lost or cancelled."""
    rows = visible_chains(user).filter(account=account)
    if not Slice(user).sees("pipeline"):  # a chain that is but a deal would be a row of nothing
        rows = rows.exclude(order_ids=[], shipment_ids=[], invoice_ids=[])
    if live_only:
        rows = rows.filter(paid_date__isnull=True).exclude(state="lost")
        rows = rows.filter(Q(deal_amount__gt=0) | Q(ordered_amount__gt=0) | Q(invoiced_amount__gt=0))
    return strips(user, rows.order_by("-latest_date", "-id")[:limit])


def strips(user: Reader, chains: Iterable[Chain]) -> tuple[Strip, ...]:
    """Chains as strips with their documents' numbers and open exceptions; one query a kind, whatever their number."""
    found = list(chains)
    open_ones = ProcessException.objects.filter(
        chain__in=[chain.pk for chain in found], state__in=OPEN_STATES, rule__in=list(visible_rules(user))
    )
    counts = dict(open_ones.values_list("chain").annotate(n=Count("id")))
    part = Slice(user)
    seen = {name: part.sees(step[1]) for name, step in STEPS.items()}
    numbers = _numbers(user, found)
    return tuple(_strip(chain, seen, counts.get(chain.pk, 0), numbers) for chain in found)


def _first_papers(chain: Chain) -> dict[str, tuple[str, int]]:
    """step -> kind and id of its first document, as far as it has one."""
    kinds = {step: CODE_OF_STEP[step] for step in STEPS if step in CODE_OF_STEP}
    own = _own(chain)
    return {step: (NAME_OF[code], own[code][0]) for step, code in kinds.items() if code in own}


def _numbers(user: Reader, chains: Sequence[Chain]) -> dict[tuple[str, int], str]:
    """Numbers of the first documents of each step, as far as the reader sees them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for chain in chains:
        for name, id in _first_papers(chain).values():
            wanted[name].add(id)
    return {(paper.object, paper.id): paper.number for paper in _papers(user, wanted)}


def _strip(chain: Chain, seen: dict[str, bool], exceptions: int, numbers: dict[tuple[str, int], str]) -> Strip:
    papers = _first_papers(chain)
    steps: list[Step] = []
    before: date | None = None
    for name, (label, _, day, amount, ids) in STEPS.items():
        if not seen[name] or (name == "deal" and not chain.state):
            continue
        if name == "order" and seen["deal"]:  # the wait for an order begins when the deal is won
            before = chain.won_date or before
        step = _step(chain, name, label, getattr(chain, day), getattr(chain, amount), ids, before)
        step = replace(step, number=numbers.get(papers[name], "")) if name in papers else step
        before = step.day or before
        steps.append(replace(step, state=DEAL_STATES.get(chain.state, "part")) if name == "deal" else step)
    hidden = tuple(STEPS[name][0] for name, shown in seen.items() if not shown)
    if not seen["deal"] and chain.root_object in (CODE["opportunity"], CODE["quote"]):
        known = next((step.number for step in steps if step.number), "")
        chain.label = known or f"Chain {chain.pk}"  # named after its deal, whose number the reader may not know
    live = chain.paid_date is None and chain.state != "lost"
    return Strip(chain, tuple(steps), hidden, exceptions, live)


def _step(
    chain: Chain, name: str, label: str, day: date | None, amount: Decimal | None, ids: str, before: date | None
) -> Step:
    count = len(getattr(chain, ids)) if ids else int(day is not None)
    reached = day is not None
    under_way = not reached and bool(amount or (count and name != "shipment"))
    days = (day - before).days if day and before and day >= before else None
    return Step(name, label, "done" if reached else "part" if under_way else "none", day, amount, count, days)


def _links(chain: Chain) -> list[Link]:
    """Every link between or from documents of the chain."""
    inside = [(code, id) for code, ids in _own(chain).items() for id in ids]
    if not inside:
        return []
    either = Q()
    for code, ids in _own(chain).items():
        either |= Q(right_object=code, right_id__in=ids)
        if code == INVOICE:
            either |= Q(left_object=code, left_id__in=ids)
    return list(Link.objects.filter(either).order_by("left_object", "right_object", "right_id", "left_id")[:500])


def _own(chain: Chain) -> dict[int, list[int]]:
    own = {
        CODE["quote"]: chain.quote_ids,
        CODE["order"]: chain.order_ids,
        CODE["shipment"]: chain.shipment_ids,
        INVOICE: chain.invoice_ids,
    }
    if chain.root_object == CODE["opportunity"]:
        own[chain.root_object] = [chain.root_id]
    return {code: ids for code, ids in own.items() if ids}


def _documents(chain: Chain, links: Sequence[Link]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code, ids in _own(chain).items():
        found[NAME_OF[code]].update(ids)
    for link in links:
        found[NAME_OF[link.left_object]].add(link.left_id)
        if link.right_object == PAYMENT:
            found["payment"].add(link.right_id)
    return found


def _papers(user: Reader, wanted: dict[str, set[int]]) -> tuple[Paper, ...]:
    """The documents the reader may see, in the order of the steps; one query a kind."""
    found = [paper for name in DATES if wanted.get(name) for paper in papers_of(user, name, wanted[name])]
    return tuple(found)


def papers_of(user: Reader, name: str, ids: Iterable[int]) -> list[Paper]:
    """Documents of a kind by id, as far as the reader sees the kind and their customers."""
    if not Slice(user).sees(IN_STEP[name]):
        return []
    model: Any = apps.get_model("accounts", load()[name].model)
    rows = model.objects.filter(pk__in=list(ids), deleted_at__isnull=True)
    scope = scope_of(user)
    rows = rows if scope.everything else rows.filter(scope.condition("account"))
    return [_paper(name, row) for row in rows.order_by(DATES[name], "pk")]


def _paper(name: str, row: Any) -> Paper:
    state = getattr(row, "status", None) or getattr(row, "state", None) or getattr(row, "kind", None) or ""
    amount = getattr(row, AMOUNTS[name]) if name in AMOUNTS else None
    return Paper(
        name, row.pk, row.number or row.key, getattr(row, DATES[name]), amount, getattr(row, "currency", None), state,
        load()[name].label,
    )  # fmt: skip
