"""`manage.py run`, really run: up, used, interrupted, killed, and nothing left of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal.services.broker import Broker
from portal.services.postgres import Postgres
from portal.services.process import await_condition
from tests.portal.launched import BASE, Portal, command_line, empty_portal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """An empty portal's home and port, not started."""
    with empty_portal() as portal:
        yield portal


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
    [postmaster] = [process for process in running.named("bin/postgres") if " -D " in command_line(process)]
    postmaster.kill()

    assert await_condition(lambda: not running.is_up(), 10)
    assert await_condition(running.is_up, 30)


def test_workers_start_anew_with_a_dead_broker(running: Portal) -> None:
    before = {process.pid for process in running.named("worker-publish@")}

    for process in running.named("valkey-server"):
        process.kill()

    assert await_condition(lambda: before.isdisjoint({p.pid for p in running.named("worker-publish@")} or before), 40)
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


def test_database_killed_while_tables_are_made_is_started_again(portal: Portal) -> None:
    portal.start()
    assert await_condition(lambda: portal.named("prepare") != [], 40)

    for process in portal.named("bin/postgres"):
        if " -D " in command_line(process):
            process.kill()
    portal.await_up()
    portal.end(signal.SIGTERM)

    assert "A server does not answer" in portal.said()
    assert portal.said().count("postgres has ended and is started again") >= 1
