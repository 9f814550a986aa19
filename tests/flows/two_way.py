"""Two systems that write to each other through a portal, while people edit both, processes die and networks fail."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from portal.services import places
from portal.services.postgres import Postgres
from tests.flows.faulty_proxy import FaultyProxy

BASE = Path(__file__).resolve().parents[2]
SYSTEMS = ("crm", "erp")
FIELDS = ("name", "phone", "segment", "industry")
CUSTOMERS = 12
TABLES = """
CREATE TABLE customer (id text PRIMARY KEY, tax text, city text, name text, phone text, segment text, industry text,
    name_at timestamptz DEFAULT now(), phone_at timestamptz DEFAULT now(), segment_at timestamptz DEFAULT now(),
    industry_at timestamptz DEFAULT now(), changed timestamptz DEFAULT now(), version bigint NOT NULL DEFAULT 1);
CREATE TABLE journal (no bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(), who text, id text,
    idle boolean, name text, phone text, segment text, industry text);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    new.version := old.version + 1; new.changed := clock_timestamp();
    IF new.name IS DISTINCT FROM old.name THEN new.name_at := clock_timestamp(); END IF;
    IF new.phone IS DISTINCT FROM old.phone THEN new.phone_at := clock_timestamp(); END IF;
    IF new.segment IS DISTINCT FROM old.segment THEN new.segment_at := clock_timestamp(); END IF;
    IF new.industry IS DISTINCT FROM old.industry THEN new.industry_at := clock_timestamp(); END IF;
    INSERT INTO journal (who, id, idle, name, phone, segment, industry)
    VALUES (current_setting('application_name'), new.id,
            (new.name, new.phone, new.segment, new.industry) IS NOT DISTINCT FROM
            (old.name, old.phone, old.segment, old.industry), new.name, new.phone, new.segment, new.industry);
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
      city: city
      name: {{from: name, changed: name_at}}
      phone: {{from: phone, changed: phone_at}}
      segment: {{from: segment, changed: segment_at}}
      industry: {{from: industry, changed: industry_at}}
    write: {{fields: [name, phone, segment, industry], version: version, propagate: true}}
