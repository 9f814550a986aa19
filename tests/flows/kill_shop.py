"""A target that is not idempotent: a shop's database whose trigger writes every update into a journal."""

from __future__ import annotations

import sqlite3
from pathlib import Path

# Whose city the CRM does not doubt before the ERP has spoken, and whose records no steward takes apart.
CUSTOMERS = [*range(1, 8), *range(10, 18)]
POLICY = """
source: shop
label: Shop
kind: sql
system: crm
connection: {url: "sqlite:///${PORTAL_HOME}/small/shop.sqlite"}
streams:
  accounts:
    object: account
    read: {table: customer}
    key: id
    modified: changed
    version: version
    fields: {name: name, website: website, city: city, postcode: postcode, street: street}
    write: {fields: [city], version: version, increments: true, propagate: true}
"""
TABLES = """
CREATE TABLE customer (id TEXT PRIMARY KEY, name TEXT, website TEXT, city TEXT, postcode TEXT, street TEXT,
                       changed TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
CREATE TABLE journal (id TEXT, city TEXT);
CREATE TRIGGER written AFTER UPDATE ON customer BEGIN
  INSERT INTO journal (id, city) VALUES (new.id, new.city);
END;
"""


def make_shop(folder: Path) -> None:
    """Its customers, all of whom moved since, and the policy that lets their city be written."""
    with sqlite3.connect(folder / "shop.sqlite") as connection:
        connection.executescript(TABLES)
        connection.executemany(
            "INSERT INTO customer VALUES (?, ?, ?, 'Altstadt', '50667', ?, '2026-03-01T00:00:00Z', 1)",
            [(f"S{n}", f"Kunde {n} Nord", f"kunde{n}.de", f"Weg {n}") for n in CUSTOMERS],
        )
    (folder / "policies" / "shop.yaml").write_text(POLICY, encoding="utf-8")


def read_journal(folder: Path) -> list[tuple[object, ...]]:
    """Every update the shop ever took, in an order that does not depend on time."""
    with sqlite3.connect(folder / "shop.sqlite") as connection:
        return list(connection.execute("SELECT id, city FROM journal ORDER BY 1, 2"))
