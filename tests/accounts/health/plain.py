"""The measures of one customer on one day, reckoned from its documents the slow way, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from accounts.models import (
    Account,
    Activity,
    CreditNote,
    GoodsReturn,
    Insight,
    Invoice,
    Opportunity,
    Order,
    Quote,
    Shipment,
    Ticket,
)


def inputs_of(account: Account, day: date) -> dict[str, int | None]:
    """Inputs in ten-thousandths by measure; None where the measure has no data."""
    found = _payment(account, day) | _rhythm(account, day) | _support(account, day) | _engagement(account, day)
    found |= {
        "revenue_change": _revenue(account, day), "faulty_orders": _quality(account, day),
        "outlook": _outlook(account, day), "tool_score": _tool(account, day),
    }  # fmt: skip
    return {name: None if value is None else int(_round(Decimal(value)) * 10_000) for name, value in found.items()}


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _live(model: Any, account: Account) -> Iterable[Any]:
    rows = model.objects.filter(account=account, deleted_at=None)
    return [row for row in rows if getattr(row, "status", None) not in ("draft", "cancelled")]


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _payment(account: Account, day: date) -> dict[str, Decimal | None]:
    late, weight, items, owed, overdue = Decimal(0), Decimal(0), 0, Decimal(0), Decimal(0)
    waiting: list[tuple[Decimal, int]] = []
    for bill in _live(Invoice, account):
        if bill.invoice_date is None or bill.due_date is None or bill.invoice_date > day:
            continue
        open_now = bill.status == "open" and (bill.open_amount or 0) > 0
        gross = bill.base_net_amount * (bill.gross_amount / bill.net_amount if bill.net_amount else 1)
        amount = bill.base_open_amount if open_now else gross
        is_open = open_now or (bill.paid_date is not None and bill.paid_date > day)
        if amount is None or amount <= 0 or not (is_open or (bill.paid_date and bill.paid_date > day - timedelta(180))):
            continue
        owed += amount if is_open else 0
        if is_open and bill.due_date < day:
            overdue += amount
            waiting.append((amount, (day - bill.due_date).days))
        if not is_open or bill.due_date < day:
            late += amount * ((day if is_open else bill.paid_date) - bill.due_date).days
            weight, items = weight + amount, items + 1
    return {
        "beyond_terms": late / weight if items >= 3 else None,
        "overdue_share": overdue * 100 / owed if owed else None,
        "oldest_overdue": Decimal(max((age for amount, age in waiting if amount * 20 >= owed), default=0))
        if owed else None,
    }


def _rhythm(account: Account, day: date) -> dict[str, Decimal | None]:
    told = (order.order_date for order in _live(Order, account))
    days = sorted({at for at in told if at and day - timedelta(1460) < at <= day})
    if not days or days[-1] <= day - timedelta(730):
        return {"cadence": None}
    kept = [at for at in days if at > days[-1] - timedelta(730)]
    gaps = [(after - before).days for before, after in pairwise(days[max(days.index(kept[0]) - 1, 0) :])]
    if len(kept) < 4:
        return {"cadence": None}
    usual = max(median(gaps), _ninth_decile(gaps) / 2)
    return {"cadence": Decimal((day - days[-1]).days) / Decimal(str(usual))}


def _ninth_decile(gaps: list[int]) -> float:
    """Straight between the two nearest."""
    known, at = sorted(gaps), (len(gaps) - 1) * 0.9
    low = int(at)
    return known[low] + (known[min(low + 1, len(known) - 1)] - known[low]) * (at - low)


def _revenue(account: Account, day: date) -> Decimal | None:
    told = [(i.invoice_date, i.base_net_amount) for i in _live(Invoice, account)]
    told += [(c.credit_date, -c.base_net_amount) for c in CreditNote.objects.filter(account=account, deleted_at=None)]

    def total(first: int, last: int) -> Decimal:
        return sum((a for d, a in told if day - timedelta(first) < d <= day - timedelta(last)), Decimal(0))

    now, before, year_ago = total(90, 0), total(180, 90), total(455, 365)
    base = year_ago if year_ago > 0 else before
    return (now - base) * 100 / base if base > 0 else None


def _quality(account: Account, day: date) -> Decimal | None:
    total, faulty = Decimal(0), Decimal(0)
    for order in _live(Order, account):
        if order.order_date is None or not day - timedelta(180) < order.order_date <= day or order.base_net_amount <= 0:
            continue
        total += order.base_net_amount
        faulty += order.base_net_amount if _is_faulty(account, order, day) else 0
    return faulty * 100 / total if total else None


def _is_faulty(account: Account, order: Order, day: date) -> bool:
    shipped = [s.shipped_date for s in Shipment.objects.filter(order=order, deleted_at=None)
               if s.shipped_date and s.status not in ("draft", "cancelled")]  # fmt: skip
    missed = order.status in ("confirmed", "partly_shipped") or any(at > (order.promised_date or at) for at in shipped)
    if order.promised_date and order.promised_date < day and missed:
        return True
    for note in CreditNote.objects.filter(account=account, deleted_at=None, credit_date__lte=day):
        if (note.order_id or (note.invoice and note.invoice.order_id)) == order.pk:
            return True
    back = GoodsReturn.objects.filter(account=account, order=order, deleted_at=None, return_date__lte=day)
    if any(row.status not in ("draft", "cancelled") for row in back):
        return True
    billed = [i.net_amount for i in Invoice.objects.filter(order=order, deleted_at=None, invoice_date__lte=day)
              if i.status not in ("draft", "cancelled")]  # fmt: skip
    if billed and sum(billed) > order.net_amount * Decimal("1.01") + 1:
        return True
    quote = Quote.objects.filter(pk=order.quote_id, currency=order.currency, deleted_at=None).first()
    if quote is None:
        return False
    return abs(order.net_amount - quote.net_amount) > max(quote.net_amount * Decimal("0.01"), Decimal(50))


def _support(account: Account, day: date) -> dict[str, Decimal | None]:
    severe, answers = 0, []
    for ticket in Ticket.objects.filter(account=account, deleted_at=None, opened_at__lt=_end(day)):
        is_open = ticket.solved_at >= _end(day) if ticket.solved_at else ticket.status in ("new", "open", "waiting")
        breached = ticket.sla_due_at < _end(day) if ticket.sla_due_at else bool(ticket.sla_breached)
        severe += bool(is_open and (ticket.priority == "severe" or breached))
        if ticket.csat and ticket.solved_at and _end(day) - timedelta(180) <= ticket.solved_at < _end(day):
            answers.append(Decimal(ticket.csat))
    mean = sum(answers) / len(answers) if len(answers) >= 3 else None
    return {"severe_tickets": Decimal(severe), "satisfaction": mean}


def _engagement(account: Account, day: date) -> dict[str, Decimal | None]:
    found = [v for v in Activity.objects.filter(account=account, deleted_at=None, happened_at__lt=_end(day))
             if v.kind == "meeting" or (v.kind != "note" and v.direction in ("in", "both"))]  # fmt: skip
    ages = [(day - v.happened_at.date()).days for v in found]
    recent = {v.contact_ref_id for v in found if v.happened_at >= _end(day) - timedelta(180) and v.contact_ref_id}
    return {"contact_age": Decimal(min([730, *ages])), "active_people": Decimal(len(recent))}


def _outlook(account: Account, day: date) -> Decimal:
    states = set()
    for deal in Opportunity.objects.filter(account=account, deleted_at=None):
        if deal.opened_at and deal.opened_at >= _end(day):
            continue
        is_open = deal.closed_at >= _end(day) if deal.closed_at else deal.state == "open"
        since = _end(day) - timedelta(30)
        moved = (deal.opened_at and deal.opened_at >= since) or (
            deal.stage_changed_at and since <= deal.stage_changed_at < _end(day)
        )
        touched = Activity.objects.filter(
            opportunity=deal, deleted_at=None, happened_at__gte=since, happened_at__lt=_end(day)
        ).exists()
        if is_open:
            states.add(3 if moved or touched else 2)
        elif deal.state == "lost" and deal.closed_at and _end(day) - timedelta(90) <= deal.closed_at:
            states.add(0)
    return Decimal(max([state for state in states if state >= 2], default=0 if 0 in states else 1))


def _tool(account: Account, day: date) -> Decimal | None:
    told = Insight.objects.filter(account=account, kind="churn_risk", deleted_at=None, score__isnull=False,
                                  scored_at__lt=_end(day), scored_at__gte=_end(day) - timedelta(180))  # fmt: skip
    latest = told.order_by("-scored_at", "-id").first()
    return None if latest is None else latest.score * 100 if latest.score <= 1 else min(latest.score, Decimal(100))
