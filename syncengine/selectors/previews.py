"""What a merge or a split would make of customers: the same survivorship as publishing, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import Q

from accounts.access import row_class, treatment
from accounts.catalogue import FieldSpec, load
from accounts.frames import rows
from accounts.golden.shape import DOCUMENT_ORDER, document_shape
from accounts.models import User
from syncengine.canonical import read_canonical, value_columns
from syncengine.models import Pin
from syncengine.policies import current_policies
from syncengine.publish.rules import PINS, field_rules
from syncengine.survivorship import RULES, survive

RULE_WORDS = {
    "only_source": "only one tells it", "system_of_record": "system of record", "most_recent": "most recent",
    "most_frequent": "most often told", "longest": "longest", "highest": "highest", "lowest": "lowest",
    "aggregate": "all together", "manual": "asks people", "pinned": "pinned by a person",
}  # fmt: skip
BY_CODE = {code: RULE_WORDS.get(name, name.replace("_", " ")) for name, code in RULES.items()}


@dataclass(frozen=True, slots=True)
class Survivor:
    """The value that would stand in a field, which record tells it, and the rule that would choose it."""

    value: Any
    record_id: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class MovingRow:
    """Documents of one kind that would change their customer."""

    label: str
    count: int


def preview_values(records: Sequence[int], *, now: datetime) -> Mapping[str, Survivor]:
    """The golden values of a customer made of these records, by field."""
    if not records:
        return {}
    # Pages read in a read-only transaction, so nothing is staged here: the records of a customer are few.
    members = ", ".join(str(int(record)) for record in records)
    found = read_canonical("account", f"c.crosswalk_id IN ({members})").with_columns(cluster=pl.lit(min(records)))
    if not found.height:
        return {}
    rules = field_rules("account", current_policies())
    golden = survive(_told(found), load()["account"], rules, _pins(records, now), now=now).golden.row(0, named=True)
    ids = {(source, key): record for source, key, record in found.select("source", "key", "record_id").iter_rows()}
    fields = [field for field in load()["account"].fields.values() if field.column in found.columns]
    return {field.name: _survivor(field, golden, ids) for field in fields}


def _told(found: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that nobody tells: most of what could be told of a customer is not."""
    values = value_columns(load()["account"])
    return found.drop(name for name in values if name in found.columns and found[name].null_count() == found.height)


def _pins(records: Sequence[int], now: datetime) -> pl.DataFrame:
    """Values people pinned on any of the records; the newest of a field stands."""
    valid = Q(expires_at=None) | Q(expires_at__gt=now)
    pins = Pin.objects.filter(valid, record__in=records, released_at=None).order_by("pk")
    told = [(min(records), field, value) for field, value in pins.values_list("field", "value")]
    return pl.DataFrame(told, schema=PINS, orient="row")


def _survivor(field: FieldSpec, golden: Mapping[str, Any], ids: Mapping[tuple[int, str], int]) -> Survivor:
    if field.column not in golden:
        return Survivor(None, None, "")
    place, code = golden["winners"][field.code - 1], golden["rules"][field.code - 1]
    winner = ids.get((golden["sources"][place - 1], golden["keys"][place - 1])) if place > 0 else None
    return Survivor(golden[field.column], winner, BY_CODE.get(code, ""))


def list_moving(user: User, records: Sequence[int]) -> list[MovingRow]:
    """What hangs on these records, of the kinds the reader may see; contacts and addresses included."""
    told = [("contact", "syncengine_canonicalcontact"), ("address", "syncengine_canonicaladdress")]
    told += [(n, document_shape(n).table) for n in DOCUMENT_ORDER if document_shape(n).has_account]
    seen = [(name, table) for name, table in told if _counts(user, name)]
    if not seen:
        return []
    parts = [
        f"SELECT '{name}', count(*) FROM {table} t WHERE t.account_ref_id = ANY(%(records)s)" for name, table in seen
    ]
    counted = dict(rows(" UNION ALL ".join(parts), {"records": list(records)}))
    return [MovingRow(_label(name, counted[name]), counted[name]) for name, _ in seen if counted.get(name)]


def _label(name: str, count: int) -> str:
    spec = load()[name]
    return (spec.label if count == 1 else spec.plural).lower()


def _counts(user: User, name: str) -> bool:
    """Whether the reader may know how many there are: rows or their summary."""
    return treatment(user, row_class(name)) in ("full", "summary", "masked")
