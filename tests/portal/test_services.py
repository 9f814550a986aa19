"""The servers we bring along: started, shared, killed, recovered, adopted, ended without a trace."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.services import places
from portal.services.broker import Broker
from portal.services.postgres import Postgres, memory_options
from portal.services.process import await_condition, exists

BASE = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home() -> Iterator[Path]:
    """A PORTAL_HOME that the servers' user can enter, wherever pytest keeps its own."""
    folder = Path(tempfile.mkdtemp(prefix="concord-services-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    """A started server of its own."""
    server = Postgres(home)
    server.start()
    yield server
    server.stop()


def fill(server: Postgres, rows: int) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, %s::int) AS number", [rows])


def count(server: Postgres) -> int:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]  # type: ignore[index]


def left_behind(home: Path, service: str) -> int:
    """The process id of a server whose starter was killed."""
    code = f"""
        import os, pathlib, signal
        from portal.services.{service.lower()} import {service}
        server = {service}(pathlib.Path({str(home)!r}))
        server.start()
        print(server.pid(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=BASE, stdout=subprocess.PIPE, text=True
    )
    return int(done.stdout)


def test_socket_is_for_its_owner_only(postgres: Postgres) -> None:
    assert stat.S_IMODE(postgres.sockets.stat().st_mode) == 0o700
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_data_are_safe_in_the_default_run(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]

    assert shown == [("on",), ("on",)]


def test_extensions_are_there(postgres: Postgres) -> None:
    wanted = ["btree_gin", "citext", "pg_trgm", "unaccent"]
    with psycopg.connect(postgres.url) as connection:
        found = connection.execute(
            "SELECT name FROM pg_available_extensions WHERE name = ANY(%s) ORDER BY name", [wanted]
        ).fetchall()

    assert [name for (name,) in found] == wanted


def test_second_process_attaches_and_leaves_the_server_running(postgres: Postgres, home: Path) -> None:
    second = Postgres(home)
    second.start()
    second.stop()

    assert (second.is_ours, postgres.answers()) == (False, True)


def test_killed_server_recovers_every_committed_row(postgres: Postgres) -> None:
    fill(postgres, 5000)
    os.kill(postgres.pid(), signal.SIGKILL)
    await_condition(lambda: not postgres.is_alive(), 5)

    postgres.start()

    assert count(postgres) == 5000


def test_server_of_a_killed_starter_is_adopted_and_ended(home: Path) -> None:
    pid = left_behind(home, "Postgres")
    server = Postgres(home)

    server.start()
    adopted = (server.is_ours, server.pid())
    server.stop()

    assert adopted == (True, pid)
    assert not exists(pid)


def test_broker_of_a_killed_starter_is_adopted_and_ended(home: Path) -> None:
    pid = left_behind(home, "Broker")
    broker = Broker(home)

    broker.start()
    adopted = (broker.is_ours, broker.pid())
    broker.stop()

    assert adopted == (True, pid)
    assert not exists(pid)


def test_killed_broker_keeps_its_tasks(home: Path) -> None:
    broker = Broker(home)
    broker.start()
    client = redis.Redis(unix_socket_path=str(broker.socket))
    client.rpush("tasks", *range(100))
    time.sleep(1.1)  # the file is written every second
    os.kill(broker.pid(), signal.SIGKILL)
    await_condition(lambda: not broker.is_alive(), 5)

    broker.start()
    kept = client.llen("tasks")
    broker.stop()

    assert kept == 100


def test_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    folder = places.socket_folder(tmp_path / ("long" * 30), "postgres")

    assert len(str(folder / ".s.PGSQL.5432.lock")) <= 107


def test_memory_follows_the_machine() -> None:
    small, large = (memory_options(gigabytes * 2**30)["shared_buffers"] for gigabytes in (1, 64))

    assert (small, large) == ("128MB", "2048MB")
