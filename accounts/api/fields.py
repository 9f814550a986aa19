"""Which fields an answer has: `fields=` names those wanted, `exclude=` those not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from accounts.api.errors import Refused


@dataclass(frozen=True)
class Wanted:
    """The fields a caller asked for; None means all."""

    only: frozenset[str] | None
    exclude: frozenset[str]

    def pick(self, values: dict[str, Any]) -> dict[str, Any]:
        """The wanted part of a row; its id is always there."""
        return {name: value for name, value in values.items() if name == "id" or self.wants(name)}

    def wants(self, name: str) -> bool:
        """Whether a field is to be in the answer."""
        return (self.only is None or name in self.only) and name not in self.exclude


def wanted_of(request: Request, known: Iterable[str]) -> Wanted:
    """What the request asks for; a field that doesn't exist is refused."""
    names = set(known) | {"id"}
    only, exclude = _names(request, "fields"), _names(request, "exclude")
    unknown = sorted((only | exclude) - names)
    if unknown:
        errors = [
            {"parameter": "fields", "code": "unknown-field", "message": f"There is no field {name}."}
            for name in unknown
        ]
        raise Refused("Some fields don't exist.", "unknown-field", errors)
    return Wanted(frozenset(only) if only else None, frozenset(exclude))


def expand_of(request: Request, known: frozenset[str]) -> frozenset[str]:
    """What `expand=` adds; an unknown part is refused."""
    asked = _names(request, "expand")
    if unknown := sorted(asked - known):
        raise Refused(f"Cannot expand {', '.join(unknown)}; try {', '.join(sorted(known))}.", "unknown-expand")
    return frozenset(asked)


def limit_of(request: Request, most: int = 200) -> int:
    """Rows a page, 50 unless told, at most 200."""
    given = request.query_params.get("limit", "50")
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise Refused(f"limit is a number from 1 to {most}.", "bad-limit")
    return int(given)


def _names(request: Request, parameter: str) -> set[str]:
    return {name.strip() for name in request.query_params.get(parameter, "").split(",") if name.strip()}
