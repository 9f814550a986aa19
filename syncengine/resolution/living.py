"""Living customer records as matching reads them; the dead take part in nothing."""

from __future__ import annotations

import polars as pl

from syncengine.canonical import read_canonical

MATCHED = [
    "name", "legal_name", "trade_names", "street", "city", "region", "postcode", "country", "phone", "email",
    "website", "tax_id", "registration_id", "duns",
]  # fmt: skip


def read_living(among: str | None = None) -> pl.DataFrame:
    """What is matched of all living records, or of those whose record_id is selected from `among`."""
    where = f"c.live AND c.crosswalk_id IN (SELECT record_id FROM {among} d)" if among else "c.live"
    return read_canonical("account", where, columns=MATCHED)
