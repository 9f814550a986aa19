"""The same story told twice: once in peace, once with processes killed while it happens.

Two sources drop files, a steward decides, and a reader process syncs in a loop. Killing the reader or the
database server at random moments may cost time, never a row and never one twice.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from portal.services.postgres import Postgres

BASE = Path(__file__).resolve().parents[2]
DROPS, CUSTOMERS = 4, 120
MARKED_STREAMS = 4  # a drop's marks: a row of its own in each stream

# What must be the same at the end, told by the sources' own keys since ids depend on the order of events.
STATE = {
    "customers": "SELECT array_agg(x.source_id || ':' || x.key ORDER BY x.source_id, x.key), a.name, a.city, a.tax_id, "
    "a.disputed FROM accounts_account a JOIN accounts_accountcrosswalk x ON x.account_id = a.id "
    "WHERE a.merged_into_id IS NULL GROUP BY a.id ORDER BY 1",
    "orders": "SELECT o.key, o.net_amount, o.base_net_amount, o.deleted_at IS NULL, "
    "(SELECT min(x.key) FROM accounts_accountcrosswalk x WHERE x.account_id = o.account_id) "
    "FROM accounts_order o ORDER BY 1",
    "figures": "SELECT (SELECT min(x.key) FROM accounts_accountcrosswalk x WHERE x.account_id = s.account_id) AS who, "
    "s.open_orders, s.open_order_amount, s.order_count FROM accounts_accountsummary s "
    "JOIN accounts_account a ON a.id = s.account_id WHERE a.merged_into_id IS NULL ORDER BY 1",
    "landed": "SELECT r.stream_id, r.key, r.deleted_at IS NULL, count(p.record_id) FROM syncengine_sourcerecord r "
    "LEFT JOIN syncengine_payload p ON p.record_id = r.id GROUP BY r.id ORDER BY 1, 2",
    "refused": "SELECT stream_id, key, reason FROM syncengine_deadletter WHERE state = 'open' ORDER BY 1, 2",
    "waiting": "SELECT count(*) FROM syncengine_dirty",
    "unbalanced": "SELECT id FROM syncengine_run WHERE kind = 'sync' AND state = 'succeeded' AND "
    "read <> unchanged + created + updated + tombstoned + rejected + held + skipped + superseded",
}


@dataclass
class Story:
    """A portal without its web: a server, a reader process, drops and a steward."""

    home: Path
    kills: int
    seed: int
    server: Postgres = field(init=False)
    reader: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.server = Postgres(self.home)

    def tell(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything happens; the state at the end."""
        self.server.start()
        try:
            self._manage("migrate", "-v0")
            self._python("tests.flows.kill_setup")
            self._happen()
            return self._state()
        finally:
            self._stop_reader()
            self.server.stop()

    def _happen(self) -> None:
        dice = random.Random(self.seed)
        moments = [dice.randrange(DROPS) for _ in range(self.kills)]
        self._start_reader()
        for drop in range(DROPS):
            self._python("tests.flows.kill_setup", str(drop))
            for _ in range(moments.count(drop)):
                time.sleep(dice.uniform(0.2, 2.5))
                self._kill(dice)
            self._until_quiet(drop)

    def _kill(self, dice: random.Random) -> None:
        """The reader mostly, the database server now and then; both come back."""
        if dice.random() < 0.3:
            os.kill(self.server.pid(), signal.SIGKILL)
            self._stop_reader()
            self.server.start()
        else:
            self._stop_reader()
        self._start_reader()

    def _until_quiet(self, drop: int) -> None:
        """Wait until the reader has seen this drop and nothing is dirty."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with self._connect() as connection:
                seen = connection.execute(
                    "SELECT count(*) FROM syncengine_sourcerecord WHERE key = %s", [f"MARK{drop}"]
                ).fetchone()
                dirty = connection.execute("SELECT count(*) FROM syncengine_dirty").fetchone()
            if seen and dirty and seen[0] == MARKED_STREAMS and dirty[0] == 0:
                return
            time.sleep(0.2)
        raise AssertionError(f"drop {drop} was not read within two minutes; see {self.home / 'reader.log'}")

    def _start_reader(self) -> None:
        log = (self.home / "reader.log").open("ab")
        self.reader = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.kill_reader"], cwd=BASE, env=self._environment(), stdout=log, stderr=log
        )

    def _stop_reader(self) -> None:
        if self.reader is not None:
            self.reader.kill()
            self.reader.wait()

    def _manage(self, *arguments: str) -> None:
        self._run("manage.py", *arguments)

    def _python(self, module: str, *arguments: str) -> None:
        self._run("-m", module, *arguments)

    def _run(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        result = subprocess.run(command, cwd=BASE, env=self._environment(), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PORTAL_HOME": str(self.home),
            "DATABASE_URL": self.server.url,
            "CELERY_BROKER_URL": "memory://",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.server.url)

    def _state(self) -> dict[str, list[tuple[object, ...]]]:
        with self._connect() as connection:
            return {name: connection.execute(query).fetchall() for name, query in STATE.items()}
