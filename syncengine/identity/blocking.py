"""Which records are compared at all: those that share a key. The rules are data, each with a sentence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from syncengine.identity.engine import connect
from syncengine.identity.rows import rows_of
from syncengine.identity.sharing import sharing

WEAK_SHARE = 4  # a weak rule's key compares a quarter of the records another one may
FEW_KEYS = 1_000  # records up to which keys are worked out without a database


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """Records are candidates when all these standardised columns are equal."""

    name: str
    columns: tuple[str, ...]
    sentence: str
    weak: bool = False  # says little of any two records: of a large city it tells next to nothing

    def most(self, cap: int) -> int:
        """How many live records may hold a key of it, of which a strong rule's may be held by `cap`."""
        return min(cap, max(2, cap // WEAK_SHARE)) if self.weak else cap


BLOCKING_RULES = (
    BlockingRule("tax", ("tax",), "They have the same tax number."),
    BlockingRule("registration", ("registration",), "They have the same company register number."),
    BlockingRule("duns", ("duns",), "They have the same D-U-N-S number."),
    BlockingRule("email", ("email",), "They have the same e-mail address."),
    BlockingRule("domain", ("domain",), "They have the same web or mail domain."),
    BlockingRule("phone", ("phone",), "They have the same telephone number."),
    BlockingRule("name", ("name_key",), "Their names have the same words."),
    BlockingRule("alias_first", ("alias_1",), "One is known by a name of the other."),
    BlockingRule("alias_last", ("alias_2",), "One is known by a name of the other."),
    BlockingRule("postcode_name", ("postcode", "tok1"), "Names begin alike in one postcode."),
    BlockingRule("city_name", ("city", "tok1"), "Names begin alike in one city.", weak=True),
    BlockingRule("address", ("street_key", "postcode"), "They have the same address."),
    BlockingRule("street_name", ("street_key", "tok1"), "Names begin alike at one house number."),
    BlockingRule("trunk_name", ("trunk", "tok1"), "Names begin alike behind one switchboard."),
    # What a slip of the pen in the first word, or a postcode that one side lacks, would keep apart.
    BlockingRule("city_begun", ("city", "begun"), "Names begin with the same letters in one city.", weak=True),
    BlockingRule("postcode_begun", ("postcode", "begun"), "Names begin with the same letters in one postcode."),
    BlockingRule("address_city", ("street_key", "city"), "They have the same street and house number in one city."),
    BlockingRule("house_road", ("house", "postcode", "way"), "They are in streets that begin alike, at one number."),
)


def match_keys(standardised: pl.DataFrame) -> pl.DataFrame:
    """record_id and one 63-bit key a blocking rule, null where a value is missing.

    MD5 and not a faster hash: keys are stored, so they must stay the same across versions and machines.
    """
    if standardised.height <= FEW_KEYS:
        return _few_keys(standardised)
    return _keys(standardised, "(md5_number_lower({text}) >> 1)::BIGINT")


def _few_keys(standardised: pl.DataFrame) -> pl.DataFrame:
    """The same keys without a database: a loop, since planning the query takes longer than a few records."""
    keys = []
    names = ("record_id", *_needed())
    for values in rows_of(standardised, *names):
        row = dict(zip(names, values, strict=True))
        told = ((rule.name, [row[column] for column in rule.columns]) for rule in BLOCKING_RULES)
        hashed = (None if None in texts else _md5("\x1f".join([name, *texts])) for name, texts in told)
        keys.append((row["record_id"], *hashed))
    shape = {"record_id": pl.Int64, **{rule.name: pl.Int64 for rule in BLOCKING_RULES}}
    return pl.DataFrame(keys, shape, orient="row")


def _md5(text: str) -> int:
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def _needed() -> list[str]:
    return list(dict.fromkeys(column for rule in BLOCKING_RULES for column in rule.columns))


def passing_keys(standardised: pl.DataFrame) -> pl.DataFrame:
    """The same keys by a faster hash that may change with the engine: for use within one call only."""
    return _keys(standardised, "CASE WHEN {text} IS NOT NULL THEN (hash({text}) >> 1)::BIGINT END")


def candidates(keys: pl.DataFrame, cap: int) -> pl.DataFrame:
    """record_l < record_r, and their rows, of every pair that shares a key which no more hold than its rule allows."""
    rows = keys.with_row_index("row")
    held = ((rows.select("row", key=rule.name), rule.most(cap)) for rule in BLOCKING_RULES)
    return sharing(keys["record_id"], held)


def meeting(held: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
    """record_l < record_r of pairs with a changed record that share a key; `held` has record_id and its live keys."""
    if held.height <= FEW_KEYS:
        return _meeting_few(held, set(changed))
    mine = held.filter(pl.col("record_id").is_in(changed.implode()))
    pairs = mine.join(held, on="key", suffix="_r").filter(pl.col("record_id") != pl.col("record_id_r"))
    sides = ("record_id", "record_id_r")
    return pairs.select(record_l=pl.min_horizontal(sides), record_r=pl.max_horizontal(sides)).unique()


def _meeting_few(held: pl.DataFrame, changed: set[int]) -> pl.DataFrame:
    by_key: dict[int, list[int]] = {}
    for key, record in rows_of(held, "key", "record_id"):
        by_key.setdefault(key, []).append(record)
    pairs = {
        (min(one, other), max(one, other))
        for holders in by_key.values()
        for one in changed.intersection(holders)
        for other in holders
        if other != one
    }
    return pl.DataFrame(sorted(pairs), {"record_l": pl.Int64, "record_r": pl.Int64}, orient="row")


def _keys(standardised: pl.DataFrame, hashed: str) -> pl.DataFrame:
    parts = []
    for rule in BLOCKING_RULES:
        text = " || chr(31) || ".join([f"'{rule.name}'", *(f'"{column}"' for column in rule.columns)])
        parts.append(f'{hashed.format(text=text)} AS "{rule.name}"')
    with connect() as con:
        told = standardised.select("record_id", *_needed())
        con.register("standardised", told.to_arrow(compat_level=pl.CompatLevel.newest()))  # as it lies in memory
        keys: pl.DataFrame = con.sql(f"SELECT record_id, {', '.join(parts)} FROM standardised").pl()
    return keys
