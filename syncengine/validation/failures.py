"""Rules compiled to expressions: each says, row by row, whether the row breaks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from accounts.catalogue import FieldSpec, ObjectSpec
from syncengine.policies.shapes import Rule
from syncengine.validation.forms import has_form, is_postal_code, is_tax_number

# Clocks and time zones differ; a day's grace keeps today's entries of the other side of the world.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What rules need beyond the rows: keys that exist, accepted rows before, rows referred to, values in use.

    `taken`: per rule name the keys of rows whose values another record has. `known`: keys accepted before.
    """

    keys: Mapping[str, pl.Series]
    previous: pl.DataFrame | None
    referred: Mapping[str, pl.DataFrame]
    now: datetime | None
    taken: Mapping[str, pl.Series] = dataclasses.field(default_factory=dict)
    known: pl.Series | None = None


INACTIVE = ("inactive", "blocked")
Compiler = Callable[[Rule, list[FieldSpec], Known], pl.Expr | None]


def compile_rule(rule: Rule, spec: ObjectSpec, columns: set[str], known: Known) -> pl.Expr | None:
    """True where a row breaks the rule; None where these rows cannot be judged by it."""
    fields = [spec.fields[name] for name in rule.fields if name in spec.fields]
    judged = [field for field in fields if field.column in columns]
    if not judged and rule.kind != "blocked":
        return None
    return COMPILERS[rule.kind](rule, judged, known)


def _any(expressions: list[pl.Expr]) -> pl.Expr:
    return pl.any_horizontal([expression.fill_null(False) for expression in expressions])


def _required(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    return _any([pl.col(field.column).is_null() for field in fields])


def _one_of(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    allowed = list(rule.values)
    return _any([~pl.col(field.column).cast(pl.String).is_in(allowed) for field in fields])


def _range(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    broken = []
    for field in fields:
        value = pl.col(field.column).dt.date() if field.type == "datetime" else pl.col(field.column)
        broken += [value < rule.min] if rule.min is not None else []
        broken += [value > rule.max] if rule.max is not None else []
    return _any(broken)


def _length(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    broken = []
    for field in fields:
        length = pl.col(field.column).str.len_chars().cast(pl.Int64)
        broken += [length < int(rule.min)] if rule.min is not None else []  # type: ignore[arg-type]
        broken += [length > int(rule.max)] if rule.max is not None else []  # type: ignore[arg-type]
    return _any(broken)


def _pattern(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    # The whole value must have the form, as people expect of a pattern.
    return _any([~pl.col(field.column).str.contains(f"^(?:{rule.pattern})$") for field in fields])


def _unique(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    given = pl.all_horizontal([pl.col(field.column).is_not_null() for field in fields])
    group = pl.struct([pl.col(field.column) for field in fields])
    # Deleted rows and rows with nothing in the fields repeat nothing: each forms a group of its own.
    counted = given & ~pl.col("deleted")
    here = counted & (pl.col("key").filter(counted).n_unique().over(group) > 1)
    elsewhere = known.taken.get(rule.name)
    return here if elsewhere is None else here | pl.col("key").is_in(elsewhere.implode())


def _not_future(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    if known.now is None:
        return None
    latest = known.now + GRACE
    return _any([pl.col(f.column) > (pl.lit(latest.date()) if f.type == "date" else pl.lit(latest)) for f in fields])


def _reference(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    judged = [field for field in fields if field.to in known.keys]
    if not judged:
        return None
    return _any([~pl.col(field.column).is_in(known.keys[field.to or ""].implode()) for field in judged])


def _changed(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    if known.previous is None:
        return None
    before = [field for field in fields if f"{field.column}__before" in known.previous.columns]
    # A value that was empty before is news, not a change that needs a second look.
    pairs = [(pl.col(field.column), pl.col(f"{field.column}__before")) for field in before]
    changed = [was.is_not_null() & value.ne_missing(was) for value, was in pairs]
    return _any(changed) if changed else None


def _blocked(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    referred = known.referred.get(rule.to or "")
    column = f"{rule.to}_key"
    if referred is None or rule.fields[0] not in referred.columns:
        return None
    blocked = referred.filter(pl.col(rule.fields[0]).is_in(list(rule.values)))["key"]
    broken = pl.col(column).is_in(blocked.implode()).fill_null(False)
    if (rule.forbids or "").startswith("new_") and known.known is not None:
        return broken & ~pl.col("key").is_in(known.known.implode())
    return broken


def _format(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    return _any([~has_form(pl.col(field.column), field.type) for field in fields])


def _tax_id(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr:
    return _any([~is_tax_number(pl.col(field.column)) for field in fields])


def _address(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    """A postal code of another country's shape, or a place that mail cannot find."""
    by_name = {field.name: pl.col(field.column) for field in fields}
    if not {"postcode", "country"} <= set(by_name):
        return None
    broken = [~is_postal_code(by_name["postcode"], by_name["country"])]
    if {"street", "city"} <= set(by_name):
        broken.append(by_name["street"].is_not_null() & by_name["city"].is_null() & by_name["postcode"].is_null())
    return _any(broken)


def _active(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    """Whether what a row names is out of use."""
    broken = []
    for field in fields:
        referred = known.referred.get(field.to or "")
        if referred is not None and "status" in referred.columns:
            gone = referred.filter(pl.col("status").is_in(list(rule.values or INACTIVE)))["key"]
            broken.append(pl.col(field.column).is_in(gone.implode()))
    return _any(broken) if broken else None


def _currency(rule: Rule, fields: list[FieldSpec], known: Known) -> pl.Expr | None:
    """Whether a document is in another currency than its customer is billed in."""
    referred = known.referred.get("account")
    if referred is None or "currency" not in referred.columns:
        return None
    billed = referred.drop_nulls("currency").unique("key")
    expected = pl.col("account_key").replace_strict(billed["key"], billed["currency"], default=None)
    return _any([pl.col(field.column) != expected for field in fields]) if billed.height else None


COMPILERS: Mapping[str, Compiler] = {
    "required": _required,
    "one_of": _one_of,
    "range": _range,
    "length": _length,
    "pattern": _pattern,
    "unique": _unique,
    "not_future": _not_future,
    "reference": _reference,
    "changed": _changed,
    "blocked": _blocked,
    "format": _format,
    "tax_id": _tax_id,
    "address": _address,
    "active": _active,
    "currency_match": _currency,
}
