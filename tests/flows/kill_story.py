"""The same story in a whole portal whose processes are killed while it happens.

Two sources drop files, a steward decides on a page, and web, workers, clock, broker, database and the launcher
itself are killed at random moments. That may cost time, never a row and never one twice.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import psutil
import psycopg

from portal.services.postgres import Postgres
from portal.services.process import await_condition
from tests.flows.kill_serial import DROPS, MARKED_STREAMS, PASSWORD, STEWARD, State, read_state, run
from tests.flows.kill_shop import read_journal
from tests.portal.launched import Portal

# Whom death may find, and how often of all kills; every other process is told by its command line.
VICTIMS = {
    "granian": 2,
    "worker-sync@": 4,
    "worker-publish@": 4,
    "celery beat": 1,
    "valkey-server": 2,
    "postgres": 2,
    "launcher": 1,
}
PATIENCE = 180
LOOKS = 16


@dataclass
class Story:
    """What happens, and how it ends."""

    portal: Portal
    kills: int
    seed: int
    killed: list[str] = field(default_factory=list)

    def tell(self) -> State:
        """Everything happens; the state at the end."""
        self.portal.start()
        self.portal.await_up()
        self._setup()
        dice = random.Random(self.seed)
        moments = [dice.randrange(DROPS + 1) for _ in range(self.kills)]
        for drop in range(DROPS):
            self._setup(str(drop))
            self._kill_some(dice, moments.count(drop))
            self._until(lambda drop=drop: self._has_read(drop), f"drop {drop} read")
        self._until(self._decide_on_page, "the steward's answer taken", times=moments.count(DROPS), dice=dice)
        self._until(lambda: read_journal(self.portal.home / "small").count(("S7", "Bonn")) == 1, "the answer written")
        self._until(self._stays_quiet, "the answer published")
        return read_state(self.url, self.portal.home)

    @property
    def url(self) -> str:
        """The portal's database."""
        return Postgres(self.portal.home).url

    def _setup(self, *arguments: str) -> None:
        run(self.portal.environment(), "-m", "tests.flows.kill_setup", *arguments)

    def _kill_some(self, dice: random.Random, times: int) -> None:
        for _ in range(times):
            time.sleep(dice.uniform(0.1, 2.5))
            [victim] = dice.choices(list(VICTIMS), list(VICTIMS.values()))
            self._kill(victim, dice)

    def _kill(self, victim: str, dice: random.Random) -> None:
        """Any process of the name; the launcher is started again, it sees to all others itself."""
        self.killed.append(victim)
        if victim == "launcher":
            self.portal.end(signal.SIGKILL)
            assert await_condition(lambda: not self.portal.named("granian") + self.portal.named("celery"), 60)
            self.portal.start()
        elif victim == "postgres":
            with suppress(OSError, ValueError):  # not back yet after the kill before
                os.kill(Postgres(self.portal.home).pid(), signal.SIGKILL)
        else:
            found = sorted(self.portal.named(victim), key=lambda process: process.pid)
            with suppress(psutil.NoSuchProcess, IndexError):
                dice.choice(found).kill()

    def _until(
        self, holds: Callable[[], bool], what: str, *, times: int = 0, dice: random.Random | None = None
    ) -> None:
        """Wait until it holds, with some kills before the wait."""
        if dice:
            self._kill_some(dice, times)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(psycopg.OperationalError, httpx.HTTPError):  # a server that is just coming back
                if holds():
                    return
            time.sleep(0.3)
        raise AssertionError(f"{what}: not within {PATIENCE} s; killed {self.killed}; {self.portal.said()}")

    def _has_read(self, drop: int) -> bool:
        return self._count(f"syncengine_sourcerecord WHERE key = 'MARK{drop}'") == MARKED_STREAMS and self._is_quiet()

    def _is_quiet(self) -> bool:
        """Nothing to publish and nothing under way to a target."""
        under_way = "syncengine_outboxmessage WHERE state IN ('planned', 'sending', 'sent', 'unknown')"
        return self._count("syncengine_dirty") == self._count(under_way) == 0

    def _stays_quiet(self) -> bool:
        """Quiet for longer than the clock takes to ask for more: what was given back to a queue has been done."""
        for _ in range(LOOKS):
            if not self._is_quiet():
                return False
            time.sleep(0.5)
        return True

    def _count(self, what: str) -> int:
        with psycopg.connect(self.url) as connection:
            [row] = connection.execute(f"SELECT count(*) FROM {what}").fetchall()
        return int(row[0])

    def _decide_on_page(self) -> bool:
        """The steward logs in and chooses the CRM's city; done once the answer is seen to be kept."""
        if self._count("syncengine_pin"):
            return True
        with psycopg.connect(self.url) as connection:
            [(task, record)] = connection.execute(
                "SELECT t.id, x.id FROM syncengine_stewardtask t JOIN accounts_accountcrosswalk x "
                "ON x.account_id = t.account_id WHERE t.kind = 'conflict' AND t.state = 'open' AND x.key = 'C7'"
            ).fetchall()
        with httpx.Client(base_url=f"http://127.0.0.1:{self.portal.port}", follow_redirects=True) as client:
            _post(client, "/login/", {"username": STEWARD, "password": PASSWORD})
            _post(client, f"/queue/{task}/resolve/", {"record": str(record)}, seen_at=f"/queue/{task}/")
        return self._count("syncengine_pin") == 1


def _post(client: httpx.Client, path: str, data: dict[str, str], seen_at: str | None = None) -> None:
    """Send a form as the page has it."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(seen_at or path).text)
    if token:
        client.post(path, data=data | {"csrfmiddlewaretoken": token[1]})
