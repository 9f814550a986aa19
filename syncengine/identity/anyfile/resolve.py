"""From the rows of a file to clusters: tidy, learn on the very file, weigh, join."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from syncengine.identity.anyfile.candidates import candidates
from syncengine.identity.anyfile.linkage import clusters
from syncengine.identity.anyfile.tidy import tidy
from syncengine.identity.anyfile.vetoes import with_vetoes
from syncengine.identity.expectation import learn, weigh
from syncengine.identity.frequencies import fit_frequencies
from syncengine.identity.model import Model, file_model
from syncengine.identity.prepare import prepare
from syncengine.identity.training import strangers
from syncengine.identity.weighing import comparable, weigh_pairs

STRANGERS = 100_000  # pairs picked at random to see how strangers answer
LEARNT_FROM = 500_000  # candidate pairs at most
EVEN = 0.5  # the probability from which rows are joined, as long as nothing speaks against it


@dataclass(frozen=True, eq=False)
class FileResult:
    """Clusters of a file's rows, the compared pairs with their answers, and the model learnt."""

    clusters: pl.DataFrame
    pairs: pl.DataFrame
    model: Model


def resolve(records: pl.DataFrame, *, threshold: float = EVEN) -> FileResult:
    """Clusters of the records; columns are named as in `columns.FIELDS`, any may be missing."""
    ids, prepared = records["record_id"].cast(pl.Int64), tidy(records)
    start = fit_frequencies(prepared, file_model())
    prepared = prepare(prepared, start)
    compared, prepared = candidates(prepared), comparable(prepared, start)
    pairs = weigh_pairs(prepared, compared, start)
    sample = pairs if pairs.height <= LEARNT_FROM else pairs.sample(LEARNT_FROM, seed=5)
    apart = weigh_pairs(prepared, strangers(ids, STRANGERS), start)
    model = learn(sample, apart, start)
    weighed = with_vetoes(weigh(pairs, model))
    parted = clusters(ids, weighed, math.log2(threshold / (1 - threshold)))
    return FileResult(parted, weighed, model)
