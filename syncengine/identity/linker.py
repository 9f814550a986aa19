"""Scores of pairs: the same weights whether all records are compared or only those near a changed one."""

from __future__ import annotations

import math
from functools import partial

import polars as pl

from syncengine.identity.blocking import few_candidates, live_keys, passing_keys
from syncengine.identity.comparisons import COMPARISONS
from syncengine.identity.engine import connect
from syncengine.identity.guards import POLICY, Policy
from syncengine.identity.model import Model
from syncengine.identity.pairwise import FEW_PAIRS, SCORED, score_few
from syncengine.identity.prepare import prepare
from syncengine.identity.rules import with_tier
from syncengine.identity.statement import candidates_sql
from syncengine.identity.weighing import weigh_pairs

FEW = 5_000  # records up to which a database is not worth asking for candidates


def score(
    standardised: pl.DataFrame, *, model: Model, keys: pl.DataFrame | None = None, policy: Policy = POLICY
) -> pl.DataFrame:
    """Pairs worth merging or asking about, the smaller record id left, of all that share a key.

    `keys` are match keys for callers that have them.
    """
    pairs = _sharing(passing_keys(standardised) if keys is None else keys, policy)
    return score_candidates(standardised, pairs, model=model, policy=policy)


def score_candidates(
    standardised: pl.DataFrame, pairs: pl.DataFrame, *, model: Model, policy: Policy = POLICY
) -> pl.DataFrame:
    """The same of given candidates (record_l < record_r)."""
    if pairs.height <= FEW_PAIRS:
        return score_few(standardised, pairs, model, policy)
    weight, prepared = math.log2(policy.review / (1 - policy.review)), prepare(standardised, model)
    return weigh_pairs(prepared, pairs, model, least_weight=weight, told=partial(_told, policy))


def _sharing(keys: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs that share a live key."""
    live = live_keys(keys, policy.key_cap)
    if live.height <= FEW:
        return few_candidates(live)
    with connect() as con:
        con.register("keys", live.to_arrow())
        found: pl.DataFrame = con.sql(candidates_sql()).pl()
    return found


def score_pairs(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Every given pair with its levels (g_…) and bits (w_…), however improbable."""
    return with_tier(answers(standardised, pairs, model))


def answers(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """g_<comparison> and f_<value> of every given pair, in the order of ids."""
    return weigh_pairs(prepare(standardised, model), pairs, model)


def candidates(standardised: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """record_l < record_r of every pair that shares a live key."""
    return _sharing(passing_keys(standardised), policy)


def _told(policy: Policy, scored: pl.DataFrame) -> pl.DataFrame:
    """SCORED of the scored pairs, in the order of ids."""
    levels = pl.concat_str([f"g_{c.name}" for c in COMPARISONS], separator=",")
    numbers = pl.concat_str([pl.lit("["), levels, pl.lit("]")])
    return with_tier(scored, policy).with_columns(evidence=numbers).select(*SCORED).sort("record_l", "record_r")