"""
SHARED = """
survivorship: {account: {default: {strategy: most_recent}}}
base_currency: EUR
legal_entities: []
"""


@dataclass
class TwoWay:
    """The story: `seconds` of edits on both sides with as many troubles as fit in."""

    home: Path
    seconds: float
    seed: int
    proxies: dict[str, FaultyProxy] = field(default_factory=dict)
    worker: subprocess.Popen[bytes] | None = None
    kills: int = 0
    edits: int = 0

    def tell(self) -> None:
        """Everything happens, then everybody agrees."""
        self.server = Postgres(self.home)
        self.server.start()
        try:
            self._prepare()
            self._trouble()
            self._calm_down()
            self._agree()
            states = self._own_rows("SELECT state, count(*) FROM syncengine_outboxmessage GROUP BY 1 ORDER BY 1")
            print(f"{self.edits} edits, {self.kills} kills, messages {dict(states)}")
        finally:
            self._stop_worker()
            for proxy in self.proxies.values():
                proxy.close()
            self.server.stop()

    def _prepare(self) -> None:
        socket = places.socket_folder(self.home, "postgres") / ".s.PGSQL.5432"
        (self.home / "policies").mkdir()
        (self.home / "policies" / "shared.yaml").write_text(SHARED, encoding="utf-8")
        self._run("manage.py", "migrate", "-v0")
        for name in SYSTEMS:
            with psycopg.connect(self.server.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            with self._system(name) as connection:
                connection.execute(TABLES)
                for n in range(CUSTOMERS):
                    tax = f"DE{(136695976 + n * 87654321) % 10**9:09}"
                    row = (f"K{n}", tax, "Köln", f"Kunde {n} Werke", f"+49 221 55{n:03}")
                    statement = "INSERT INTO customer (id, tax, city, name, phone) VALUES (%s, %s, %s, %s, %s)"
                    connection.execute(statement, row)
            self.proxies[name] = FaultyProxy(socket, seed=self.seed)
            text = POLICY.format(name=name, port=self.proxies[name].port)
            (self.home / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")
        self._run("-m", "tests.flows.two_way_portal", "setup")

    def _trouble(self) -> None:
        dice = random.Random(self.seed)
        self._start_worker()
        end = time.monotonic() + self.seconds
        next_kill = time.monotonic() + dice.uniform(3, 6)
        while time.monotonic() < end:
            self._edit(dice)
            if dice.random() < 0.25:
                mode = dice.choice(["good", "good", "slow", "cut", "mute"])
                self.proxies[dice.choice(SYSTEMS)].turn(mode)
            if time.monotonic() > next_kill:
                self._stop_worker()
                self._start_worker()
                self.kills += 1
                next_kill = time.monotonic() + dice.uniform(3, 8)
            time.sleep(dice.uniform(0.02, 0.3))

    def _edit(self, dice: random.Random) -> None:
        """Somebody changes a field of a customer in one of the systems, seldom in both at once."""
        key, name = f"K{dice.randrange(CUSTOMERS)}", dice.choice(FIELDS)
        for system in SYSTEMS if dice.random() < 0.15 else [dice.choice(SYSTEMS)]:
            self.edits += 1
            value = f"+49 30 {self.edits:06}" if name == "phone" else f"{name.capitalize()} {self.edits} {system}"
            with self._system(system) as connection:
                connection.execute(f"UPDATE customer SET {name} = %s WHERE id = %s", [value, key])

    def _calm_down(self) -> None:
        """The network is well again, and a steward answers what was asked."""
        for proxy in self.proxies.values():
            proxy.turn("good")
        self._stop_worker()
        self._own("UPDATE syncengine_breaker SET failures = 0, open_until = NULL")
        self._own("UPDATE syncengine_outboxmessage SET next_at = now(), lease_until = now() - interval '1 second' "
                  "WHERE state IN ('planned', 'sending', 'unknown', 'sent')")  # fmt: skip
        self._run("-m", "tests.flows.two_way_portal", "settle")

    def _agree(self) -> None:
        """Golden, both sources and the ledger say the same; nothing came twice; every conflict was asked."""
        columns = ", ".join(FIELDS)
        crm, erp = (self._rows(name, f"SELECT id, {columns} FROM customer ORDER BY id") for name in SYSTEMS)
        assert crm == erp
        golden = self._own_rows(
            f"SELECT x.key, {', '.join('a.' + f for f in FIELDS)} FROM accounts_account a "
            "JOIN accounts_accountcrosswalk x ON x.account_id = a.id JOIN accounts_source s ON s.id = x.source_id "
            "WHERE s.name = 'crm' ORDER BY 1"
        )
        assert golden == crm
        assert self._own_rows("SELECT decision, state FROM syncengine_outboxmessage WHERE state IN "
                              "('planned', 'sending', 'sent', 'unknown', 'waiting')") == []  # fmt: skip
        assert self._own_rows(
            "SELECT id FROM syncengine_run WHERE kind = 'sync' AND state = 'succeeded' AND "
            "read <> unchanged + created + updated + tombstoned + rejected + held + skipped + superseded"
        ) == []
        unasked = "SELECT id FROM syncengine_outboxmessage m WHERE state = 'conflict' AND NOT EXISTS " \
            "(SELECT FROM syncengine_stewardtask t WHERE t.subject = 'write-back ' || m.id)"  # fmt: skip
        assert self._own_rows(unasked) == []
        self._nothing_twice()

    def _nothing_twice(self) -> None:
        """No write of the portal changed nothing, and none is left over for a target that nobody planned."""
        before = 0
        for name in SYSTEMS:
            assert self._rows(name, "SELECT no FROM journal WHERE who = 'portal write-back' AND idle") == []
            ((written,),) = self._rows(name, "SELECT count(*) FROM journal WHERE who = 'portal write-back'")
            ((sent,),) = self._own_rows(
                "SELECT count(*) FROM syncengine_outboxmessage m JOIN syncengine_stream t ON t.id = m.stream_id "
                f"JOIN accounts_source s ON s.id = t.source_id WHERE s.name = '{name}' AND m.attempts > 0"
            )
            assert 0 < written <= sent
            before += written
        self._run("-m", "tests.flows.two_way_portal", "settle")
        after = [self._rows(name, "SELECT count(*) FROM journal WHERE who = 'portal write-back'") for name in SYSTEMS]
        assert sum(rows[0][0] for rows in after) == before, "an echo came back"

    def _start_worker(self) -> None:
        log = (self.home / "worker.log").open("ab")
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.two_way_portal"], cwd=BASE, env=self._environment(), stdout=log,
            stderr=log,
        )  # fmt: skip

    def _stop_worker(self) -> None:
        if self.worker is not None:
            with suppress(ProcessLookupError):
                os.kill(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=BASE, env=self._environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PORTAL_HOME": str(self.home), "DATABASE_URL": self.server.url, "CELERY_BROKER_URL": "memory://",
            "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_LOG_LEVEL": "WARNING",
        }  # fmt: skip

    def _system(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.url.replace("/portal?", f"/{name}?"), application_name="somebody")

    def _rows(self, name: str, query: str) -> list[tuple[Any, ...]]:
        with self._system(name) as connection:
            return connection.execute(query).fetchall()

    def _own(self, statement: str) -> None:
        with psycopg.connect(self.server.url) as connection:
            connection.execute(statement)

    def _own_rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url) as connection:
            return connection.execute(query).fetchall()
