"""The health of touched customers: measured, scored, written, with a row of history where something changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from accounts.frames import execute, is_empty, read, stage
from accounts.golden.touched import TABLE
from accounts.health.definition import Definition
from accounts.health.inputs import SUBJECTS, measure
from accounts.health.measures import NAMES
from accounts.health.scoring import FACTS, INPUTS, PARTS, POINT, SCORES, hold_bands, score
from accounts.health.staleness import stale_sources
from accounts.health.versions import ensure_version

STALE = [f"stale_{name}" for name in NAMES]
MEASURED = {
    "account_id": pl.Int64(), "day": pl.Date(), **dict.fromkeys(INPUTS, pl.Int64()),
    **dict.fromkeys(STALE, pl.Boolean()), **FACTS,
}  # fmt: skip
PRIOR = {"prior_score": pl.Int64(), "prior_band": pl.String(), "prior_raw_band": pl.String()}
# How the day before ended, however often a day is computed.
BEFORE = f"""
    CASE WHEN h.computed_date < i.day THEN (h.score * {POINT})::bigint ELSE (h.prior_score * {POINT})::bigint END,
    CASE WHEN h.computed_date < i.day THEN h.band ELSE h.prior_band END,
    CASE WHEN h.computed_date < i.day THEN h.raw_band ELSE h.prior_raw_band END"""

# Columns of a computed row as they are staged.
VALUES = {
    "profile": "text", "version": "integer", "state": "text", "score": "numeric", "uncapped": "numeric",
    "coverage": "smallint", "band": "text", "raw_band": "text", "cap": "smallint", "cap_reason": "text",
    "pulse": "smallint", "inputs": "bigint[]", "scores": "integer[]", "parts": "integer[]", "stale": "smallint[]",
}  # fmt: skip
STAGED = {"account_id": "bigint", "day": "date"} | VALUES
KEPT = {"prior_score": "numeric", "prior_band": "text", "prior_raw_band": "text"}
# What makes a day worth a row of history: inputs move every day without moving anything else.
TELLING = [name for name in VALUES if name not in ("inputs", "scores")]

# Whom anything is known of: customers with a document, a pulse, or a health that must follow what is gone. A first
# load of customers alone writes nothing.
TELLERS = ("invoice", "creditnote", "order", "ticket", "activity", "opportunity", "insight", "healthpulse",
           "accounthealth")  # fmt: skip
KNOWN = (
    f"SELECT t.account_id, %s::date AS day FROM {TABLE} t JOIN accounts_account a ON a.id = t.account_id "
    "WHERE a.merged_into_id IS NULL AND ("
    + " OR ".join(f"EXISTS (SELECT FROM accounts_{name} d WHERE d.account_id = t.account_id)" for name in TELLERS)
    + " OR t.account_id IN (SELECT m.merged_into_id FROM accounts_healthpulse p "
    "JOIN accounts_account m ON m.id = p.account_id))"
)


def renew_health(*, at: datetime, today: date) -> int:
    """Renew the health of every touched customer; how many rows changed."""
    definition = ensure_version(at=at)
    if not name_subjects(KNOWN, [today]):
        return _forget_merged()
    measure(definition, stale_sources(at, definition.stale_after))
    measured = read_measured(PRIOR, BEFORE, "LEFT JOIN accounts_accounthealth h ON h.account_id = i.account_id")
    computed = hold_bands(score(measured, definition), definition)
    stage("health_new", STAGED | KEPT, staged(computed, definition))
    _write_days()
    return _write_current() + _forget_merged()


def name_subjects(query: str, params: Sequence[object] = ()) -> int:
    """Whom to compute, as of which days: a query of (account_id, day); how many these are."""
    execute(f"DROP TABLE IF EXISTS {SUBJECTS}")
    count = execute(f"CREATE TEMP TABLE {SUBJECTS} ON COMMIT DROP AS {query}", params or None)
    if count:
        execute(f"CREATE INDEX ON {SUBJECTS} (account_id)")
        execute(f"ANALYZE {SUBJECTS}")
    return count


def read_measured(extra: dict[str, pl.DataType], columns: str = "", joins: str = "") -> pl.DataFrame:
    """The measured inputs as a frame to be scored, with more columns where asked."""
    own = ", ".join(f"i.{name}" for name in MEASURED)
    return read(
        f"SELECT {own}{',' if columns else ''} {columns} FROM health_inputs i {joins} ORDER BY i.account_id, i.day",
        MEASURED | extra,
    )


def staged(computed: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """Computed rows in the columns of the tables: points as decimals, measures as arrays."""
    late = pl.concat_list(
        pl.when(pl.col(name)).then(place).otherwise(None).cast(pl.Int16) for place, name in enumerate(STALE)
    )
    points = [name for name in ("score", "uncapped", "prior_score") if name in computed.columns]
    return computed.with_columns(
        *((pl.col(name) / POINT).alias(name) for name in points),  # four decimals print as they are
        pl.lit(definition.number).alias("version"),
        pl.concat_list(INPUTS).alias("inputs"),
        pl.concat_list(SCORES).alias("scores"),
        pl.concat_list(PARTS).alias("parts"),
        late.list.drop_nulls().alias("stale"),
    )


def _write_days() -> None:
    """A row for the day where it differs from the last one before; none where a day came out equal after all."""
    columns = ", ".join(["account_id", "day", *VALUES])
    picked = ", ".join(f"n.{name}" for name in ("account_id", "day", *VALUES))
    insert = f"INSERT INTO accounts_healthday ({columns}, reconstructed) SELECT {picked}, false FROM health_new n "
    if is_empty("accounts_healthday"):
        execute(f"{insert} ORDER BY n.account_id, n.day")
        return
    _find_moves()
    execute(
        "DELETE FROM accounts_healthday d USING health_moves m WHERE NOT m.is_new "
        "AND d.account_id = m.account_id AND d.day = m.day"
    )
    execute(
        f"{insert} JOIN health_moves m USING (account_id, day) WHERE m.is_new "
        "ON CONFLICT (account_id, day) DO UPDATE SET reconstructed = false, "
        + ", ".join(f"{name} = excluded.{name}" for name in VALUES)
    )


def _find_moves() -> None:
    """The table `health_moves`: whether each computed row differs from the last day before it."""
    before = ", ".join(f"b.{name}" for name in TELLING)
    after = ", ".join(f"n.{name}" for name in TELLING)
    execute("DROP TABLE IF EXISTS health_moves")
    execute(
        f"CREATE TEMP TABLE health_moves ON COMMIT DROP AS SELECT n.account_id, n.day, "
        f"b.account_id IS NULL OR ROW({before}) IS DISTINCT FROM ROW({after}) AS is_new "
        "FROM health_new n LEFT JOIN LATERAL (SELECT * FROM accounts_healthday d WHERE d.account_id = n.account_id "
        "AND d.day < n.day ORDER BY d.day DESC LIMIT 1) b ON true"
    )


def _write_current() -> int:
    """The row of today; its move of 30 days is against the last row of history before them."""
    compared = [*VALUES, "moved_30", *KEPT, "computed_date"]
    picked = [*(f"n.{name}" for name in VALUES), "n.score - b.score", *(f"n.{name}" for name in KEPT), "n.day"]
    old = ", ".join(f"accounts_accounthealth.{name}" for name in compared)
    new = ", ".join(f"excluded.{name}" for name in compared)
    return execute(
        f"INSERT INTO accounts_accounthealth (account_id, {', '.join(compared)}) "
        f"SELECT n.account_id, {', '.join(picked)} FROM health_new n "
        "LEFT JOIN LATERAL (SELECT d.score FROM accounts_healthday d WHERE d.account_id = n.account_id "
        "AND d.day <= n.day - 30 ORDER BY d.day DESC LIMIT 1) b ON true ORDER BY n.account_id "
        "ON CONFLICT (account_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in compared)
        + f" WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
    )


def _forget_merged() -> int:
    """A merged customer has no health of its own any more; its past stays."""
    return execute(
        f"DELETE FROM accounts_accounthealth h USING {TABLE} t, accounts_account a "
        "WHERE h.account_id = t.account_id AND a.id = t.account_id AND a.merged_into_id IS NOT NULL"
    )
