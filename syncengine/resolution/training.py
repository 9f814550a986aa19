"""A company's own match version: learnt from its records and its people's decisions, measured, not yet in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from accounts.audit import record
from accounts.frames import read
from accounts.models import User
from syncengine.canonical import read_canonical
from syncengine.identity import default_model, standardise
from syncengine.identity.training import Measured, Share, halves, measure, train
from syncengine.models import MatchVersion
from syncengine.resolution import models
from syncengine.resolution.living import MATCHED

FEW = 20  # labelled pairs below which figures would be guesses
LABELS: dict[str, pl.DataType] = {"record_l": pl.Int64(), "record_r": pl.Int64(), "same": pl.Boolean()}


class NothingToLearn(Exception):
    """There are no customer records yet."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A new version and how it answers the labels it did not see, beside the version in force."""

    number: int
    records: int
    labels: int
    before: Measured | None
    after: Measured | None


@transaction.atomic
def train_version(*, user: User | None, now: datetime) -> Trained:
    """Learn a version; putting it in force is a plan and an apply of its own."""
    tidy = standardise(read_canonical("account", columns=MATCHED))
    if tidy.is_empty():
        raise NothingToLearn("There are no customer records yet: load some first.")
    labels = judged_pairs(tidy["record_id"])
    learn_from, measure_with = halves(labels)
    model = train(tidy, default_model(), name=f"own of {now:%Y-%m-%d}", labels=learn_from)
    in_force = models.in_force()
    enough = measure_with.height >= FEW
    before = measure(tidy, models.load_model(in_force), measure_with) if enough and in_force else None
    after = measure(tidy, model, measure_with) if enough else None
    measured = {"records": tidy.height, "labels": labels.height, **_figures(after)}
    version = MatchVersion.objects.create(body=model.to_bytes(), measured=measured, made_at=now)
    record(user=user, action="trained a match version", object="match version", row_id=version.pk, at=now,
           detail=measured)  # fmt: skip
    return Trained(version.number, tidy.height, labels.height, before, after)


def judged_pairs(record_ids: pl.Series) -> pl.DataFrame:
    """Pairs of living records that people called the same or different, each pair once; unsure ones are left out."""
    told = read(
        "SELECT least(l, r), greatest(l, r), bool_and(d.kind = 'same') FROM syncengine_decision d, "
        "unnest(d.records_l) l, unnest(d.records_r) r "
        "WHERE d.closed_at IS NULL AND NOT d.pending AND d.kind IN ('same', 'different', 'related') AND l <> r "
        "GROUP BY 1, 2 HAVING count(DISTINCT d.kind = 'same') = 1",
        LABELS,
    )
    living = record_ids.implode()
    return told.filter(pl.col("record_l").is_in(living) & pl.col("record_r").is_in(living)).sort("record_l", "record_r")


def _figures(measured: Measured | None) -> dict[str, Any]:
    """What is kept with the version: each share with its bounds."""
    if measured is None:
        return {}
    shares: dict[str, Share] = {
        "precision": measured.precision, "recall": measured.recall, "recall_with_review": measured.recall_with_review,
    }  # fmt: skip
    return {
        name: {"right": s.right, "total": s.total, "low": round(s.low, 4), "high": round(s.high, 4)}
        for name, s in shares.items()
    }
