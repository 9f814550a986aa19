"""What the columns of a file hold, by what they are called: for who would rather not say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from syncengine.identity.anyfile.columns import FIELDS, Columns
from syncengine.identity.standardise.text import fold
from syncengine.identity.tables import words

PLACED = ("city", "postcode")  # where one of these has a column of its own, an address is but the street


def guess_columns(headings: Iterable[str]) -> Columns:
    """field → columns, as `parse_columns` gives them; nothing where no heading is known."""
    by_name = _folded(list(headings))
    held = {field: column for field in _known() if (column := _first(_known()[field], by_name))}
    if "given" in held and "family" in held:
        held["name"] = f"{held.pop('given')}+{held.pop('family')}"
    if "street" not in held and any(part in held for part in PLACED) and "address" in held:
        held["street"] = held.pop("address")
    if "street" in held:
        held.pop("address", None)
    return {field: [held[field].split("+")] for field in FIELDS if field in held}


def as_option(columns: Columns) -> str:
    """The columns as `--columns` would have them."""
    return ",".join(f"{field}={'+'.join(group)}" for field, groups in columns.items() for group in groups)


def _folded(headings: list[str]) -> Mapping[str, str]:
    spaced = pl.DataFrame({"h": pl.Series(headings, dtype=pl.String)}).select(
        fold(pl.col("h").str.replace_all(r"([a-z])([A-Z])", "$1 $2").str.replace_all("_", " ", literal=True))
    )
    return dict(zip(reversed(spaced["h"].to_list()), reversed(headings), strict=True))


def _first(names: list[str], by_name: Mapping[str, str]) -> str | None:
    return next((by_name[name] for name in names if name in by_name), None)


@cache
def _known() -> dict[str, list[str]]:
    return words("headings")
