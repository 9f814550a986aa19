"""What a customer leaves behind, day by day: orders with their shipment and invoice, tickets, contacts, deals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import pi, sin
from random import Random

from tests.benchmarks.stories.people import YEARS, Customer

Row = dict[str, object]
SUBJECTS = ("Wrong label", "Where is it?", "Damaged pallet", "Question on invoice", "Certificate missing")


@dataclass
class Papers:
    """Rows by export."""

    orders: list[Row] = field(default_factory=list)
    shipments: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)


def write(people: list[Customer], *, seed: int, today: date) -> Papers:
    """Everything that happened until today."""
    papers = Papers()
    for customer in people:
        writer = Writer(customer, Random(f"{seed}-{customer.number}"), today, papers)
        writer.buy()
        writer.talk()
        writer.sell()
    return papers


class Writer:
    """Writes the papers of one customer."""

    def __init__(self, customer: Customer, dice: Random, today: date, papers: Papers) -> None:
        self.of, self.dice, self.today, self.papers = customer, dice, today, papers
        self.start = today - timedelta(365 * YEARS)

    def buy(self) -> None:
        """Orders until the customer leaves, breaks, or today comes."""
        day = max(self.of.joined, self.start)
        while True:
            day += timedelta(max(round(self._interval(day)), 1))
            if self._is_gone(day):
                break
            self.of.left = None
            self._order(day)
        if day <= self.today:
            self.of.left = day

    def _interval(self, day: date) -> float:
        """A gamma interval, stretched by season, by fading, and now and then by a pause that means nothing."""
        mean = self.of.interval * (1 - self.of.season * sin(2 * pi * day.timetuple().tm_yday / 365))
        mean *= 1.8 if self.of.fading(day) else 1
        mean *= self.dice.uniform(2, 4) if self.dice.random() < 0.02 else 1
        return self.dice.gammavariate(self.of.regularity, mean / self.of.regularity)

    def _is_gone(self, day: date) -> bool:
        broken = self.of.broke is not None and not self.of.cured and day > self.of.broke + timedelta(45)
        return day > self.today or broken or (self.of.leaves is not None and day > self.of.leaves)

    def _order(self, day: date) -> None:
        number = f"O{self.of.number:05}-{len(self.papers.orders):06}"
        net = round(self.dice.lognormvariate(0, 0.5) * self.of.basket * (0.7 if self.of.fading(day) else 1), 2)
        promised = day + timedelta(self.dice.randint(5, 15))
        is_late = self.dice.random() < self.of.trouble
        shipped = promised + timedelta(self.dice.randint(3, 15) if is_late else -self.dice.randint(0, 4))
        done = shipped <= self.today
        self.papers.orders.append({
            "no": number, "customer": self.of.number, "date": day, "promised": promised, "net": net,
            "status": "shipped" if done else "confirmed",
        })  # fmt: skip
        if done:
            self.papers.shipments.append({"no": f"S{number}", "order": number, "customer": self.of.number,
                                          "shipped": shipped})  # fmt: skip
            self._invoice(number, shipped, net)
        if (is_late and self.dice.random() < 0.5) or self.dice.random() < 0.04:
            self._ticket(shipped if is_late else day)

    def _invoice(self, order: str, day: date, net: float) -> None:
        due = day + timedelta(self.of.terms)
        late = self.of.habit + 7 * max(self.of.stress_on(due, self.start), -1) + self.dice.gauss(0, 4)
        paid: date | None = max(due + timedelta(round(max(late, -self.of.terms))), day)
        broke = self.of.broke
        if broke is not None and paid is not None and broke < paid and day < broke + timedelta(60):
            paid = paid + timedelta(self.dice.randint(120, 220)) if self.of.cured else None
        elif self.dice.random() < 0.002:  # a dispute nobody settles: no sign of anything
            paid = None
        self.papers.invoices.append({
            "no": f"I{order}", "order": order, "customer": self.of.number, "date": day, "due": due, "net": net,
            "paid": paid if paid is not None and paid <= self.today else None,
        })  # fmt: skip

    def _ticket(self, day: date) -> None:
        if day > self.today:
            return
        is_severe = self.dice.random() < 0.12
        solved = day + timedelta(self.dice.randint(1, 30 if is_severe else 12))
        solved_by = solved if solved <= self.today else None
        self.papers.tickets.append({
            "id": len(self.papers.tickets) + 1, "customer": self.of.number, "subject": self.dice.choice(SUBJECTS),
            "priority": "severe" if is_severe else "normal", "opened": day, "solved": solved_by,
            "csat": self.dice.choice([1, 2, 2, 3] if is_severe else [3, 4, 4, 5, 5])
            if solved_by and self.dice.random() < 0.35 else None,
        })  # fmt: skip
        if is_severe and self.dice.random() < 0.06 and day > self.start + timedelta(90):
            self.of.leaves = min(self.of.leaves or self.today, day + timedelta(self.dice.randint(10, 90)))

    def talk(self) -> None:
        """People, and calls and mails with them; somebody who fades answers half as often."""
        for place in range(self.dice.choice([1, 1, 2, 3])):
            self.papers.contacts.append({"id": f"{self.of.number}-{place}", "customer": self.of.number})
        people = [row["id"] for row in self.papers.contacts if row["customer"] == self.of.number]
        day = max(self.of.joined, self.start)
        while (day := day + timedelta(1 + self.dice.expovariate(max(self.of.attention, 0.05) / 30))) <= self.today:
            gone = self.of.left is not None and day > self.of.left
            heard = self.dice.random() < (0.05 if gone else 0.3 if self.of.fading(day) else 0.6)
            self.papers.activities.append({
                "id": len(self.papers.activities) + 1, "customer": self.of.number, "contact": self.dice.choice(people),
                "kind": self.dice.choice(["call", "mail", "mail", "meeting"] if heard else ["call", "mail"]),
                "direction": "in" if heard else "out", "day": day,
            })  # fmt: skip

    def sell(self) -> None:
        """A deal now and then, whoever the customer is."""
        day = max(self.of.joined, self.start)
        while (day := day + timedelta(20 + self.dice.expovariate(1 / 160))) <= self.today:
            if self.of.left is not None and day > self.of.left + timedelta(60):
                break
            closed = day + timedelta(self.dice.randint(20, 120))
            state = self.dice.choice(["won", "lost", "lost"]) if closed <= self.today else "open"
            self.papers.deals.append({
                "id": len(self.papers.deals) + 1, "customer": self.of.number, "state": state, "opened": day,
                "closed": closed if state != "open" else None, "closes": closed,
                "moved": min(day + timedelta(self.dice.randint(0, 60)), self.today),
                "amount": round(self.of.basket * self.dice.uniform(0.5, 5), 2),
            })  # fmt: skip
