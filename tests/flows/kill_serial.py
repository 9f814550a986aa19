"""The story as it should end: every drop read, published and written back by one process, in peace."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from portal.services.postgres import Postgres
from tests.flows.kill_shop import read_journal

BASE = Path(__file__).resolve().parents[2]
DROPS, CUSTOMERS = 4, 120
STEWARD, PASSWORD = "steward@example.org", "a-long-password"
MARKED_STREAMS = 4  # a drop's marks: a row of its own in each stream
State = dict[str, list[tuple[object, ...]]]

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
    "landed": "SELECT r.stream_id, r.key, r.deleted_at IS NULL, count(p.record_id) > 0 FROM syncengine_sourcerecord r "
    "LEFT JOIN syncengine_payload p ON p.record_id = r.id GROUP BY r.id ORDER BY 1, 2",
    "refused": "SELECT stream_id, key, reason FROM syncengine_deadletter WHERE state = 'open' ORDER BY 1, 2",
    "decided": "SELECT kind, count(*) FROM syncengine_decision GROUP BY 1 ORDER BY 1",
    # A pin hangs on the customer's first record, and which source came first is chance.
    "pinned": "SELECT array_agg(DISTINCT y.key ORDER BY y.key), p.field, p.value FROM syncengine_pin p "
    "JOIN accounts_accountcrosswalk x ON x.id = p.record_id "
    "JOIN accounts_accountcrosswalk y ON y.account_id = x.account_id GROUP BY p.id ORDER BY 1",
    "audited": "SELECT action, count(*) FROM accounts_auditentry WHERE object = 'account' GROUP BY 1 ORDER BY 1",
    "sent": "SELECT key, state, count(*) FROM syncengine_outboxmessage GROUP BY 1, 2 ORDER BY 1, 2",
    "waiting": "SELECT count(*) FROM syncengine_dirty",
    "unbalanced": "SELECT id FROM syncengine_run WHERE kind = 'sync' AND state = 'succeeded' AND "
    "read <> unchanged + created + updated + tombstoned + rejected + held + skipped + superseded",
}


@dataclass
class Serial:
    """A database server and one process."""

    home: Path

    def tell(self) -> State:
        """Everything happens; the state at the end."""
        server = Postgres(self.home)
        server.start()
        environment = os.environ | {
            "PORTAL_HOME": str(self.home),
            "DATABASE_URL": server.url,
            "CELERY_BROKER_URL": "memory://",
        }
        try:
            run(environment, "manage.py", "migrate", "-v0")
            run(environment, "-m", "tests.flows.kill_setup", "everything")
            return read_state(server.url, self.home)
        finally:
            server.stop()


def run(environment: dict[str, str], *arguments: str) -> None:
    """A Python program that has to succeed."""
    own = environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    result = subprocess.run([sys.executable, *arguments], cwd=BASE, env=own, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def read_state(url: str, home: Path) -> State:
    """What the two tellings are compared by."""
    with psycopg.connect(url) as connection:
        told = {name: connection.execute(query).fetchall() for name, query in STATE.items()}
    return told | {"written": read_journal(home / "small")}
