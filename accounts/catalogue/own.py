"""The company's own fields beside the shipped ones, and which catalogue is in force in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from accounts.catalogue.fields import Catalogue, FieldSpec, ObjectSpec, shipped

FIRST_CODE = 64  # codes below are the product's own, now and later
Answer = TypeVar("Answer")

_in_force: list[Catalogue] = []
_planned: ContextVar[Catalogue | None] = ContextVar("planned_catalogue", default=None)


def load() -> Catalogue:
    """The catalogue in force: what ships, and the company's own fields of the applied policies."""
    return _planned.get() or (_in_force[0] if _in_force else shipped())


def declare(catalogue: Catalogue | None) -> None:
    """Put a catalogue in force in this process; None for the shipped one."""
    _in_force[:] = [catalogue] if catalogue else []


@contextmanager
def using(catalogue: Catalogue) -> Iterator[None]:
    """Another catalogue for what this block calls: a plan's, or one whose transaction is not yet committed."""
    token = _planned.set(catalogue)
    try:
        yield
    finally:
        _planned.reset(token)


def with_own(fields: Iterable[FieldSpec], withdrawn: Iterable[FieldSpec] = ()) -> Catalogue:
    """The shipped catalogue with these fields of the company's."""
    named, gone = list(fields), list(withdrawn)
    return Catalogue({spec.name: _with_own(spec, named, gone) for spec in shipped()})


def _with_own(spec: ObjectSpec, fields: list[FieldSpec], withdrawn: list[FieldSpec]) -> ObjectSpec:
    mine = {field.name: field for field in fields if field.object == spec.name}
    gone = {field.name: field for field in withdrawn if field.object == spec.name and field.name not in mine}
    return replace(spec, fields={**spec.fields, **mine}, withdrawn=gone) if mine or gone else spec


def numbered(fields: Iterable[FieldSpec]) -> list[FieldSpec]:
    """Fields with their codes: those the catalogue in force knows, be it as withdrawn, else the next ones free.

    A field it does not know has no column yet.
    """
    found: list[FieldSpec] = []
    free: dict[str, int] = {}
    for field in fields:
        spec = load()[field.object]
        known = spec.fields.get(field.name) or spec.withdrawn.get(field.name)
        if known is None:
            code = free.setdefault(field.object, max(FIRST_CODE, max(spec.by_code) + 1))
            free[field.object] = code + 1
        found.append(replace(field, code=known.code if known else code, stored=known.stored if known else False))
    return found


def remembered(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """A cache of what a function makes of the catalogue: it goes when that catalogue does."""
    kept: WeakKeyDictionary[Catalogue, dict[tuple[Any, ...], Answer]] = WeakKeyDictionary()

    @wraps(function)
    def answer(*arguments: Any) -> Answer:
        found = kept.setdefault(load(), {})
        if arguments not in found:
            found[arguments] = function(*arguments)
        return found[arguments]

    return answer
