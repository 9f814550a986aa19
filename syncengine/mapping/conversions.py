"""One catalogue field out of source text: how it is read, how it is converted, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from accounts.catalogue import FieldSpec
from syncengine.mapping import moments, numbers, words
from syncengine.policies.shapes import FieldMap

CODE = re.compile(r"%[A-Za-z]")
WRITTEN = {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%H": "hh", "%M": "mm", "%S": "ss", "%b": "MMM"}
TEMPLATE_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Conversion:
    """Expressions of one field: `text` over cleaned columns, `quick` and `patient` over that text.

    Where `quick` gives null for a text, `patient` (if any) tries again; null after both is a refusal.
    """

    field: str
    column: str
    text: pl.Expr
    quick: pl.Expr
    patient: pl.Expr | None
    expected: str
    nullable: bool


@dataclass(frozen=True)
class Typed:
    """The converting half of a conversion."""

    quick: pl.Expr
    patient: pl.Expr | None
    expected: str


def build_conversion(spec: FieldSpec, field_map: FieldMap, *, timezone: str) -> Conversion:
    """The conversion of one mapped field."""
    value = pl.col(spec.column)
    typed = _BY_TYPE[spec.type](value, spec, field_map, timezone)
    return Conversion(
        field=spec.name,
        column=spec.column,
        text=read_text(field_map, spec).alias(spec.column),
        quick=typed.quick.alias(spec.column),
        patient=None if typed.patient is None else typed.patient.alias(spec.column),
        expected=typed.expected,
        nullable=field_map.on_error == "null",
    )


def read_text(field_map: FieldMap, spec: FieldSpec | None = None) -> pl.Expr:
    """The field's text over cleaned columns: read, emptied, transformed, translated, defaulted."""
    text = _READERS[field_map.how](field_map)
    if field_map.empty:
        text = pl.when(~text.is_in(list(field_map.empty))).then(text)
    for name in field_map.transform:
        if name in words.TRANSFORMS and name not in ("country", "currency"):
            text = words.TRANSFORMS[name](text)
    if field_map.values and (spec is None or spec.type != "choice"):
        text = words.translated(text, field_map.values, field_map.otherwise, keep=True)
    if spec is not None and spec.type == "tags":
        text = words.with_words(text, words.separator_of(field_map.transform))
    if field_map.default is not None:
        text = text.fill_null(pl.lit(field_map.default))
    return text


def template_expr(template: str) -> pl.Expr:
    """A text with `{Column}` places filled in; null where a column has nothing."""
    pieces = [
        pl.lit(piece) if index % 2 == 0 else pl.col(piece)
        for index, piece in enumerate(TEMPLATE_PLACE.split(template))
        if piece
    ]
    return pl.concat_str(pieces)


_READERS: dict[str, Callable[[FieldMap], pl.Expr]] = {
    "column": lambda m: pl.col(m.columns[0]),
    "constant": lambda m: pl.lit(m.value, dtype=pl.String),
    "join": lambda m: _joined(m),
    "first_of": lambda m: pl.coalesce(*m.columns),
    "template": lambda m: template_expr(m.template or ""),
}


def _joined(field_map: FieldMap) -> pl.Expr:
    joined = pl.concat_str(list(field_map.columns), separator=field_map.separator, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _text(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    if "country" in field_map.transform:
        return _country(value, spec, field_map, timezone)
    if "currency" in field_map.transform:
        return _currency(value, spec, field_map, timezone)
    return Typed(words.short_text(value), None, f"a text of at most {words.LONGEST} characters")


def _number(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    mark, declared = field_map.decimal or ".", field_map.decimal is not None
    limit = numbers.LARGEST_PERCENT if spec.type == "percent" else numbers.LARGEST
    quick = numbers.quick_number(value, mark, limit)
    patient = numbers.patient_number(value, mark, thousands=field_map.thousands, declared=declared, limit=limit)
    integer = spec.type == "integer"
    expected = numbers.number_form(mark, declared=declared, integer=integer)
    if integer:
        return Typed(numbers.whole(quick), numbers.whole(patient), expected)
    return Typed(quick, patient, expected)


def _date(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    patient = None if field_map.format else moments.patient_day(value)
    return Typed(moments.day(value, field_map.format, timezone), patient, _form("a day", field_map, "2026-01-31"))


def _datetime(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    patient = None if field_map.format else moments.patient_moment(value, timezone)
    form = _form("a date and time", field_map, "2026-01-31T14:30:00Z")
    return Typed(moments.moment(value, field_map.format, timezone), patient, form)


def _form(what: str, field_map: FieldMap, example: str) -> str:
    """What was expected, in letters where a format is declared: a day written DD.MM.YYYY."""
    if not field_map.format:
        return f"{what} such as {example}"
    return f"{what} written {CODE.sub(lambda found: WRITTEN.get(found[0], found[0]), field_map.format)}"


def _boolean(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    known = ", ".join([*(field_map.true or words.TRUE[:4]), *(field_map.false or words.FALSE[:4])])
    return Typed(words.boolean(value, field_map.true, field_map.false), None, f"one of {known}")


def _choice(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    expected = f"one of {', '.join(field_map.values or spec.choices)}"
    plain = words.chosen(value, spec.choices)
    if not field_map.values:
        fallback = pl.lit(field_map.otherwise, dtype=pl.String)
        settled = pl.when(value.is_not_null()).then(pl.coalesce(plain, fallback))
        return Typed(settled, None, expected)
    return Typed(words.translated(value, field_map.values, field_map.otherwise, keep=False), None, expected)


def _country(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    return Typed(words.country(value), None, "a country such as DE, DEU or Germany")


def _currency(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    return Typed(words.currency(value), None, "a currency such as EUR")


def _tags(value: pl.Expr, spec: FieldSpec, field_map: FieldMap, timezone: str) -> Typed:
    return Typed(words.tags(value, words.separator_of(field_map.transform)), None, "a list of words")


_BY_TYPE: dict[str, Callable[[pl.Expr, FieldSpec, FieldMap, str], Typed]] = {
    **dict.fromkeys(("text", "email", "phone", "url", "reference"), _text),
    **dict.fromkeys(("integer", "decimal", "money", "percent"), _number),
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "choice": _choice,
    "country": _country,
    "currency": _currency,
    "tags": _tags,
}
