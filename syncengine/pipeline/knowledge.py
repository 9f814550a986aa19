"""What a rule needs to know beyond the batch: keys that exist, and what was accepted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from accounts.catalogue import load
from accounts.frames import read, stage
from accounts.golden.shape import GOLDEN, table_of
from syncengine.canonical import read_canonical, table
from syncengine.policies import Rule
from syncengine.records import MappedBatch


def known_keys(rules: Sequence[Rule], source_id: int, rows: pl.DataFrame) -> Mapping[str, pl.Series]:
    """Keys of the referred objects that rows of this batch name and that exist."""
    found = {}
    for rule in rules:
        if rule.kind == "reference" and rule.to:
            column = load()[rule.object].fields[rule.fields[0]].column
            found[rule.to] = _existing(rule.to, source_id, rows[column])
    return found


def _existing(name: str, source_id: int, keys: pl.Series) -> pl.Series:
    stage("named_keys", {"key": "text"}, pl.DataFrame({"key": keys.drop_nulls().unique()}))
    place = table(name) if name in GOLDEN else table_of(name)
    query = f"SELECT t.key FROM {place} t JOIN named_keys USING (key) WHERE t.source_id = %s"
    return read(query, {"key": pl.String()}, [source_id])["key"]


def previous_rows(rules: Sequence[Rule], batch: MappedBatch, source_id: int) -> pl.DataFrame | None:
    """The accepted canonical rows of the batch's keys, where a rule looks at what changed."""
    if batch.object not in GOLDEN or not any(rule.kind == "changed" for rule in rules):
        return None
    stage("arriving_keys", {"key": "text"}, batch.rows.select("key"))
    where = f"c.source_id = {int(source_id)} AND c.key IN (SELECT key FROM arriving_keys)"
    return read_canonical(batch.object, where, echoes=True)
