"""What would move a score: the cheapest actions, judged by scoring the customer as if they were done."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.health.definition import Definition, Profile
from accounts.health.measures import BY_NAME, LIVE_DEAL, NO_DEAL, PLACE, STALE_DEAL
from accounts.health.reckoning import POINT, Facts, total_of
from accounts.models import Account, Ticket
from accounts.selectors.receivables import list_owed

WORTH = POINT // 2  # less than half a point is not worth telling
SHOWN = 2


@dataclass(frozen=True)
class Move:
    """An action, what it would change, and the points the score would gain."""

    action: str
    change: str
    gain: Decimal
    effort: int


def list_moves(
    account: Account, facts: Facts, profile: Profile, definition: Definition, today: date,
    seen: Container[str] = frozenset(BY_NAME),
) -> list[Move]:  # fmt: skip
    """The two actions that give most for their effort, of those that concern measures the reader sees."""
    now = total_of(facts, profile, definition)
    if now is None:
        return []
    found = []
    for action, change, effort, inputs in _candidates(account, facts, today):
        if any(name not in seen for name in inputs):
            continue
        then = total_of(facts.with_inputs(**inputs), profile, definition)
        gain = (then or 0) - now
        if gain >= WORTH:
            found.append(Move(action, change, Decimal(gain) / POINT, effort))
    best: dict[str, Move] = {}
    for move in sorted(found, key=lambda move: (-move.gain / move.effort, move.action)):
        best.setdefault(move.action.split()[0], move)
    return list(best.values())[:SHOWN]


Candidate = tuple[str, str, int, dict[str, int]]


def _candidates(account: Account, facts: Facts, today: date) -> Iterator[Candidate]:
    known = {name: facts.inputs[place] for name, place in PLACE.items()}
    if known["overdue_share"]:
        yield from _paid(account, known["overdue_share"], today)
    if known["severe_tickets"]:
        yield from _solved(account, known["severe_tickets"] // POINT)
    if known["contact_age"]:
        days, people = known["contact_age"] // POINT, known["active_people"] or 0
        yield "Talk to them", f"last two-way contact {days} d ago becomes today", 1, {
            "contact_age": 0, "active_people": max(people, POINT),
        }  # fmt: skip
    if known["outlook"] == STALE_DEAL * POINT:
        yield "Move the open deal on", "stale becomes in motion", 1, {"outlook": LIVE_DEAL * POINT}
    if known["outlook"] is not None and known["outlook"] <= NO_DEAL * POINT:
        yield "Open a deal", "no deal becomes one in motion", 3, {"outlook": LIVE_DEAL * POINT}
    if known["cadence"] and known["cadence"] > POINT:
        times = Decimal(known["cadence"]) / POINT
        yield "Win the next order", f"last order {times:.1f} × the usual interval becomes 0", 4, {"cadence": 0}


def _paid(account: Account, share: int, today: date) -> Iterator[Candidate]:
    """The largest overdue invoices paid: one, two, three. Days beyond terms stay: late is late."""
    owed = [(number, due, amount) for number, due, amount in list_owed(account, today) if amount]
    late = sorted(((name, due, amount) for name, due, amount in owed if due and due < today), key=lambda row: -row[2])
    total, overdue = sum(row[2] for row in owed), sum(row[2] for row in late)
    for count in range(1, min(len(late), 3) + 1):
        paid = sum(row[2] for row in late[:count])
        left = (overdue - paid) * 100 / (total - paid) if total > paid else Decimal(0)
        names = " and ".join(str(number or "an invoice") for number, *_ in late[:count])
        change = f"overdue share {Decimal(share) / POINT:.0f} → {left:.0f} %"
        oldest = max(((today - due).days for _, due, amount in late[count:] if amount * 20 >= total - paid), default=0)
        inputs = {"overdue_share": int(left * POINT), "oldest_overdue": oldest * POINT}
        yield f"Collect {names}", change, count, inputs


def _solved(account: Account, count: int) -> Iterator[Candidate]:
    rows = Ticket.objects.filter(account=account, deleted_at=None, status__in=["new", "open", "waiting"])
    numbers = [str(number) for number in rows.filter(priority="severe").values_list("number", flat=True)[:3] if number]
    names = f"ticket {', '.join(numbers)}" if numbers and len(numbers) == count else f"{count} tickets"
    yield f"Solve {names}", f"severe or late tickets {count} → 0", count, {"severe_tickets": 0}
