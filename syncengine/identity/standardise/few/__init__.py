"""A handful of records, text by text: a step on a column costs more than a whole record costs this way.

Every file here says the same as the file of its name one floor up, in Python instead of columns; tests hold both
alike. Texts that Python might read differently are left to the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncengine.identity.standardise.columns import READ, TRADE_NAMES
from syncengine.identity.standardise.few.addresses import (
    read_city,
    read_country,
    read_postcode,
    read_region,
    read_street,
)
from syncengine.identity.standardise.few.names import read_name
from syncengine.identity.standardise.few.numbers import read_numbers
from syncengine.identity.standardise.few.phones import read_phone
from syncengine.identity.standardise.few.reach import read_reach
from syncengine.identity.standardise.few.text import familiar

Row = Mapping[str, Any]


def alone_read(row: Row) -> dict[str, Any] | None:
    """record_id and the compared columns of one record; None where only columns can read its texts."""
    texts = {name: row[name] for name in READ if row.get(name) is not None}
    trade_names = row.get(TRADE_NAMES) or ()
    trade_names = trade_names.split(";") if isinstance(trade_names, str) else trade_names
    if not all(map(familiar, (*texts.values(), *filter(None, trade_names)))):
        return None
    told = texts.get
    country = read_country(told("country"))
    return {
        "record_id": int(row["record_id"]),
        **read_name(told("name"), told("legal_name"), trade_names, country),
        **read_reach(told("website"), told("email")),
        **read_phone(told("phone"), country),
        **read_numbers(told("tax_id"), told("registration_id"), told("duns"), country),
        **read_street(told("street")),
        "postcode": read_postcode(told("postcode"), country),
        "city": read_city(told("city")),
        "region": read_region(told("region")),
        "country": country,
    }
