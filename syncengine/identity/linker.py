"""Scores of pairs: the same weights whether all records are compared or only those near a changed one."""

from __future__ import annotations

import math
from functools import partial

import polars as pl

from syncengine.identity import blocking
from syncengine.identity.comparisons import COMPARISONS
from syncengine.identity.guards import POLICY, Policy
from syncengine.identity.model import Model
from syncengine.identity.pairwise import FEW_PAIRS, SCORED, score_few
from syncengine.identity.prepare import prepare
from syncengine.identity.rules import with_tier
from syncengine.identity.weighing import weigh_pairs


def score(
    standardised: pl.DataFrame, *, model: Model, keys: pl.DataFrame | None = None, policy: Policy = POLICY
) -> pl.DataFrame:
    """Pairs worth merging or asking about, the smaller record id left, of all that share a key.

    `keys` are match keys for callers that have them; ValueError where they are not in the order of the records.
    """
    told = blocking.passing_keys(standardised) if keys is None else keys
    if not told["record_id"].equals(standardised["record_id"]):
        raise ValueError("match keys are in another order than the records they are of")
    return score_candidates(standardised, blocking.candidates(told, policy.key_cap), model=model, policy=policy)


def score_candidates(
    standardised: pl.DataFrame, pairs: pl.DataFrame, *, model: Model, policy: Policy = POLICY
) -> pl.DataFrame:
    """The same of given candidates (record_l < record_r, and the rows they stand in where those are known)."""
    if pairs.height <= FEW_PAIRS:
        return score_few(standardised, pairs, model, policy)
    weight, prepared = math.log2(policy.review / (1 - policy.review)), prepare(standardised, model)
    return weigh_pairs(prepared, pairs, model, least_weight=weight, told=partial(_told, policy))


def score_pairs(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Every given pair with its levels (g_…) and bits (w_…), however improbable."""
    return with_tier(answers(standardised, pairs, model))


def answers(standardised: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """g_<comparison> and f_<value> of every given pair, in the order of ids."""
    return weigh_pairs(prepare(standardised, model), pairs, model)


def candidates(standardised: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    """record_l < record_r of every pair that shares a live key, with the rows they stand in."""
    return blocking.candidates(blocking.passing_keys(standardised), policy.key_cap)


def _told(policy: Policy, scored: pl.DataFrame) -> pl.DataFrame:
    """SCORED of the scored pairs; the levels of many are those of few, so that those are written once."""
    levels = scored.select(f"g_{c.name}" for c in COMPARISONS)
    numbers = pl.concat_str([pl.lit("["), pl.concat_str(pl.all(), separator=","), pl.lit("]")])
    written = levels.unique().with_columns(evidence=numbers)
    evidence = levels.join(written, on=levels.columns, how="left", maintain_order="left")["evidence"]
    return with_tier(scored, policy).with_columns(evidence).select(*SCORED)
