"""The systems of the two-way story: where people edit, what stands there, and what a portal wrote."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from stdnum.iso7064 import mod_11_10

from tests.flows.faulty_proxy import FaultyProxy

CUSTOMERS = 12
TABLES = """
CREATE TABLE customer (id text PRIMARY KEY, tax text, {columns}, {clocks},
    changed timestamptz DEFAULT now(), version bigint NOT NULL DEFAULT 1);
CREATE TABLE journal (no bigserial PRIMARY KEY, who text, id text, idle boolean);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    new.version := old.version + 1; new.changed := clock_timestamp();
    {moved}
    INSERT INTO journal (who, id, idle)
    VALUES (current_setting('application_name'), new.id, ({new}) IS NOT DISTINCT FROM ({old}));
    RETURN new; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION touched();
"""
POLICY = """
source: {name}
label: {name}
kind: sql
system: {name}
connection: {{url: "postgresql://portal@127.0.0.1:{port}/{name}"}}
streams:
  accounts:
    object: account
    read: {{table: customer}}
    key: id
    modified: changed
    version: version
    fields:
      tax_id: tax
      {fields}
    write: {{fields: [{names}], version: version, propagate: true}}
"""


@dataclass(frozen=True)
class Customer:
    """One customer as both systems know it at the beginning."""

    number: int

    @property
    def key(self) -> str:
        """Its key, or its number where the system gives keys itself."""
        return f"K{self.number}"

    @property
    def tax(self) -> str:
        """A German VAT number with a right check digit, by which both systems' records are one."""
        digits = f"{13669597 + self.number * 765432:08}"
        return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"

    def value(self, field: str) -> str | None:
        """What stands in a field before anybody edits it."""
        told = {"name": f"Kunde {self.number} Werke", "phone": f"+49 221 55{self.number:03}", "city": "Köln"}
        return told.get(field)


ALL = [Customer(n) for n in range(CUSTOMERS)]


class System(ABC):
    """One side: its customers, its policy, and its network."""

    name: str
    fields: tuple[str, ...]
    proxy: FaultyProxy

    @abstractmethod
    def policy(self) -> str:
        """How the portal is told to read it and write to it, through the proxy."""

    @abstractmethod
    def edit(self, number: int, field: str, value: str) -> None:
        """Somebody changes a customer there, on a network without faults."""

    @abstractmethod
    def rows(self) -> list[tuple[Any, ...]]:
        """Tax number and fields of each customer."""

    @abstractmethod
    def writes(self) -> tuple[int, int]:
        """How often the portal wrote, and how many of these writes changed nothing."""

    def crash(self) -> bool:
        """The system itself dies and comes back; False where it cannot."""
        return False

    def close(self) -> None:
        """Nothing is left running."""
        self.proxy.close()


class PostgresSystem(System):
    """A table whose trigger counts versions and keeps a journal of every update."""

    def __init__(self, name: str, fields: tuple[str, ...], *, url: str, socket: Path, seed: int) -> None:
        self.name, self.fields = name, fields
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self.url = url.replace("/portal?", f"/{name}?")
        self.proxy = FaultyProxy(socket, seed=seed)
        with self._open() as connection:
            connection.execute(self._tables())
            names = ("id", "tax", *fields)
            statement = f"INSERT INTO customer ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"
            for one in ALL:
                connection.execute(statement, [one.key, one.tax, *(one.value(field) for field in fields)])

    def policy(self) -> str:
        """How the portal is told to read it and write to it, through the proxy."""
        fields = "\n      ".join(f"{field}: {{from: {field}, changed: {field}_at}}" for field in self.fields)
        return POLICY.format(name=self.name, port=self.proxy.port, fields=fields, names=", ".join(self.fields))

    def edit(self, number: int, field: str, value: str) -> None:
        """Somebody changes a customer there, on a network without faults."""
        with self._open() as connection:
            connection.execute(f"UPDATE customer SET {field} = %s WHERE id = %s", [value, ALL[number].key])

    def rows(self) -> list[tuple[Any, ...]]:
        """Tax number and fields of each customer."""
        with self._open() as connection:
            return connection.execute(f"SELECT tax, {', '.join(self.fields)} FROM customer ORDER BY tax").fetchall()

    def writes(self) -> tuple[int, int]:
        """How often the portal wrote, and how many of these writes changed nothing."""
        query = "SELECT count(*), count(*) FILTER (WHERE idle) FROM journal WHERE who = 'portal write-back'"
        with self._open() as connection:
            ((written, idle),) = connection.execute(query).fetchall()
        return int(written), int(idle)

    def _open(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, application_name="somebody")

    def _tables(self) -> str:
        moved = "IF new.{0} IS DISTINCT FROM old.{0} THEN new.{0}_at := clock_timestamp(); END IF;"
        return TABLES.format(
            columns=", ".join(f"{field} text" for field in self.fields),
            clocks=", ".join(f"{field}_at timestamptz DEFAULT now()" for field in self.fields),
            moved=" ".join(moved.format(field) for field in self.fields),
            new=", ".join(f"new.{field}" for field in self.fields),
            old=", ".join(f"old.{field}" for field in self.fields),
        )
