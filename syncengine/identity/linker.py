"""Scores of pairs: the same weights whether all records are compared or only those near a changed one."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import polars as pl

from syncengine.identity.blocking import few_candidates, live_keys, passing_keys
from syncengine.identity.comparisons import COMPARISONS
from syncengine.identity.engine import connect
from syncengine.identity.guards import POLICY, Policy
from syncengine.identity.model import Model
from syncengine.identity.pairwise import FEW_PAIRS, score_few
from syncengine.identity.prepare import prepare
from syncengine.identity.rules import with_tier
from syncengine.identity.statement import candidates_sql, scores_sql

COLUMNS = [
    "record_l",
    "record_r",
    "match_weight",
    "match_probability",
    "tier",
    "rule",
    "comparisons",
    "evidence",
]

PAIRS_AT_ONCE = 500_000  # scored pairs that are told together
FEW = 5_000  # records up to which a database is not worth asking for candidates
UNCOMPARED = ["legal_form", "tok1", "tok2", "alias_1", "alias_2", "region", "address", "tokens"]


def score(
    standardised: pl.DataFrame,
    *,
    changed: pl.Series | None,
    model: Model,
    keys: pl.DataFrame | None = None,
    policy: Policy = POLICY,
    temp_directory: Path | None = None,
) -> pl.DataFrame:
    """Pairs worth merging or asking about, the smaller record id left.

    Without `changed` all pairs, else those with a changed record on a side. `keys` are match keys with what
    is suppressed already null, for callers that know how many records hold a key beyond these.
    """
    if standardised.height <= FEW:
        live = live_keys(_keys(standardised, keys), policy.key_cap)
        pairs = few_candidates(live, changed)
        if pairs.height <= FEW_PAIRS:
            weight = math.log2(policy.review / (1 - policy.review))
            return _told(score_few(_prepared(standardised, model), pairs, model, least_weight=weight), policy)
    with connect(temp_directory) as con:
        _load(con, standardised, model)
        live = live_keys(_keys(standardised, keys), policy.key_cap)
        _compare(con, live, changed)
        return _scored(con, model, policy, least=policy.review)


def _keys(standardised: pl.DataFrame, keys: pl.DataFrame | None) -> pl.DataFrame:
    return passing_keys(standardised) if keys is None else keys


def _compare(con: duckdb.DuckDBPyConnection, live: pl.DataFrame, changed: pl.Series | None) -> None:
    """The table `candidates`: pairs that share a live key, with a changed record on a side where some are given."""
    if live.height <= FEW:
        con.register("candidates", few_candidates(live, changed).to_arrow())
        return
    con.register("keys", live.to_arrow())
    if changed is not None:
        con.register("changed", changed.cast(pl.Int64).unique().to_frame("record_id").to_arrow())
    con.execute(f"CREATE TEMP TABLE candidates AS {candidates_sql(only_changed=changed is not None)}")


def score_pairs(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Every given pair with its levels (g_…) and bits (w_…), however improbable."""
    with connect() as con:
        _load(con, standardised, model)
        con.register("candidates", pairs.select("record_l", "record_r").to_arrow())
        return with_tier(con.sql(scores_sql(model, least_weight=-1e9)).pl())


def answers(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """g_<comparison> and f_<value> of every given pair, in the order of ids."""
    with connect() as con:
        _load(con, standardised, model)
        con.register("candidates", pairs.select("record_l", "record_r").to_arrow())
        found: pl.DataFrame = con.sql(scores_sql(model, least_weight=-1e9)).pl()
    return found.sort("record_l", "record_r")


def candidates(standardised: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """record_l < record_r of every pair that shares a live key."""
    with connect() as con:
        _compare(con, live_keys(passing_keys(standardised), policy.key_cap), None)
        found: pl.DataFrame = con.sql("FROM candidates").pl()
    return found


def _load(con: duckdb.DuckDBPyConnection, standardised: pl.DataFrame, model: Model) -> None:
    # As it lies in memory, not copied into a table, and without the columns that only blocking reads.
    con.register("records", _prepared(standardised, model).to_arrow())


def _prepared(standardised: pl.DataFrame, model: Model) -> pl.DataFrame:
    return prepare(standardised, model).drop(UNCOMPARED, strict=False)


def _scored(con: duckdb.DuckDBPyConnection, model: Model, policy: Policy, *, least: float) -> pl.DataFrame:
    """The pairs worth keeping, told batch by batch: what they are told from takes ten times their room."""
    weight = math.log2(least / (1 - least))
    reader = con.sql(scores_sql(model, least_weight=weight)).to_arrow_reader(PAIRS_AT_ONCE)
    told = [_told(pl.DataFrame(batch), policy) for batch in reader]
    none = _told(pl.DataFrame(reader.schema.empty_table()), policy)
    return pl.concat([none, *told]).sort("record_l", "record_r")


def _told(scored: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """COLUMNS of the scored pairs, in the order of ids."""
    raw = with_tier(scored, policy)
    levels = [f"g_{c.name}" for c in COMPARISONS]
    numbers = pl.concat_str([pl.lit("["), pl.concat_str(levels, separator=","), pl.lit("]")])
    raw = raw.with_columns(comparisons=pl.concat_list([pl.col(g).cast(pl.Int8) for g in levels]), evidence=numbers)
    return raw.select(COLUMNS).sort("record_l", "record_r")
