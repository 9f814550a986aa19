"""The word lists the company is made of, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class City:
    """A city with what its addresses and telephones look like."""

    name: str
    postcode: str
    region: str
    area: str


@cache
def countries() -> dict[str, dict[str, Any]]:
    """Words by country, with cities parsed."""
    raw: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "countries.yaml").read_text("utf-8"))
    for words in raw.values():
        words["cities"] = [City(*text.split("|")) for text in words["cities"]]
    return raw


@cache
def company() -> dict[str, Any]:
    """Words all countries share."""
    return dict(yaml.safe_load((HERE / "company.yaml").read_text("utf-8")))


@cache
def texts() -> dict[str, Any]:
    """Products and sentences."""
    return dict(yaml.safe_load((HERE / "texts.yaml").read_text("utf-8")))
