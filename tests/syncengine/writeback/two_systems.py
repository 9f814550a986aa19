"""Two databases that hold the same customers, a portal between them, and hands to change either side."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.models import Account
from syncengine.models import OutboxMessage, Stream
from syncengine.pipeline import publish_all, refresh_records, run_stream
from syncengine.policies.apply import apply_folder
from syncengine.writeback.rounds import send_round

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TABLE = """
CREATE TABLE customer (id TEXT PRIMARY KEY, name TEXT, phone TEXT, segment TEXT, city TEXT, terms TEXT, tax TEXT,
                       marker TEXT UNIQUE, changed TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1);
CREATE TABLE journal (at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, name TEXT, phone TEXT, segment TEXT,
                      version INTEGER);
CREATE TRIGGER written AFTER UPDATE ON customer BEGIN
  INSERT INTO journal (id, name, phone, segment, version)
  VALUES (new.id, new.name, new.phone, new.segment, new.version);
END;
"""
SOURCE = """
source: {name}
label: {label}
kind: sql
system: {name}
connection: {{url: "sqlite:///{path}"}}
streams:
  accounts:
    object: account
    read: {{table: customer}}
    key: id
    modified: changed
    version: version
    fields: {{name: name, phone: phone, segment: segment, city: city, payment_terms: terms, tax_id: tax, {own}: id}}
    {write}
"""
WRITE = "write: {fields: [name, phone, segment], version: version, increments: true, propagate: true}"
SURVIVORSHIP = """
survivorship:
  account:
    default: {strategy: most_recent}
    fields: {payment_terms: {strategy: system_of_record, order: [erp, crm]}}
"""
REFERENCE = "base_currency: EUR\nlegal_entities: []\n"


@dataclass
class TwoSystems:
    """A CRM and an ERP in SQLite files, on a clock that only moves when told to."""

    home: Path
    now: datetime = START
    files: dict[str, Path] = field(default_factory=dict)

    def clock(self) -> datetime:
        """What time it is; a little later each time it is asked."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def run(self, system: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement on a system's own database."""
        with sqlite3.connect(self.files[system]) as connection:
            return list(connection.execute(statement, values).fetchall())

    def put(self, system: str, key: str, **values: Any) -> None:
        """A new customer in a system."""
        row = {"id": key, "changed": self._stamp(), **values}
        names = ", ".join(row)
        self.run(system, f"INSERT INTO customer ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())

    def edit(self, system: str, key: str, **values: Any) -> None:
        """Somebody changes a customer in a system itself."""
        sets = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE customer SET {sets}, changed = ?, version = version + 1 WHERE id = ?"
        self.run(system, statement, *values.values(), self._stamp(), key)

    def row(self, system: str, key: str, *names: str) -> tuple[Any, ...]:
        """What a system says of a customer."""
        return self.run(system, f"SELECT {', '.join(names)} FROM customer WHERE id = ?", key)[0]

    def writes(self, system: str) -> int:
        """How often rows of a system were updated, by whomever."""
        return int(self.run(system, "SELECT count(*) FROM journal")[0][0])

    def read(self) -> None:
        """Both systems read and published, in the second after what happened last."""
        self.now += timedelta(seconds=2)
        for stream in Stream.objects.filter(active=True).order_by("pk"):
            run = run_stream(stream.pk, clock=self.clock)
            assert (run.state, run.message) == ("succeeded", "")
        publish_all(clock=self.clock)

    def send(self) -> dict[str, int]:
        """A round of sending; what came back is published."""
        counts = send_round(refresh=self._refresh, clock=self.clock)
        publish_all(clock=self.clock)
        return counts

    def settle(self) -> None:
        """Until nothing is left to send."""
        for _ in range(5):
            self.read()
            if not self.send():
                return
        raise AssertionError(list(OutboxMessage.objects.values("decision", "state", "reason")))

    def customer(self) -> Account:
        """The one customer."""
        return Account.objects.get(merged_into=None)

    def _refresh(self, stream_id: int, keys: tuple[str, ...]) -> None:
        refresh_records(stream_id, keys, clock=self.clock)

    def _stamp(self) -> str:
        self.now += timedelta(seconds=1)
        return self.now.isoformat(timespec="microseconds")


def make_two_systems(home: Path, *, crm_write: str = WRITE, erp_write: str = WRITE) -> TwoSystems:
    """Both databases with their tables, policies applied, nothing read yet."""
    systems = TwoSystems(home)
    (home / "policies").mkdir()
    for name, label, own, write in (
        ("crm", "CRM", "duns", crm_write),
        ("erp", "ERP", "customer_number", erp_write),
    ):
        systems.files[name] = home / f"{name}.sqlite"
        with sqlite3.connect(systems.files[name]) as connection:
            connection.executescript(TABLE)
        text = SOURCE.format(name=name, label=label, own=own, path=systems.files[name], write=write)
        (home / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (home / "policies" / "survivorship.yaml").write_text(SURVIVORSHIP, encoding="utf-8")
    (home / "policies" / "reference.yaml").write_text(REFERENCE, encoding="utf-8")
    apply_folder(home / "policies", by=None, now=START)
    return systems
