"""Customers by published models: when they buy, when they leave, how they pay.

Buying is Pareto/GGG (Platzer and Reutterer 2016): gamma intervals of a regularity of their own, an exponential
lifetime, both heterogeneous. Nine in twenty of those who leave fade first, the rest stop from one day to the next.
Financial stress is an AR(1) by month; it delays payments and drives a logistic hazard of default (a plain Merton-like
intensity). Severe complaints add to the hazard of leaving.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp
from random import Random

YEARS = 4
MONTH = 30


@dataclass
class Customer:
    """One customer with what drives it; `left` and `broke` are the truth nobody tells the portal."""

    number: int
    joined: date
    interval: float  # mean days between orders
    regularity: float  # shape of the gamma: 1 is pure chance, 8 like a clock
    season: float  # how much the rate swings over the year
    basket: float
    terms: int
    habit: float  # days paid after due date in quiet times
    attention: float  # calls and mails a month
    trouble: float  # share of orders shipped late
    leaves: date | None
    fades_from: date | None
    stress: list[float] = field(default_factory=list)
    broke: date | None = None
    cured: bool = False
    left: date | None = None

    def stress_on(self, day: date, start: date) -> float:
        """The stress of the month a day lies in."""
        return self.stress[min(max((day - start).days // MONTH, 0), len(self.stress) - 1)]

    def fading(self, day: date) -> bool:
        """Whether it has begun to go elsewhere."""
        return self.fades_from is not None and day >= self.fades_from


def customers(count: int, *, seed: int, today: date) -> list[Customer]:
    """So many customers, the same for the same seed."""
    dice = Random(seed)
    return [_customer(number, dice, today) for number in range(1, count + 1)]


def _customer(number: int, dice: Random, today: date) -> Customer:
    start = today - timedelta(365 * YEARS)
    joined = start - timedelta(200) if dice.random() < 0.6 else start + timedelta(dice.randint(0, 365 * 3))
    interval = min(max(dice.lognormvariate(3.2, 0.6), 5), 150)
    leaves = joined + timedelta(90 + dice.expovariate(dice.gammavariate(1.5, 1 / 1.5) / 2200))
    fades = dice.random() < 0.45
    found = Customer(
        number, joined, interval, dice.choice([1, 1, 2, 4, 8]), dice.choice([0, 0, 0, 0.3, 0.7]),
        dice.lognormvariate(7.4, 0.9), dice.choice([14, 30, 30, 30, 60]), dice.gauss(3, 6), dice.gammavariate(1.2, 0.7),
        dice.betavariate(1, 12), leaves if leaves < today else None,
        leaves - timedelta(dice.randint(60, 200)) if fades else None,
    )  # fmt: skip
    _burden(found, dice, start)
    return found


def _burden(customer: Customer, dice: Random, start: date) -> None:
    """Stress month by month, and the month in which it breaks."""
    stress = dice.gauss(0, 1)
    for month in range(365 * YEARS // MONTH + 1):
        stress = 0.9 * stress + dice.gauss(0, 0.44)
        customer.stress.append(stress)
        day = start + timedelta(month * MONTH)
        if customer.broke is None and day > customer.joined and dice.random() < 1 / (1 + exp(7.4 - 1.7 * stress)):
            customer.broke = day + timedelta(dice.randint(0, MONTH - 1))
            customer.cured = dice.random() < 0.3
