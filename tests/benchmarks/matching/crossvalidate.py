"""python -m tests.benchmarks.matching.crossvalidate: each set under numbers learnt elsewhere; is any set tuned to?

Pair F1 of what merges without a person, by the portal's own matching, with numbers as shipped, with numbers learnt
from the labelled pairs of every other set, and with numbers learnt from the other half of the same set. Beside it what
`resolve_files` finds, which learns from no label at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from syncengine.demo import generate
from syncengine.identity import Model, default_model, fit_frequencies, standardise
from syncengine.identity.anyfile.resolve import resolve
from syncengine.identity.expectation import learn
from syncengine.identity.linker import answers, candidates
from syncengine.identity.training import FIXED, STRANGERS, strangers
from tests.benchmarks.matching.contenders import concord
from tests.benchmarks.matching.many import many
from tests.benchmarks.matching.measures import pair_figures
from tests.syncengine.identity.anyfile.labelled import SHARED, early_childhood, senzing
from tests.syncengine.identity.companies import companies
from tests.syncengine.identity.demo_company import demo_company
from tests.syncengine.identity.febrl import febrl

MOST = 5_000  # labelled pairs of one set, so that a large set does not outvote a small one
Set = tuple[pl.DataFrame, pl.DataFrame]
Answers = tuple[pl.DataFrame, pl.DataFrame]


def main() -> None:
    sets = {name: made() for name, made in _sets().items()}
    told = {name: _answers(records, truth) for name, (records, truth) in sets.items()}
    print(f"{'':22}{'records':>9}{'as shipped':>12}{'other sets':>12}{'other half':>12}{'no labels':>12}")
    for name, (records, truth) in sets.items():
        others = _learnt([told[other] for other in sets if other != name])
        found = [
            _f1([(records, truth, default_model())]),
            _f1([(records, truth, others)]),
            _f1(_crossed(records, truth)),
            pair_figures(resolve(records).clusters, truth)["f1"],
        ]
        figures = "".join(f"{figure:12.4f}" for figure in found)
        print(f"{name:22}{records.height:9,}{figures}", flush=True)


def _sets() -> dict[str, Callable[[], Set]]:
    real = {"early childhood": early_childhood, "Senzing truth set": senzing} if SHARED.exists() else {}
    made: dict[str, Callable[[], Set]] = {
        "published noise": lambda: febrl(1500, seed=7),
        "careless systems": lambda: companies(1500, seed=23),
        "demo company": lambda: _demo(800, seed=17),
        "another demo company": lambda: _demo(800, seed=5),
        "benchmark records": lambda: many(20_000),
    }
    return {**real, **made}


def _demo(customers: int, seed: int) -> Set:
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), customers=customers, seed=seed, today=date(2026, 6, 30))
        return demo_company(Path(folder))


def _answers(records: pl.DataFrame, truth: pl.DataFrame) -> Answers:
    """Answers of labelled candidate pairs and of strangers."""
    tidy = standardise(records)
    model = fit_frequencies(tidy, default_model())
    pairs = candidates(tidy)
    pairs = pairs.sample(min(MOST, pairs.height), seed=1)
    owner = dict(truth.iter_rows())
    same = [owner[left] == owner[right] for left, right in pairs.select("record_l", "record_r").iter_rows()]
    labelled = pairs.select("record_l", "record_r", same=pl.Series(same, dtype=pl.Boolean))
    told = answers(tidy, pairs, model).join(labelled, on=["record_l", "record_r"], maintain_order="left")
    return told, answers(tidy, strangers(tidy["record_id"], STRANGERS // 4), model)


def _learnt(told: list[Answers]) -> Model:
    """The shipped model with the numbers these labels teach; what keeps sister companies apart stays a rule."""
    start = replace(default_model(), records=sum(strange.height for _, strange in told) // len(told))
    model = learn(
        pl.concat([pairs for pairs, _ in told]), pl.concat([strange for _, strange in told]), start, fixed=FIXED
    )
    name = {**model.levels["name"], "other_place": start.levels["name"]["other_place"]}
    return replace(default_model(), levels={**model.levels, "name": name})


def _crossed(records: pl.DataFrame, truth: pl.DataFrame) -> list[tuple[pl.DataFrame, pl.DataFrame, Model]]:
    """Both halves of a set, each with the numbers learnt on the other; what is one customer stays in one half."""
    odd = truth.filter(pl.col("truth").cast(pl.String).hash(seed=2) % 2 == 1)["record_id"].implode()
    halves = [
        (records.filter(side), truth.filter(side))
        for side in (pl.col("record_id").is_in(odd), ~pl.col("record_id").is_in(odd))
    ]
    return [(*half, _learnt([_answers(*other)])) for half, other in zip(halves, reversed(halves), strict=True)]


def _f1(parts: list[tuple[pl.DataFrame, pl.DataFrame, Model]]) -> float:
    """Pair F1 over all parts together."""
    found = [concord(records, fit_frequencies(standardise(records), model)) for records, _, model in parts]
    moved = [part.with_columns(cluster=pl.col("cluster") + n * 10**9) for n, part in enumerate(found)]
    return pair_figures(pl.concat(moved), pl.concat([truth for _, truth, _ in parts]))["f1"]


if __name__ == "__main__":
    main()
