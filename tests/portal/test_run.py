"""`manage.py run`, really run: up, used, interrupted, killed, and nothing left of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from portal.services.broker import Broker
from portal.services.postgres import Postgres
from portal.services.process import await_condition

BASE = Path(__file__).resolve().parent.parent.parent
UP_SECONDS = 180


@dataclass
class Portal:
    """A launcher of our own with its home and port."""

    home: Path
    port: int
    launcher: subprocess.Popen[str] | None = None

    def environment(self) -> dict[str, str]:
        left_out = {"DATABASE_URL", "CELERY_BROKER_URL", "TEST_DATABASE_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        own = {"PORTAL_HOME": str(self.home), "PORTAL_PORT": str(self.port), "PORTAL_DEMO_CUSTOMERS": "0"}
        return kept | own

    def start(self) -> None:
        command = [sys.executable, "manage.py", "run"]
        log = (self.home / "launcher.log").open("a")
        self.launcher = subprocess.Popen(
            command, cwd=BASE, env=self.environment(), stdout=log, stderr=log, text=True
        )

    def said(self) -> str:
        return (self.home / "launcher.log").read_text()

    def is_up(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except (URLError, OSError):
            return False

    def await_up(self) -> None:
        assert await_condition(self.is_up, UP_SECONDS), self.said()

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on behalf of this home, told by its environment or its command line."""
        return [process for process in psutil.process_iter() if _belongs(process, self.home)]

    def named(self, word: str) -> list[psutil.Process]:
        return [process for process in self.processes() if word in _command_line(process)]

    def end(self, number: signal.Signals) -> float:
        """Seconds until the launcher had ended after the signal."""
        assert self.launcher
        began_at = time.monotonic()
        self.launcher.send_signal(number)
        self.launcher.wait(60)
        return time.monotonic() - began_at


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # ended meanwhile
        return ""


def _belongs(process: psutil.Process, home: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:  # dead, only not yet fetched by whoever inherited it
            return False
        return process.environ().get("PORTAL_HOME") == str(home) or str(home) in _command_line(process)
    except psutil.Error:
        return False


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """An empty portal's home and port; whatever still runs at the end is killed."""
    home = Path(tempfile.mkdtemp(prefix="concord-run-"))
    home.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    portal = Portal(home, port)
    yield portal
    for process in portal.processes():
        process.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def running(portal: Portal) -> Portal:
    """The portal, up; the tests of this file share one run until one of them ends it."""
    if portal.launcher is None or portal.launcher.poll() is not None:
        portal.start()
    portal.await_up()
    return portal


def run_beside(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A second `manage.py run`, which is expected to give up."""
    command = [sys.executable, "manage.py", "run"]
    return subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, timeout=60)


def test_busy_port_is_refused_with_one_line(running: Portal, tmp_path: Path) -> None:
    result = run_beside(running.environment() | {"PORTAL_HOME": str(tmp_path)})

    line = f"PORTAL_PORT {running.port} is taken by another process; name another\n"
    assert (result.returncode, result.stderr, result.stdout) == (1, line, "")


def test_second_portal_in_one_home_is_refused(running: Portal) -> None:
    result = run_beside(running.environment() | {"PORTAL_PORT": str(running.port + 1)})

    line = f"A portal already runs from {running.home}; stop it or name another PORTAL_HOME\n"
    assert (result.returncode, result.stderr, result.stdout) == (1, line, "")


def test_dead_worker_is_restarted(running: Portal) -> None:
    assert await_condition(lambda: running.named("worker-publish@") != [], 20)
    before = {process.pid for process in running.named("worker-publish@")}
    for process in running.named("worker-publish@"):
        process.kill()

    assert await_condition(lambda: {p.pid for p in running.named("worker-publish@")} - before != set(), 20)


def test_dead_database_is_restarted(running: Portal) -> None:
    [postmaster] = [process for process in running.named("bin/postgres") if " -D " in _command_line(process)]
    postmaster.kill()

    assert await_condition(lambda: not running.is_up(), 10)
    assert await_condition(running.is_up, 30)


def test_ctrl_c_ends_everything_within_five_seconds(running: Portal) -> None:
    with urlopen(f"http://127.0.0.1:{running.port}/login/") as page:
        shown = page.read().decode()

    seconds = running.end(signal.SIGINT)

    assert "csrfmiddlewaretoken" in shown
    assert seconds < 5
    assert running.processes() == []


def test_killed_launcher_leaves_no_web_process_and_the_next_one_takes_over(running: Portal) -> None:
    running.end(signal.SIGKILL)

    # A worker that is still loading on a busy machine takes its time to hear the signal.
    assert await_condition(lambda: running.named("granian") == running.named("celery") == [], 40)
    assert [Postgres(running.home).answers(), Broker(running.home).answers()] == [True, True]

    running.start()
    running.await_up()
    running.end(signal.SIGTERM)

    assert running.processes() == []
