"""A company's own model: frequencies, m and u from its records and from what its people decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from syncengine.identity.expectation import learn
from syncengine.identity.frequencies import first_pass, fit_frequencies
from syncengine.identity.guards import POLICY, REVIEW, Policy
from syncengine.identity.linker import answers, candidates, score_pairs
from syncengine.identity.model import Model, Probabilities

SAMPLE = 100_000  # more records make training longer, not better
STRANGERS = 200_000  # pairs picked at random to see how strangers answer
# The levels of an address depend on which parts are told.
FIXED = frozenset({"address"})
LABELS = {"record_l": pl.Int64, "record_r": pl.Int64, "same": pl.Boolean}


def train(standardised: pl.DataFrame, model: Model, *, name: str, labels: pl.DataFrame | None = None) -> Model:
    """The model with its numbers learnt on these records and labels (record_l, record_r, same)."""
    labels = pl.DataFrame(schema=LABELS) if labels is None else labels
    fitted = fit_frequencies(standardised, model)
    part = _sample(standardised, labels)
    local = replace(fitted, records=max(part.height, 1_000))  # the prior of the part, not of everything
    pairs = pl.concat([told.select("record_l", "record_r") for told in (candidates(part), labels)]).unique()
    told = answers(part, pairs, local).join(labels, on=["record_l", "record_r"], how="left", maintain_order="left")
    learnt = learn(told, answers(part, strangers(part["record_id"], STRANGERS), local), local, fixed=FIXED)
    levels = {**learnt.levels, "name": _with_sisters(learnt, model)}
    data = f"Trained on {standardised.height} records and {labels.height} decisions."
    return replace(fitted, name=name, data=data, levels=levels)


def strangers(record_ids: pl.Series, count: int) -> pl.DataFrame:
    """Pairs picked at random, the same at every run; hardly any is a match."""
    ids = record_ids.sort()
    count = min(count, ids.len() * (ids.len() - 1) // 2)
    left, right = (ids.sample(count, with_replacement=True, seed=seed) for seed in (1, 2))
    pairs = pl.DataFrame({"a": left, "b": right}).filter(pl.col("a") != pl.col("b"))
    return pairs.select(record_l=pl.min_horizontal("a", "b"), record_r=pl.max_horizontal("a", "b")).unique()


def _sample(standardised: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Whole companies of a first pass, so that duplicates stay together; labelled records always."""
    if standardised.height <= SAMPLE:
        return standardised
    share = SAMPLE / standardised.height
    told = standardised.join(first_pass(standardised), on="record_id", maintain_order="left")
    labelled = pl.concat([labels["record_l"], labels["record_r"]]).implode()
    picked = pl.col("company").hash(seed=3) < int(share * 2**64)
    return told.filter(picked | pl.col("record_id").is_in(labelled)).drop("company")


def _with_sisters(learnt: Model, shipped: Model) -> dict[str, Probabilities]:
    """What keeps sister companies apart is a rule, not a frequency."""
    return {**learnt.levels["name"], "other_place": shipped.levels["name"]["other_place"]}


@dataclass(frozen=True, slots=True)
class Share:
    """A share of counted cases, with the bounds within which it lies nineteen times of twenty."""

    right: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.right / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model answers labelled pairs: of what it merges, how much is right; of what is one, how much it merges."""

    precision: Share
    recall: Share
    recall_with_review: Share


def measure(standardised: pl.DataFrame, model: Model, labels: pl.DataFrame, policy: Policy = POLICY) -> Measured:
    """The model against labels it should not have been trained on."""
    scored = score_pairs(standardised, labels.select("record_l", "record_r"), model)
    told = scored.join(labels, on=["record_l", "record_r"])
    merged = pl.col("tier") < REVIEW
    asked = merged | (pl.col("match_probability") >= policy.review)
    counts = told.select(
        merged=merged.sum(), right=(merged & pl.col("same")).sum(), same=pl.col("same").sum(),
        found=(asked & pl.col("same")).sum(),
    ).row(0, named=True)  # fmt: skip
    return Measured(
        share(counts["right"], counts["merged"]),
        share(counts["right"], counts["same"]),
        share(counts["found"], counts["same"]),
    )


def share(right: int, total: int) -> Share:
    """A share with its Wilson bounds, which hold for few cases too."""
    if not total:
        return Share(right, total, 0.0, 1.0)
    z, p = 1.96, right / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    spread = z / (1 + z * z / total) * (p * (1 - p) / total + z * z / (4 * total * total)) ** 0.5
    return Share(right, total, max(middle - spread, 0.0), min(middle + spread, 1.0))


def halves(labels: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(to learn from, to measure with): every pair in one of them, the same at every run."""
    odd = (pl.col("record_l") * 31 + pl.col("record_r") * 17) % 2 == 1
    return labels.filter(odd), labels.filter(~odd)
