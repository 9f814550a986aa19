"""Reasons of golden values written alone: which record gives a field, and by which rule, its value untouched."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from psycopg import sql

from accounts.catalogue import FieldSpec
from accounts.frames import copy_in, execute, identifiers
from accounts.golden.changes import Cause
from accounts.golden.records import keep_lineage
from accounts.golden.shape import lineage_of, table_of

TOLD, STAGE = "told_reasons", "stage_reasons"
ARRAYS = ("winners", "rules")


def write_reasons(name: str, golden: pl.DataFrame, fields: Sequence[FieldSpec], *, cause: Cause) -> int:
    """Winner and rule of these fields in the lineage of golden records (`id`, values, `winners`, `rules`,
    `record_count`) whose values and number of members are what stands; how many had others."""
    _stage_told(name, golden, fields)
    _pick_moved(name, fields)
    names = {"lineage": sql.Identifier(lineage_of(name)), "stage": sql.Identifier(STAGE)}
    on = sql.SQL("s.id = t.{}").format(sql.Identifier(f"{name}_id"))
    keep_lineage(name, STAGE, on, cause=cause)
    _lengthen(names, on, max(field.code for field in fields))
    assign = [sql.SQL("{} = s.{}").format(place, told) for place, told in _places(fields)]
    statement = sql.SQL("UPDATE {lineage} t SET {assign}, policy_version = %s FROM {stage} s WHERE {on}")
    return execute(statement.format(**names, on=on, assign=sql.SQL(", ").join(assign)), [cause.policy_version])


def _places(fields: Sequence[FieldSpec]) -> list[tuple[sql.Composable, sql.Identifier]]:
    """The place of each field in the arrays of lineage, and the staged column of what goes there."""
    return [
        (
            sql.SQL("{}[{}]").format(sql.Identifier(array), sql.Literal(field.code)),
            sql.Identifier(f"{array}:{field.code}"),
        )
        for field in fields
        for array in ARRAYS
    ]


def _stage_told(name: str, golden: pl.DataFrame, fields: Sequence[FieldSpec]) -> None:
    values = ["id", *(field.column for field in fields if field.stored)]
    entries = {f"{array}:{field.code}": pl.col(array).list.get(field.code - 1) for field in fields for array in ARRAYS}
    told = golden.select(*values, members="record_count", **entries)
    numbers = [sql.SQL("0::smallint AS {}").format(sql.Identifier(column)) for column in ("members", *entries)]
    execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(TOLD)))
    execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {}, {} FROM {} WITH NO DATA").format(
            sql.Identifier(TOLD), identifiers(values), sql.SQL(", ").join(numbers), sql.Identifier(table_of(name))
        )
    )
    copy_in(TOLD, told)
    execute(sql.SQL("ANALYZE {} (id)").format(sql.Identifier(TOLD)))


def _pick_moved(name: str, fields: Sequence[FieldSpec]) -> None:
    """Of what was told, the golden records whose values stand and whose reasons do not."""
    same = [
        sql.SQL("g.{0} IS NOT DISTINCT FROM s.{0}").format(sql.Identifier(field.column))
        for field in fields
        if field.stored
    ]
    moved = [sql.SQL("t.{} IS DISTINCT FROM s.{}").format(place, told) for place, told in _places(fields)]
    parts = {
        "stage": sql.Identifier(STAGE), "told": sql.Identifier(TOLD), "golden": sql.Identifier(table_of(name)),
        "lineage": sql.Identifier(lineage_of(name)), "owner": sql.Identifier(f"{name}_id"),
        "same": sql.SQL(" AND ").join([sql.SQL("cardinality(t.sources) = s.members"), *same]),
        "moved": sql.SQL(" OR ").join(moved),
    }  # fmt: skip
    execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(STAGE)))
    execute(
        sql.SQL(
            "CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT s.* FROM {told} s JOIN {golden} g ON g.id = s.id "
            "JOIN {lineage} t ON t.{owner} = s.id WHERE {same} AND ({moved})"
        ).format(**parts)
    )
    execute(sql.SQL("ANALYZE {} (id)").format(sql.Identifier(STAGE)))


def _lengthen(names: dict[str, sql.Identifier], on: sql.Composable, length: int) -> None:
    """A field declared since has no place in the arrays yet; what lies between says nothing."""
    zeros = sql.SQL("array_fill(0::smallint, ARRAY[{} - cardinality(t.winners)])").format(length)
    execute(
        sql.SQL(
            "UPDATE {lineage} t SET winners = t.winners || {zeros}, rules = t.rules || {zeros} FROM {stage} s "
            "WHERE {on} AND cardinality(t.winners) < {length}"
        ).format(**names, on=on, zeros=zeros, length=length)
    )
