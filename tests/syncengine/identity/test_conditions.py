"""Conditions read as Python: the same answers as DuckDB, for the very conditions that are compared."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest

from syncengine.identity.conditions import condition
from syncengine.identity.similarity import damerau_levenshtein, jaro_winkler

ROWS = [{"a": a, "b": b, "n": n} for a in ("x", "y", None) for b in ("x", None) for n in (1, 2, None)]


def database(**tables: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """One connection with these tables, which keeps the order of their rows."""
    con = duckdb.connect(config={"threads": "1"})
    for name, frame in tables.items():
        con.register(name, frame.to_arrow())
    return con


@pytest.mark.parametrize(
    "sql",
    [
        "l.a = r.a", "l.a <> r.a AND l.n >= r.n", "NOT (l.a = r.a) OR l.b = r.b", "(l.a = r.a) IS NOT FALSE",
        "l.a IS DISTINCT FROM r.b", "(l.a, l.n) IS DISTINCT FROM (r.a, r.n)", "l.a IN (r.a, r.b)",
        "l.n + r.n - 1 <= 2", "greatest(l.n, r.n, 0) = 2", "coalesce(l.n, r.n, 0) = 0",
        "l.a IS NULL OR r.b IS NOT NULL",
        "CASE WHEN l.a = r.a THEN l.n ELSE 0 END = 1", "NOT l.a = r.a AND l.n = 1 OR r.n = 2",
    ],
)  # fmt: skip
def test_conditions_answer_as_the_database_does(sql: str) -> None:
    sides = pl.DataFrame(ROWS).with_row_index("i")
    both = f"SELECT {sql} AS answer FROM sides l CROSS JOIN sides r ORDER BY l.i, r.i"
    asked = database(sides=sides).sql(both).pl()["answer"]
    read = condition(sql)
    assert [read(left, right, {}) for left in ROWS for right in ROWS] == asked.to_list()


def test_likeness_is_what_the_database_says() -> None:
    dice = random.Random(1)
    words = ["".join(dice.choices("abcdé ", k=dice.randint(0, 9))) for _ in range(1500)]
    pairs = pl.DataFrame({"a": words, "b": words[1:] + words[:1]})
    asked = "SELECT jaro_winkler_similarity(a, b) AS alike, damerau_levenshtein(a, b) = 1 AS near FROM pairs"
    told = database(pairs=pairs).sql(asked).pl()
    near = [damerau_levenshtein(a, b) == 1 for a, b in pairs.iter_rows()]
    alike = [jaro_winkler(a, b) for a, b in pairs.iter_rows()]
    assert near == told["near"].to_list()
    assert alike == pytest.approx(told["alike"].to_list(), abs=1e-12)


@pytest.mark.parametrize("sql", ["l.a LIKE 'x'", "l.a = r.a r.b", "CASE WHEN l.a = r.a THEN 1 END"])
def test_what_cannot_be_read_is_refused(sql: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        condition(sql)
