"""Two systems that write to each other through a portal, while people edit both, processes die and networks fail."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from portal.services import places
from portal.services.postgres import Postgres
from tests.flows.two_way_systems import CUSTOMERS, PostgresSystem, System
from tests.flows.two_way_tryton import TrytonSystem

BASE = Path(__file__).resolve().parents[2]
FIELDS = {"postgres": ("name", "phone", "segment", "industry"), "tryton": ("name", "phone", "city")}
SHARED = """
survivorship: {account: {default: {strategy: most_recent}}}
base_currency: EUR
legal_entities: []
"""
BALANCE = "unchanged + created + updated + tombstoned + rejected + held + skipped + superseded"


def tell(erp: str, *, seconds: float, seed: int) -> None:
    """The story between a PostgreSQL and this ERP (`postgres` or `tryton`)."""
    with open_home() as home:
        TwoWay(home, erp, seconds=seconds, seed=seed).tell()


@contextmanager
def open_home() -> Iterator[Path]:
    """A folder that the database server's user may pass through, which pytest's own are not."""
    home = Path(tempfile.mkdtemp(prefix="concord-two-way-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class TwoWay:
    """The story: `seconds` of edits on both sides with as many troubles as fit in."""

    home: Path
    erp: str
    seconds: float
    seed: int
    systems: list[System] = field(default_factory=list)
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
            states = self._rows("SELECT state, count(*) FROM syncengine_outboxmessage GROUP BY 1 ORDER BY 1")
            print(f"{self.edits} edits, {self.kills} kills, messages {dict(states)}")
        finally:
            self._stop_worker()
            for system in self.systems:
                system.close()
            self.server.stop()

    def _prepare(self) -> None:
        (self.home / "policies").mkdir()
        (self.home / "policies" / "shared.yaml").write_text(SHARED, encoding="utf-8")
        self._run("manage.py", "migrate", "-v0")
        self.systems.append(self._postgres("crm"))
        self.systems.append(self._tryton("erp") if self.erp == "tryton" else self._postgres("erp"))
        for system in self.systems:
            (self.home / "policies" / f"{system.name}.yaml").write_text(system.policy(), encoding="utf-8")
        self._run("-m", "tests.flows.two_way_portal", "setup")

    def _postgres(self, name: str) -> PostgresSystem:
        socket = places.socket_folder(self.home, "postgres") / ".s.PGSQL.5432"
        return PostgresSystem(name, FIELDS[self.erp], url=self.server.url, socket=socket, seed=self.seed)

    def _tryton(self, name: str) -> TrytonSystem:
        folder = self.home / "tryton"
        folder.mkdir()
        return TrytonSystem(name, folder, seed=self.seed)

    def _trouble(self) -> None:
        dice = random.Random(self.seed)
        self._start_worker()
        end = time.monotonic() + self.seconds
        next_kill = time.monotonic() + dice.uniform(3, 6)
        while time.monotonic() < end:
            self._edit(dice)
            if dice.random() < 0.25:
                mode = dice.choice(["good", "good", "slow", "cut", "mute"])
                dice.choice(self.systems).proxy.turn(mode)
            if time.monotonic() > next_kill:
                self._kill(dice)
                next_kill = time.monotonic() + dice.uniform(3, 8)
            time.sleep(dice.uniform(0.02, 0.3))

    def _edit(self, dice: random.Random) -> None:
        """Somebody changes a field of a customer in one of the systems, seldom in both at once."""
        number, name = dice.randrange(CUSTOMERS), dice.choice(FIELDS[self.erp])
        for system in self.systems if dice.random() < 0.15 else [dice.choice(self.systems)]:
            self.edits += 1
            value = f"+49 30 {self.edits:06}" if name == "phone" else f"{name.capitalize()} {self.edits} {system.name}"
            system.edit(number, name, value)

    def _kill(self, dice: random.Random) -> None:
        """The worker dies, or a system does while the worker talks to it."""
        self.kills += 1
        if dice.random() < 0.3 and any(system.crash() for system in self.systems):
            return
        self._stop_worker()
        self._start_worker()

    def _calm_down(self) -> None:
        """The network is well again, and a steward answers what was asked."""
        for system in self.systems:
            system.proxy.turn("good")
        self._stop_worker()
        self._own("UPDATE syncengine_breaker SET failures = 0, open_until = NULL")
        self._own("UPDATE syncengine_outboxmessage SET next_at = now(), lease_until = now() - interval '1 second' "
                  "WHERE state IN ('planned', 'sending', 'unknown', 'sent')")  # fmt: skip
        self._run("-m", "tests.flows.two_way_portal", "settle")

    def _agree(self) -> None:
        """Golden, both sources and the ledger say the same; nothing came twice; every conflict was asked."""
        crm, erp = (system.rows() for system in self.systems)
        assert len(crm) == CUSTOMERS
        differing = [(one, other) for one, other in zip(crm, erp, strict=True) if one != other]
        assert differing == [], self._messages()
        columns = ", ".join(FIELDS[self.erp])
        golden = f"SELECT tax_id, {columns} FROM accounts_account WHERE merged_into_id IS NULL ORDER BY 1"
        assert self._rows(golden) == crm
        moving = "('planned', 'sending', 'sent', 'unknown', 'waiting')"
        assert self._rows(f"SELECT decision, state FROM syncengine_outboxmessage WHERE state IN {moving}") == []
        unbalanced = f"SELECT id FROM syncengine_run WHERE kind = 'sync' AND state = 'succeeded' AND read <> {BALANCE}"
        assert self._rows(unbalanced) == []
        unasked = "SELECT id FROM syncengine_outboxmessage m WHERE state = 'conflict' AND NOT EXISTS " \
            "(SELECT FROM syncengine_stewardtask t WHERE t.subject = 'write-back ' || m.id)"  # fmt: skip
        assert self._rows(unasked) == []
        self._nothing_twice()

    def _messages(self) -> list[tuple[Any, ...]]:
        """The last that the ledger says, for who looks for what went wrong."""
        return self._rows(
            "SELECT m.id, m.stream_id, m.key, m.state, m.reason, f.field, f.value, f.base "
            "FROM syncengine_outboxmessage m JOIN syncengine_outboxfield f ON f.message_id = m.id "
            "ORDER BY m.id DESC LIMIT 40"
        )

    def _nothing_twice(self) -> None:
        """No write of the portal changed nothing, and none is left over for a target that nobody planned."""
        before = [system.writes() for system in self.systems]
        for system, (written, idle) in zip(self.systems, before, strict=True):
            assert idle == 0, f"{idle} of {written} writes to {system.name} changed nothing"
            ((sent,),) = self._rows(
                "SELECT count(*) FROM syncengine_outboxmessage m JOIN syncengine_stream t ON t.id = m.stream_id "
                f"JOIN accounts_source s ON s.id = t.source_id WHERE s.name = '{system.name}' AND m.attempts > 0"
            )
            assert 0 < written <= sent
        self._run("-m", "tests.flows.two_way_portal", "settle")
        assert [system.writes() for system in self.systems] == before, "an echo came back"

    def _start_worker(self) -> None:
        with (self.home / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.flows.two_way_portal"]
            self.worker = subprocess.Popen(command, cwd=BASE, env=self._environment(), stdout=log, stderr=log)

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

    def _own(self, statement: str) -> None:
        with psycopg.connect(self.server.url) as connection:
            connection.execute(statement)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url) as connection:
            return connection.execute(query).fetchall()
