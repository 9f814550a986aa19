"""Why two records are, or are not, taken for one company: the steps from prior to final probability."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncengine.identity.comparisons import COMPARISONS, level_of
from syncengine.identity.linker import score_pairs
from syncengine.identity.model import Model
from syncengine.identity.rules import refusal

REASONS = {
    "name:same": "same name",
    "name:other_name": "known by that name",
    "name:close": "nearly the same name",
    "name:contained": "one name within the other",
    "name:alike": "similar name",
    "name:some_words": "shared rare word",
    "name:part": "name of a branch",
    "name:other_place": "name of another place",
    "web:same_mail": "same e-mail",
    "web:same_domain": "same domain",
    "web:same_stem": "similar domain",
    "phone:same": "same phone",
    "phone:switchboard": "same switchboard",
    "tax:same": "same tax number",
    "tax:unsure": "same invalid tax number",
    "tax:near": "tax number nearly same",
    "registration:unsure": "same invalid register number",
    "registration:same": "same register number",
    "duns:same": "same D-U-N-S",
    "address:same": "same address",
    "address:near": "nearly same address",
    "address:near_street": "nearly same address",
    "address:near_town": "same street, nearly same town",
    "address:same_street": "same street",
    "address:same_postcode": "same postcode",
    "address:same_city": "same city",
    "family:same": "same family name",
    "family:swapped": "names in the other order",
    "family:sounds": "family names sound alike",
    "family:close": "nearly the same family name",
    "family:contained": "part of the family name",
    "given:same": "same given name",
    "given:swapped": "names in the other order",
    "given:initial": "same initial",
    "given:short_form": "short form of the given name",
    "given:sounds": "given names sound alike",
    "given:begins": "given name cut short",
    "given:close": "nearly the same given name",
    "given:middle": "middle name",
    "generation:same": "same generation",
    "birth:same": "same date of birth",
    "birth:turned": "same date of birth, day and month turned",
    "birth:near": "nearly the same date of birth",
    "birth:near_turned": "nearly the same date of birth",
    "birth:year": "same year of birth",
    "person_id:same": "same personal number",
    "person_id:near": "nearly the same personal number",
    "street:same": "same street and number",
    "street:near": "nearly the same street and number",
    "street:no_house": "same street",
    "street:near_house": "nearly the same house number",
    "street:same_road": "same street",
    "street:same_house": "same house number",
    "town:same_postcode": "same postcode",
    "town:same_city": "same city",
    "town:near_city": "nearly the same city",
    "town:near_postcode": "nearly the same postcode",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison: which answer it gave, in words, and how many bits it adds or takes."""

    comparison: str
    level: str
    sentence: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way from the prior to the probability; `reason` says it in about six words.

    `refusal` is what keeps the pair for a person however probable it is; None where nothing does.
    """

    prior_weight: float
    steps: tuple[Step, ...]
    match_weight: float
    match_probability: float
    tier: int
    reason: str
    refusal: str | None


def explain(standardised: pl.DataFrame, record_l: int, record_r: int, model: Model) -> Explanation:
    """What the model says about these two records, compared or not."""
    low, high = sorted((record_l, record_r))
    two = standardised.filter(pl.col("record_id").is_in([low, high]))
    pair = score_pairs(two, pl.DataFrame({"record_l": [low], "record_r": [high]}), model)
    row = pair.with_columns(refusal=refusal()).row(0, named=True)
    steps = []
    for comparison in COMPARISONS:
        level = level_of(comparison, row[f"g_{comparison.name}"])
        told = (level.name, level.sentence) if level else ("missing", "Not told on both sides.")
        steps.append(Step(comparison.name, *told, row[f"w_{comparison.name}"]))
    return Explanation(
        model.prior_weight,
        tuple(steps),
        row["match_weight"],
        row["match_probability"],
        row["tier"],
        reason(steps),
        row["refusal"],
    )


def reason(steps: list[Step]) -> str:
    """The two strongest agreements, such as "same domain, similar name"."""
    helping = sorted((s for s in steps if s.weight > 0), key=lambda s: -s.weight)[:2]
    return ", ".join(REASONS.get(f"{s.comparison}:{s.level}", s.comparison) for s in helping) or "nothing in common"
