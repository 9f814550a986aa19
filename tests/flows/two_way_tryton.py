"""A real Tryton as one side of the two-way story; a journal in its database knows the portal by its login."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.flows.faulty_proxy import FaultyProxy
from tests.flows.two_way_systems import ALL, System
from tests.syncengine.connectors.tryton_server import DATABASE, TrytonServer, prepare

LOGIN, PASSWORD = "portal", "kD7-vQ2xLm9w-portal"
PHONE = [["type", "=", "phone"]]
# field → (model, its column); all but the name stand on records of their own.
PLACES = {
    "name": ("party.party", "name"),
    "phone": ("party.contact_mechanism", "value"),
    "city": ("party.address", "city"),
}
JOURNAL = """
CREATE TABLE journal (no INTEGER PRIMARY KEY AUTOINCREMENT, who INTEGER, place TEXT, changed INTEGER);
CREATE TRIGGER party_written AFTER UPDATE ON party_party BEGIN
  INSERT INTO journal (who, place, changed) VALUES (new.write_uid, 'party', new.name IS NOT old.name); END;
CREATE TRIGGER phone_written AFTER UPDATE ON party_contact_mechanism BEGIN
  INSERT INTO journal (who, place, changed) VALUES (new.write_uid, 'phone', new.value IS NOT old.value); END;
CREATE TRIGGER address_written AFTER UPDATE ON party_address BEGIN
  INSERT INTO journal (who, place, changed) VALUES (new.write_uid, 'address', new.city IS NOT old.city); END;
"""
POLICY = """
source: {name}
label: Tryton
kind: tryton
system: erp
connection: {{url: "http://127.0.0.1:{port}", database: {database}, user: {login}, password: "{password}"}}
streams:
  accounts:
    object: account
    read:
      model: party.party
      domain: [[code, like, "K%"]]
      fields: [name, code]
      children:
        address: {{model: party.address, parent: party, order: [sequence, id], fields: [city, write_date]}}
        phone: {{model: party.contact_mechanism, parent: party, where: [[type, "=", phone]], order: [sequence, id],
                 fields: [value, write_date]}}
        tax: {{model: party.identifier, parent: party, where: [[type, "=", eu_vat]], order: [sequence, id],
               fields: [code]}}
    key: id
    modified: record.modified_at
    fields:
      tax_id: tax.code
      name: name
      phone: {{from: phone.value, changed: phone.write_date}}
      city: {{from: address.city, changed: address.write_date}}
    write: {{fields: [name, phone, city], propagate: true}}
"""


class TrytonSystem(System):
    """Parties with a telephone and an address, edited by the administrator, written to by a login of its own."""

    def __init__(self, name: str, folder: Path, *, seed: int) -> None:
        environment, seeded = prepare()
        self.name, self.fields, self.file = name, tuple(PLACES), folder / f"{DATABASE}.sqlite"
        shutil.copy(seeded, self.file)
        with sqlite3.connect(self.file) as connection:
            connection.executescript(JOURNAL)
        self.server = TrytonServer(environment, folder)
        self.server.start()
        self.proxy = FaultyProxy(self.server.port, seed=seed)
        self.portal = self._login()
        self.parties = [self._party(one.key, one.tax, one.value("name"), one.value("phone")) for one in ALL]

    def policy(self) -> str:
        """How the portal is told to read it and write to it, through the proxy."""
        return POLICY.format(
            name=self.name, port=self.proxy.port, database=DATABASE, login=LOGIN, password=PASSWORD
        )

    def edit(self, number: int, field: str, value: str) -> None:
        """Somebody changes a customer there, on a network without faults."""
        model, column = PLACES[field]
        for _ in range(100):
            try:
                return self.server.write(model, self.parties[number][field], **{column: value})
            except RuntimeError as error:  # SQLite lets one write at a time
                if "locked" not in str(error):
                    raise
                time.sleep(0.1)
        raise AssertionError("Tryton's database stays locked")

    def rows(self) -> list[tuple[Any, ...]]:
        """Tax number and fields of each customer."""
        told = {
            field: {row["id"]: row[column] for row in self.server.find(model, [], [column])}
            for field, (model, column) in PLACES.items()
        }
        both = zip(ALL, self.parties, strict=True)
        return sorted((one.tax, *(told[field][party[field]] for field in PLACES)) for one, party in both)

    def writes(self) -> tuple[int, int]:
        """How often the portal wrote, and how many of these writes changed nothing.

        A write is one transaction, and SQLite has one at a time: the party's row first, then its children's.
        """
        written: list[bool] = []
        with sqlite3.connect(self.file) as connection:
            query = "SELECT place, changed FROM journal WHERE who = ? ORDER BY no"
            for place, changed in connection.execute(query, [self.portal]):
                if place == "party":
                    written.append(False)
                written[-1] |= bool(changed)
        return len(written), written.count(False)

    def crash(self) -> bool:
        """The server dies and comes back."""
        assert self.server.process
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()
        return True

    def close(self) -> None:
        """Nothing is left running."""
        super().close()
        self.server.stop()

    def _login(self) -> int:
        groups = [row["id"] for row in self.server.find("res.group")]
        return self.server.create(
            "res.user", name="Portal", login=LOGIN, password=PASSWORD, groups=[["add", groups]]
        )

    def _party(self, code: str, tax: str, name: str | None, phone: str | None) -> dict[str, int]:
        party = self.server.create(
            "party.party", name=name, code=code,
            addresses=[["create", [{"city": "Köln"}]]],
            contact_mechanisms=[["create", [{"type": "phone", "value": phone}]]],
            identifiers=[["create", [{"type": "eu_vat", "code": tax}]]],
        )  # fmt: skip
        own = [["party", "=", party]]
        (found,) = self.server.find("party.contact_mechanism", [*own, *PHONE])
        (place,) = self.server.find("party.address", own)
        return {"name": party, "phone": found["id"], "city": place["id"]}
