"""What the columns of a file hold, by what they are called: for who would rather not say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from syncengine.identity.anyfile.columns import FIELDS, Columns
from syncengine.identity.standardise.text import fold
from syncengine.identity.tables import words

PLACED = ("city", "postcode")  # where one of these has a column of its own, an address is but the street
FILLED = ("name", "phone", "email", "person_id")  # further columns fill in where the first says nothing
PERSON = ("given", "middle", "family")


def guess_columns(headings: Iterable[str]) -> Columns:
    """field → columns, as `parse_columns` gives them; nothing where no heading is known."""
    by_name = _folded(list(headings))
    known = {field: [by_name[name] for name in names if name in by_name] for field, names in _known().items()}
    held = {field: [[name] for name in told if field in FILLED or name == told[0]] for field, told in known.items()}
    person = _person(known)
    others = [told for told in held["name"] or held["named"] if told[0] not in person]
    held["name"] = [person, *others] if person else others
    if any(held[part] for part in PLACED):
        held["street"] = held["street"] or held["address"]
    held["address"] = held["whole"] or ([] if held["street"] else held["address"])
    return {field: held[field] for field in FIELDS if held.get(field)}


def _person(known: Mapping[str, list[str]]) -> list[str]:
    """A person's name in several columns comes before a name in one, which may be that of an employer.

    A bare "name" beside one half of it is the other: "Name" beside "Vorname", "Nombre" beside "Apellidos".
    """
    if not (known["given"] or known["family"]):
        return []
    halves = {"middle": known["middle"], **{half: known[half] or known["bare"] for half in ("given", "family")}}
    return [halves[part][0] for part in PERSON if halves[part]] if halves["given"] and halves["family"] else []


def as_option(columns: Columns) -> str:
    """The columns as `--columns` would have them."""
    return ",".join(f"{field}={'+'.join(group)}" for field, groups in columns.items() for group in groups)


def _folded(headings: list[str]) -> Mapping[str, str]:
    spaced = pl.DataFrame({"h": pl.Series(headings, dtype=pl.String)}).select(
        fold(pl.col("h").str.replace_all(r"([a-z])([A-Z])", "$1 $2").str.replace_all("_", " ", literal=True))
    )
    return dict(zip(reversed(spaced["h"].to_list()), reversed(headings), strict=True))


@cache
def _known() -> dict[str, list[str]]:
    return words("headings")
