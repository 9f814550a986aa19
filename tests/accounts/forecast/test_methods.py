"""A method sees only its past, the choice is judged before it is used, and numbers are what a plain look says."""

from __future__ import annotations

import numpy as np
import pytest

from accounts.forecast.methods import NAIVE, Past, choose_units, forecast


def series(count: int) -> list[float]:
    """Two years and more of a strong season."""
    return [1000.0 + 600 * np.sin(month / 12 * 2 * np.pi) for month in range(count)]


def pasts_of(values: list[float], origins: int, booked: float = 0.0) -> tuple[list[Past], list[float]]:
    start = len(values) - origins
    pasts = [
        Past(values[:at], {ahead: booked * (values + [0.0] * 6)[at + ahead - 1] for ahead in range(1, 7)}, {})
        for at in range(start, len(values) + 1)
    ]
    return pasts, values[start:]


def test_season_is_found_and_beats_the_last_month() -> None:
    expected, measured = forecast(*pasts_of(series(42), 18))

    assert measured.chosen is not None
    assert measured.chosen == pytest.approx(0.0, abs=1e-9)
    assert measured.naive[NAIVE[0]] > 10  # type: ignore[operator]
    assert [round(one.value, 6) for one in expected] == [round(value, 6) for value in series(48)[42:]]
    assert all(one.low <= one.value <= one.high for one in expected)


def test_book_is_used_where_it_tells_all() -> None:
    dice = np.random.default_rng(7)
    values = [float(value) for value in dice.integers(100, 2000, 42)]
    expected, measured = forecast(*pasts_of(values, 18, booked=1.0))

    assert measured.chosen is not None
    assert measured.chosen < min(value for value in measured.naive.values() if value is not None)
    assert expected[0].method.startswith("book")


def test_short_past_falls_back_to_the_last_month() -> None:
    expected, measured = forecast([Past([10.0, 20.0, 30.0], {}, {})], [])

    assert [one.value for one in expected] == [30.0] * 6
    assert (measured.chosen, measured.months) == (None, 0)


def test_later_months_never_move_an_earlier_number() -> None:
    pasts, actuals = pasts_of(series(42), 18)
    one, _ = forecast(pasts[:-3], actuals[:-3])
    changed = [*actuals[:-3], 9e9, 9e9, 9e9]
    again, _ = forecast(pasts[:-3], changed[: len(actuals) - 3])

    assert one == again


def test_units_take_what_missed_least_for_each_product() -> None:
    season = np.tile(np.array([10.0, 0, 0, 40, 0, 0, 80, 0, 0, 20, 0, 0]), 2)
    steady = np.full(24, 5.0)
    expected, misses, errors = choose_units(np.stack([season, steady]))

    assert expected.tolist() == [10.0, 5.0]
    assert misses.tolist() == [0.0, 0.0]
    assert errors["chosen"] == 0.0


def test_no_product_is_no_trouble() -> None:
    assert choose_units(np.zeros((0, 24)))[0].tolist() == []
