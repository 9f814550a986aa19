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
    named = _named(rules, rows, ("reference",))
    return {to: _existing(to, source_id, keys) for to, keys in named.items()}


def referred_rows(rules: Sequence[Rule], source_id: int, rows: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Status and currency, as they stand today, of the customers and products that rows of this batch name."""
    named = _named(rules, rows, ("active",))
    if any(rule.kind in ("blocked", "currency_match") for rule in rules) and "account_key" in rows.columns:
        also = named.get("account", pl.Series([], dtype=pl.String))
        named["account"] = pl.concat([also, rows["account_key"].drop_nulls()])
    return {to: _standing(to, source_id, keys) for to, keys in named.items() if to in ("account", "product")}


def _named(rules: Sequence[Rule], rows: pl.DataFrame, kinds: Sequence[str]) -> dict[str, pl.Series]:
    """Keys that rows name, by the object they name."""
    found: dict[str, pl.Series] = {}
    for rule in rules:
        for name in rule.fields if rule.kind in kinds else ():
            spec = load()[rule.object].fields[name]
            if spec.to and spec.column in rows.columns:
                keys = rows[spec.column].drop_nulls()
                found[spec.to] = pl.concat([found[spec.to], keys]) if spec.to in found else keys
    return found


def _existing(name: str, source_id: int, keys: pl.Series) -> pl.Series:
    stage("named_keys", {"key": "text"}, pl.DataFrame({"key": keys.unique()}))
    place = table(name) if name in GOLDEN else table_of(name)
    query = f"SELECT t.key FROM {place} t JOIN named_keys USING (key) WHERE t.source_id = %s"
    return read(query, {"key": pl.String()}, [source_id])["key"]


def _standing(name: str, source_id: int, keys: pl.Series) -> pl.DataFrame:
    """The golden records that a source's keys lead to: whatever system says so, a customer is inactive or not."""
    stage("referred_keys", {"key": "text"}, pl.DataFrame({"key": keys.unique()}))
    fields = [f for f in ("status", "currency") if f in load()[name].fields]
    return read(
        f"SELECT x.key, {', '.join('g.' + f for f in fields)} FROM accounts_{name}crosswalk x "
        f"JOIN referred_keys r ON r.key = x.key JOIN {table_of(name)} g ON g.id = x.{name}_id WHERE x.source_id = %s",
        {"key": pl.String(), **dict.fromkeys(fields, pl.String())},
        [source_id],
    )


def taken_values(rules: Sequence[Rule], batch: MappedBatch, source_id: int) -> Mapping[str, pl.Series]:
    """Per `unique` rule the keys of this batch's rows whose values another record has, anywhere in the table."""
    found = {}
    for rule in rules:
        columns = [load()[rule.object].fields[name].column for name in rule.fields] if rule.kind == "unique" else []
        if columns and set(columns) <= set(batch.rows.columns):
            found[rule.name] = _taken(rule, batch.object, columns, batch.rows, source_id)
    return found


def _taken(rule: Rule, name: str, columns: Sequence[str], rows: pl.DataFrame, source_id: int) -> pl.Series:
    """The source's own other records; with `across: sources` those of other systems too, if another customer's."""
    told = rows.filter(~pl.col("deleted")).select("key", *columns).drop_nulls()
    stage("unique_values", {"key": "text", **dict.fromkeys(columns, "text")}, told.cast(pl.String))
    same = " AND ".join(f"t.{c}::text = u.{c}" for c in columns)
    if name not in GOLDEN:
        place, live, other = table_of(name), "t.deleted_at IS NULL", f"t.source_id = {int(source_id)}"
        query = f"SELECT DISTINCT u.key FROM unique_values u JOIN {place} t ON {same} "
        return read(query + f"WHERE {live} AND {other} AND t.key <> u.key", {"key": pl.String()})["key"]
    query = (
        f"SELECT DISTINCT u.key FROM unique_values u JOIN {table(name)} t ON {same} "
        f"LEFT JOIN accounts_{name}crosswalk mine ON mine.source_id = {int(source_id)} AND mine.key = u.key "
        f"LEFT JOIN accounts_{name}crosswalk theirs ON theirs.id = t.crosswalk_id "
        f"WHERE t.live AND ((t.source_id = {int(source_id)} AND t.key <> u.key)"
    )
    if rule.across == "sources":
        # A record that belongs to nobody yet may still be the same customer: identity has its say first.
        query += f" OR (t.source_id <> {int(source_id)} AND mine.{name}_id <> theirs.{name}_id)"
    return read(query + ")", {"key": pl.String()})["key"]


def accepted_keys(rules: Sequence[Rule], batch: MappedBatch, source_id: int) -> pl.Series | None:
    """Keys of the batch that were accepted before, where a rule is about new rows only."""
    if not any((rule.forbids or "").startswith("new_") for rule in rules):
        return None
    return _existing(batch.object, source_id, batch.rows["key"])


def previous_rows(rules: Sequence[Rule], batch: MappedBatch, source_id: int) -> pl.DataFrame | None:
    """The accepted canonical rows of the batch's keys, where a rule looks at what changed."""
    if batch.object not in GOLDEN or not any(rule.kind == "changed" for rule in rules):
        return None
    stage("arriving_keys", {"key": "text"}, batch.rows.select("key"))
    where = f"c.source_id = {int(source_id)} AND c.key IN (SELECT key FROM arriving_keys)"
    return read_canonical(batch.object, where, echoes=True)
