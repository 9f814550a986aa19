"""The data files of this room, read once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

DATA = Path(__file__).parent / "data"
# Ten times as quick where PyYAML was built with libyaml.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def table(name: str) -> pl.DataFrame:
    """A CSV data file; lines that begin with # are its source note."""
    return pl.read_csv(DATA / f"{name}.csv", comment_prefix="#", infer_schema=False)


@cache
def words(name: str) -> dict[str, Any]:
    """A YAML data file."""
    loaded: dict[str, Any] = yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=LOADER)
    return loaded


@cache
def blocked() -> tuple[str, ...]:
    """Folded texts that stand for nothing."""
    return tuple(str(word) for word in words("blocked")["words"])


@cache
def free_domains() -> tuple[str, ...]:
    """Domains that say nothing about a company."""
    lists = words("domains")
    return tuple([*lists["free_mail"], *lists["hosting"], *lists["placeholder"]])


@cache
def place_words() -> tuple[str, ...]:
    """Folded words that end a name and say where, countries included."""
    lists = words("places")
    named = [str(word) for key in ("regions", "compass", "subdivisions", "cities") for word in lists[key]]
    return tuple(dict.fromkeys([*named, *table("countries").filter(pl.col("name").str.len_chars() > 3)["name"]]))


@cache
def division_words() -> tuple[str, ...]:
    """Folded words that end a name and say which part of a group it is."""
    return tuple(str(word) for word in words("places")["divisions"])
