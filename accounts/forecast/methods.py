"""Simple ways to expect a month, and the choice between them by how far off each was before.

A method sees only what was known at its origin. The one used at an origin is the one with the smallest mean
error over the origins before it, so the error told is the error one would have had, not that of hindsight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

HORIZONS = 6
NAIVE = ("last month", "same month last year")
RANGE = (0.1, 0.9)
SPANS = (1, 3, 6, 12)  # months whose mean may tell what a product sells
LEAST = 4  # origins a method is judged by before it may be chosen over the naive
Known = Mapping[int, float]  # horizon → amount known at the origin


@dataclass(frozen=True)
class Past:
    """What one origin knows: the months before it, the oldest first, and what is booked for the months ahead."""

    values: Sequence[float]
    booked: Known
    likely: Known


Method = Callable[[Past, int, Sequence[float]], float]


def last_month(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """What the last month brought."""
    return past.values[-1] if past.values else 0.0


def last_year(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """What the same month brought a year before."""
    return past.values[ahead - 13] if len(past.values) >= 13 - ahead else last_month(past, ahead, pickup)


def mean_of_three(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """The mean of three months."""
    return float(np.mean(past.values[-3:])) if past.values else 0.0


def mean_of_six(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """The mean of six months."""
    return float(np.mean(past.values[-6:])) if past.values else 0.0


def year_with_growth(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """The same month a year before, grown as the last six months grew on theirs."""
    before = sum(past.values[-18:-12])
    grown = sum(past.values[-6:]) / before if len(past.values) >= 18 and before > 0 else 1.0
    return last_year(past, ahead, pickup) * min(max(grown, 0.5), 2.0)


def book_and_pickup(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """What is booked for the month, and what used to come on top of the book from so far ahead."""
    if not pickup:
        return mean_of_three(past, ahead, pickup)
    return past.booked.get(ahead, 0.0) + float(np.mean(pickup[-6:]))


def book_and_deals(past: Past, ahead: int, pickup: Sequence[float]) -> float:
    """Four fifths of the book with its usual rest, one fifth of the book with the likely deals."""
    likely = past.booked.get(ahead, 0.0) + past.likely.get(ahead, 0.0)
    return book_and_pickup(past, ahead, pickup) * 0.8 + likely * 0.2


METHODS: dict[str, Method] = {
    "last month": last_month, "same month last year": last_year, "mean of three months": mean_of_three,
    "mean of six months": mean_of_six, "last year with growth": year_with_growth,
    "book and usual rest": book_and_pickup, "book, deals and usual rest": book_and_deals,
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """A number for a month ahead, its range, and the method with the parts it was made of."""

    ahead: int
    low: float
    value: float
    high: float
    method: str
    parts: dict[str, float]


@dataclass(frozen=True)
class Measured:
    """How far off forecasts were over past origins: mean absolute error in percent of what came."""

    chosen: float | None
    naive: dict[str, float | None]
    months: int


@dataclass
class _Tally:
    """How far the told months lay from what came, beside those of the naive methods."""

    misses: list[float] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    naives: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in NAIVE})

    def add(self, value: float, actual: float, naive: Mapping[str, float]) -> None:
        self.misses.append(abs(value - actual))
        self.truth.append(abs(actual))
        for name, told in naive.items():
            self.naives[name].append(abs(told - actual))

    def measured(self) -> Measured:
        naives = {name: _percent(missed, self.truth) for name, missed in self.naives.items()}
        return Measured(_percent(self.misses, self.truth), naives, len(self.truth))


def forecast(pasts: Sequence[Past], actuals: Sequence[float]) -> tuple[list[Expected], Measured]:
    """From origins a month apart (the last is now) and the months that followed all but the last.

    `actuals[k]` is the month that begins at origin k; the last origin's months are still to come.
    """
    tally = _Tally()
    found = [_expected(pasts, actuals, ahead, tally) for ahead in range(1, HORIZONS + 1)]
    return found, tally.measured()


def _expected(pasts: Sequence[Past], actuals: Sequence[float], ahead: int, tally: _Tally) -> Expected:
    """A month so far ahead, by the method that missed least, within the range that past misses make."""
    told = _told(pasts, actuals, ahead)
    errors = {name: _misses(values, actuals, ahead) for name, values in told.items()}
    ratios = []
    for place in range(LEAST + ahead, len(pasts) - ahead):
        actual = actuals[place + ahead - 1]
        value = told[_pick(errors, place - ahead)][place]
        tally.add(value, actual, {name: told[name][place] for name in NAIVE})
        ratios.append((actual - value) / value if value else 0.0)
    method = _pick(errors, len(pasts) - 1 - ahead)
    value = max(told[method][-1], 0.0)
    low, high = (value * (1 + float(np.quantile(ratios, side))) if len(ratios) >= 3 else value for side in RANGE)
    parts = {"booked": pasts[-1].booked.get(ahead, 0.0), "likely deals": pasts[-1].likely.get(ahead, 0.0)}
    return Expected(ahead, min(max(low, 0.0), value), value, max(high, value), method, parts)


def _after(actuals: Sequence[float], ahead: int) -> list[float]:
    """The month so far ahead of each origin, as far as it is over."""
    return list(actuals[ahead - 1 :])


def _misses(values: Sequence[float], actuals: Sequence[float], ahead: int) -> list[float]:
    return [abs(value - actual) for value, actual in zip(values, _after(actuals, ahead), strict=False)]


def _told(pasts: Sequence[Past], actuals: Sequence[float], ahead: int) -> dict[str, list[float]]:
    """What each method says at each origin, with what came on top of the book at the origins settled by then."""
    rests = [a - past.booked.get(ahead, 0.0) for past, a in zip(pasts, _after(actuals, ahead), strict=False)]
    return {
        name: [method(past, ahead, rests[: max(place - ahead + 1, 0)]) for place, past in enumerate(pasts)]
        for name, method in METHODS.items()
    }


def _pick(errors: Mapping[str, Sequence[float]], upto: int) -> str:
    """The method that was least off at the origins before; a naive one until enough is known."""
    if upto < LEAST:
        return NAIVE[0]
    return min(errors, key=lambda name: float(np.mean(errors[name][:upto])))


def _percent(misses: Sequence[float], truth: Sequence[float]) -> float | None:
    total = sum(truth)
    return sum(misses) / total * 100 if total else None


def choose_units(history: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[str, float | None]]:
    """Expected units a month and their mean miss, for products (rows) from their months (columns).

    Each product takes the mean of 1, 3, 6 or 12 months, or the same month last year, whichever missed least over the
    last six months; the errors told are of the whole, chosen and naive, on the last three of them.
    """
    months = history.shape[1]
    tests = list(range(max(months - 6, 12), months))
    if not history.shape[0] or not tests:
        return np.zeros(history.shape[0]), np.zeros(history.shape[0]), {}
    actual = history[:, tests]
    misses = np.abs(np.stack([_units_at(history, at) for at in tests], axis=2) - actual[None])
    best, rows = misses.mean(axis=2).argmin(axis=0), np.arange(history.shape[0])
    return _units_at(history, months)[best, rows], misses[best, rows].mean(axis=1), _units_missed(misses, actual)


def _units_at(history: np.ndarray, at: int) -> np.ndarray:
    """What each method (rows) tells of a month from those before it, the same month last year being the last."""
    means = [history[:, max(at - span, 0) : at].mean(axis=1) for span in SPANS]
    return np.stack([*means, history[:, at - 12]])


def _units_missed(misses: np.ndarray, actual: np.ndarray) -> dict[str, float | None]:
    """Percent missed of all units in the later half, each product by the method that was best in the earlier one."""
    half = max(actual.shape[1] // 2, 1)
    early = misses[:, :, :half].mean(axis=2).argmin(axis=0)
    total = actual[:, half:].sum()
    shares = {
        "chosen": misses[early, np.arange(actual.shape[0]), half:].sum(), "last month": misses[0, :, half:].sum(),
        "same month last year": misses[-1, :, half:].sum(),
    }  # fmt: skip
    return {name: float(miss / total * 100) if total else None for name, miss in shares.items()}
