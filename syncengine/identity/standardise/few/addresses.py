"""The address of one record, as `standardise.addresses` reads columns of them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from syncengine.identity.standardise.addresses import (
    BEGUN,
    BEHIND_TOWN,
    COUNTRY_BEFORE,
    HOLLOW,
    HOUSE_FIRST,
    HOUSE_LAST,
    HOUSES,
    JOINED,
    NUMBER_SIGN,
    POST_BOX,
    RANGE,
    SAID_FOR,
    SAINTS,
    UNIT,
    abbreviations,
    countries,
)
from syncengine.identity.standardise.few.text import fold, one_spelling, replace_words, said
from syncengine.identity.standardise.text import LONGEST

Text = str | None


def read_country(country: Text) -> Text:
    """The ISO code, from a code or a name in the usual languages."""
    if country is None:
        return None
    upper = country.strip().upper()
    upper = SAID_FOR.get(upper, upper)
    return upper if upper in _codes() else _names().get(fold(country))


def read_street(street: Text) -> dict[str, Text]:
    """house, road, street_key and way."""
    line = _line(street)
    if line is None:
        return dict.fromkeys(("house", "road", "street_key", "way"))
    found = [told[1] for place in HOUSES if (told := re.search(place, line))]
    house = found[0].replace(" ", "") if found else None
    behind = re.sub(HOUSE_FIRST, "", line, count=1)
    road = (re.sub(HOUSE_LAST, "", line, count=1) if behind == line else behind).strip() or None
    key = f"{house} {road}" if house and road else None
    return {"house": house, "road": road, "street_key": key, "way": road and road[:BEGUN]}


def read_city(city: Text) -> Text:
    """The town without district, delivery code or river."""
    town = said(fold(city)) if city is not None else None
    return None if town is None else one_spelling(replace_words(re.sub(BEHIND_TOWN, "", town, count=1), SAINTS))


def read_region(region: Text) -> Text:
    """The region, folded."""
    return None if region is None else said(fold(region))


def read_postcode(postcode: Text, country: Text) -> Text:
    """The postcode without country, spaces or what only finds the door."""
    plain = unicodedata.normalize("NFKD", (postcode or "")[:40].upper())
    plain = re.sub("[^A-Z0-9]", "", re.sub(COUNTRY_BEFORE, r"\1", plain, count=1))
    plain = plain[:5] if country == "US" else plain
    return None if len(plain) < 3 or re.search(HOLLOW, plain) else plain


def _line(street: Text) -> Text:
    """The street without its unit, abbreviations written out."""
    if street is None:
        return None
    line = fold(re.sub(NUMBER_SIGN, " ", re.sub(RANGE, r"\1", street[:LONGEST])))
    bare = re.sub(UNIT, "", re.sub(POST_BOX, r"box \1", line, count=1), count=1)
    bare = one_spelling(re.sub(JOINED, r"\1 st", bare))
    return said(replace_words(bare or line, abbreviations()))


@cache
def _codes() -> frozenset[str]:
    return frozenset(countries()[2])


@cache
def _names() -> dict[str, str]:
    names, of, _ = countries()
    return dict(zip(names, of, strict=True))
