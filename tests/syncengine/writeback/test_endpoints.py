"""Every object that moves between the systems is proved in each of its directions: created once, then followed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.catalogue.texts import text_of
from accounts.golden.shape import GOLDEN
from accounts.models import Account, Source
from syncengine.models import OutboxMessage
from syncengine.pipeline import refresh_records
from syncengine.policies.apply import apply_folder
from syncengine.writeback.rounds import send_round
from tests.factories import (
    AccountCrosswalkFactory,
    AccountFactory,
    AddressFactory,
    ContactFactory,
    ProductFactory,
    make,
)
from tests.factories.world import NOW

# What the design lists as going from one system to another, with who owns it: (object, from, to).
DIRECTIONS = [
    ("account", "crm", "erp"), ("account", "erp", "crm"),
    ("contact", "crm", "erp"), ("contact", "erp", "crm"),
    ("address", "crm", "erp"), ("address", "erp", "crm"),
    ("price_book", "erp", "crm"), ("price_entry", "erp", "crm"), ("product", "erp", "crm"),
    ("quote", "crm", "erp"), ("quote_line", "crm", "erp"),
    ("order", "erp", "crm"), ("order_line", "erp", "crm"),
    ("invoice", "erp", "crm"), ("invoice_line", "erp", "crm"), ("payment", "erp", "crm"),
    ("settlement", "erp", "crm"), ("credit_note", "erp", "crm"), ("promise", "erp", "crm"),
    ("stock", "erp", "crm"), ("shipment", "erp", "crm"), ("shipment_line", "erp", "crm"),
    ("goods_return", "erp", "crm"), ("insight", "ai", "crm"),
]  # fmt: skip
SOURCE = """
source: {name}
label: {label}
kind: sql
system: {name}
connection: {{url: "sqlite:///{path}"}}
streams:
  accounts: {{object: account, read: {{table: account}}, key: id, fields: {{name: name}}}}
"""
COPY = """
copies:
  kept:
    object: {object}
    of: {owner}
    read: {{table: kept}}
    key: id
    fields: {{{fields}}}
    write: {{fields: [{names}], correlation: marker, version: version, increments: true{plain}}}
"""
TABLE = "CREATE TABLE kept (id INTEGER PRIMARY KEY, marker TEXT UNIQUE, version INT DEFAULT 1, {})"
MAKERS = {"account": AccountFactory, "contact": ContactFactory, "address": AddressFactory, "product": ProductFactory}


@dataclass
class Kept:
    """A target table that keeps one object's rows, and the sender that fills it."""

    file: Path
    owner: Source
    target: Source
    now: datetime = NOW

    def rows(self, *names: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file) as connection:
            return connection.execute(f"SELECT {', '.join(names)} FROM kept ORDER BY id").fetchall()

    def run(self, statement: str) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.execute(statement)

    def send(self) -> list[str]:
        self.now += timedelta(minutes=1)
        send_round(refresh=refresh_records, clock=lambda: self.now)
        return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def keep(home: Path, name: str, owner: str, target: str) -> Kept:
    """Both systems declared, the target keeping every plain field of the object."""
    spec = load()[name]
    file = home / f"{target}.sqlite"
    names = [field.name for field in spec.fields.values() if told(field.name, spec)]
    with sqlite3.connect(file) as connection:
        connection.execute(TABLE.format(", ".join(f'"{n}" TEXT' for n in names)))
        connection.execute("CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT)")
    policies = home / "policies"
    policies.mkdir()
    for system in (owner, target):
        text = SOURCE.format(name=system, label=system.upper(), path=file)
        if system == target:
            finance = "by_policy: [{}]".format(", ".join(names))
            text += COPY.format(object=name, owner=owner, fields=", ".join(f"{n}: {n}" for n in names),
                                names=", ".join(names), plain=f", {finance}")  # fmt: skip
        (policies / f"{system}.yaml").write_text(text, encoding="utf-8")
    (policies / "reference.yaml").write_text("base_currency: EUR\nlegal_entities: []\n", encoding="utf-8")
    apply_folder(policies, by=None, now=NOW)
    return Kept(file, Source.objects.get(name=owner), Source.objects.get(name=target))


def told(name: str, spec: ObjectSpec) -> bool:
    """Plain values that a system tells; the customer where there is one; nothing the portal works out itself."""
    field = spec.fields[name]
    return field.owner != "portal" and (field.type != "reference" or name == "account")


def changeable(spec: ObjectSpec) -> FieldSpec:
    """A text of the object, or else a number."""
    plain = [f for f in spec.fields.values() if f.type in ("text", "money", "decimal") and told(f.name, spec)]
    return min(plain, key=lambda field: field.type != "text")


def make_row(name: str, kept: Kept, account: Account) -> Any:
    """One row of the owner, every field filled; the customer it names is known to the target."""
    if name in GOLDEN:
        values = {"account": account} if name in ("contact", "address") else {}
        return MAKERS[name](source_ids=[kept.owner.pk], **values)
    has_account = "account" in load()[name].fields
    values = {"account": account, "account_ref": account.crosswalk.first()} if has_account else {}
    return make(name, source=kept.owner, **values)


@pytest.mark.parametrize(("name", "owner", "target"), DIRECTIONS, ids=[f"{n} {a} to {b}" for n, a, b in DIRECTIONS])
def test_rows_are_created_once_and_followed(db: None, tmp_path: Path, name: str, owner: str, target: str) -> None:
    kept = keep(tmp_path, name, owner, target)
    account = AccountFactory(source_ids=[kept.owner.pk, kept.target.pk])
    AccountCrosswalkFactory(account=account, source=kept.owner, key="O1")
    AccountCrosswalkFactory(account=account, source=kept.target, key="T1")
    row = make_row(name, kept, account)
    field = changeable(load()[name])
    before, after = text_of(field, getattr(row, field.name)), "another word" if field.type == "text" else "7"

    assert (kept.send(), kept.rows(f'"{field.name}"')) == (["confirmed"], [(before,)])
    if "account" in load()[name].fields:
        assert kept.rows("account") == [("T1",)]
    moved = {"changed_at": NOW} if name in GOLDEN else {"published_at": NOW}
    type(row).objects.filter(pk=row.pk).update(**{field.name: after}, **moved)

    assert (kept.send(), kept.rows(f'"{field.name}"', "version")) == (["confirmed"] * 2, [(after, 2)])
    assert kept.send() == ["confirmed"] * 2, "nothing moved, so nothing is written"
