"""Standardised records with each value's rarity and the rarest words of the name."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import polars as pl

from syncengine.identity.comparisons import TOKENS
from syncengine.identity.frequencies import ADDRESS, VALUES
from syncengine.identity.hubs import IDENTIFIERS, without_hubs
from syncengine.identity.model import Model
from syncengine.identity.rows import rows_of

Record = Mapping[str, Any]
COMMONEST = 0.02  # the weight of a word that everyone has
PART = 500_000  # records whose words are taken apart at once: each takes ten times the room of what is kept
FEW = 1_000  # values up to which looking each one up is quicker than a join with all that are known


def prepare(standardised: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The records with f_<value> shares, t1… rarest words, w1… their weights and w_all their sum.

    Looked up column by column: a join of the whole frame would copy it for every value.
    """
    frame = without_hubs(standardised, model.hubs).with_columns(address=ADDRESS)
    shares = [_share(frame[VALUES[value]], value, model) for value in model.floors]
    names = frame.select("record_id", "tokens")
    words = pl.concat([_words(part, model) for part in names.iter_slices(PART)] or [_words(names, model)], rechunk=True)
    return frame.drop("tokens").with_columns(*shares, *words.get_columns())


def prepare_few(rows: Iterable[Record], model: Model) -> dict[int, Record]:
    """The same of a handful of records, by their ids."""
    hubs = set(rows_of(model.hubs, "kind", "value"))
    records = [_told(row, hubs) for row in rows]
    for value, floor in ((value, model.floor(value)) for value in model.floors):
        shares = _looked_up(model.frequencies.get(value), [record[VALUES[value]] for record in records])
        for record in records:
            record[f"f_{value}"] = shares.get(record[VALUES[value]], floor)
    known = _looked_up(model.frequencies.get("token"), [word for record in records for word in record["tokens"] or ()])
    return {record["record_id"]: {**record, **_rarest(record["tokens"], known, model)} for record in records}


def _told(row: Record, hubs: Set[tuple[str, str]]) -> dict[str, Any]:
    """A record with its address and without placeholders."""
    told = {kind: None for kind in IDENTIFIERS if (kind, row.get(kind)) in hubs}
    town = row["postcode"] or row["city"] or ""
    return {**row, **told, "address": f"{row['street_key']}|{town}" if row["street_key"] else None}


def _rarest(tokens: Sequence[str] | None, known: Mapping[str, float], model: Model) -> dict[str, Any]:
    """t1…, w1… and w_all of one record."""
    scale = math.log(model.records)
    weighed = [(min(1.0, max(COMMONEST, 1 - math.log(known.get(word, 1)) / scale)), word) for word in tokens or ()]
    best = sorted(weighed, key=lambda one: (-one[0], one[1]))[:TOKENS]
    filled = [*best, *[(None, None)] * (TOKENS - len(best))]
    told = {f"t{n}": word for n, (_, word) in enumerate(filled, 1)} | {f"w{n}": w for n, (w, _) in enumerate(filled, 1)}
    return {**told, "w_all": sum(w for w, _ in best) if best else None}


def _looked_up(known: pl.DataFrame | None, values: Iterable[str | None]) -> dict[str, float]:
    """What a table sorted by its first column tells of a few values."""
    if known is None or not known.height:
        return {}
    told, numbers = known.to_series(0), known.to_series(1)
    places = [(value, bisect_left(told, value)) for value in set(values) if value is not None]
    return {value: numbers[at] for value, at in places if at < known.height and told[at] == value}


def _share(values: pl.Series, name: str, model: Model) -> pl.Series:
    """The share of companies with each value; the floor where only one is known to have it."""
    known = model.frequencies.get(name)
    floor = model.floor(name)
    if known is None:
        return pl.repeat(floor, values.len(), dtype=pl.Float64, eager=True).alias(f"f_{name}")
    told = values.alias("value").to_frame()
    found = told.join(_present(known, values).select("value", "share"), on="value", how="left", maintain_order="left")
    return found["share"].fill_null(floor).alias(f"f_{name}")


def _present(known: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    """The rows of a table sorted by its first column that a few values concern, found without reading the table."""
    if values.len() > FEW or known.height <= FEW:
        return known
    asked = values.drop_nulls().unique()
    at = known.to_series(0).search_sorted(asked)
    return known[at.clip(0, known.height - 1)].unique()


def _words(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """t1…, w1… and w_all; rarity lies between 0 (everyone has the word) and 1 (one company has it)."""
    scale = math.log(model.records)
    known = model.frequencies.get("token", pl.DataFrame(schema={"token": pl.String, "n": pl.Int64}))
    words = frame.select("record_id", token="tokens").explode("token").drop_nulls()
    words = words.join(_present(known, words["token"]), on="token", how="left")
    rarity = (1 - pl.col("n").fill_null(1).log() / scale).clip(COMMONEST, 1.0)
    words = words.with_columns(w=rarity).sort(["record_id", "w", "token"], descending=[False, True, False])
    best = words.group_by("record_id", maintain_order=True).agg(pl.col("token").head(TOKENS), pl.col("w").head(TOKENS))
    places = range(TOKENS)
    best = best.select(
        "record_id",
        *[pl.col("token").list.get(n, null_on_oob=True).alias(f"t{n + 1}") for n in places],
        *[pl.col("w").list.get(n, null_on_oob=True).alias(f"w{n + 1}") for n in places],
        w_all=pl.col("w").list.sum(),
    )
    placed = frame.select("record_id").join(best, on="record_id", how="left", maintain_order="left")
    return placed.drop("record_id")
