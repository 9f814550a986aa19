"""The PostgreSQL that the portal brings along: unix socket only, in a folder nobody else may enter."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Thread

import psycopg

from portal.services import binaries, places, process
from portal.services.service import Service, clean_environment

MEGABYTE = 2**20
SMALL_MACHINE = 2048 * MEGABYTE
SMALL_SHARED_MEMORY = 512 * MEGABYTE


class Postgres(Service):
    """The database server of a PORTAL_HOME; throw_away trades safety for speed."""

    name = "postgres"
    stop_signal = signal.SIGINT  # ends sessions and leaves a clean state
    hurried_signal = signal.SIGQUIT  # leaves it to the log

    def __init__(self, home: Path, *, throw_away: bool = False) -> None:
        super().__init__(home, dies_with_us=throw_away)
        self.throw_away = throw_away
        self.data = self.state / "postgres"
        self.sockets = places.socket_folder(home, "postgres")

    @property
    def url(self) -> str:
        return places.database_url(self.home)

    def user(self) -> pwd.struct_passwd | None:
        return places.service_user()

    def answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def prepare(self) -> None:
        for folder in (self.data, self.sockets):
            process.private_folder(folder, self.user())
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()

    def command(self) -> list[str]:
        options = [f"--{name}={value}" for name, value in self._options().items()]
        return [str(self._program("postgres")), "-D", str(self.data), *options]

    def announce_stop(self) -> None:
        """Write dirty pages while others still end: the checkpoint of the stop itself then finds few."""
        Thread(target=self._checkpoint, daemon=True).start()

    def after_start(self) -> None:
        try:
            self._execute("CREATE DATABASE portal")
        except psycopg.errors.DuplicateDatabase:
            return

    def _options(self) -> dict[str, str | int]:
        return {
            "listen_addresses": "",
            "port": 5432,
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **memory_options(SMALL_MACHINE if self.throw_away else _physical_memory()),
            **(THROW_AWAY if self.throw_away else BULK),
        }

    def _initialise(self) -> None:
        newer = binaries.version(binaries.postgres_folder()) >= 17
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if newer else []
        options = ["-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *locale]
        options += ["--no-sync"] if self.throw_away else []
        result = subprocess.run(
            [self._program("initdb"), "-D", self.data, *options],
            capture_output=True,
            text=True,
            cwd="/",
            env=clean_environment(),
            **process.identity_options(self.user()),
        )
        if result.returncode:
            raise SystemExit(f"initdb failed: {result.stderr.strip()}")

    def _check_version(self) -> None:
        kept = int((self.data / "PG_VERSION").read_text())
        ours = binaries.version(binaries.postgres_folder())
        if kept != ours:
            raise SystemExit(
                f"{self.data} was written by PostgreSQL {kept}, but the server is {ours}: "
                "dump with the old one and restore, or name the old one as PORTAL_PG_BIN"
            )

    def _checkpoint(self) -> None:
        with suppress(psycopg.Error):
            self._execute("CHECKPOINT")

    def _program(self, name: str) -> Path:
        return binaries.postgres_folder() / name

    def _execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.sockets), port=5432, user="portal", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


# Loads write far more than they read: few checkpoints, and no log of what an index build or a COPY into a new table
# can write straight to its file. Page images are logged as they are: this server can compress them by pglz alone,
# which took most of the time of a change to many pages. Nothing here gives up durability.
BULK: dict[str, str | int] = {
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "random_page_cost": "1.1",
    "max_connections": 100,
    "jit": "off",
}
THROW_AWAY: dict[str, str | int] = BULK | {"fsync": "off", "full_page_writes": "off", "max_wal_size": "1GB"}


def memory_options(total: int) -> dict[str, str | int]:
    """Memory settings for a machine with that many bytes, which it shares with the pipeline itself."""
    return {
        "shared_buffers": f"{_between(128, total // 8, 2048)}MB",
        "effective_cache_size": f"{_between(256, total // 2, 65536)}MB",
        "maintenance_work_mem": f"{_between(64, total // 24, 1024)}MB",
        "work_mem": f"{_between(8, total // 384, 64)}MB",
        # Figures are made in temporary tables; taken only by a session that fills them.
        "temp_buffers": f"{_between(8, total // 96, 256)}MB",
        "dynamic_shared_memory_type": "posix" if _shared_memory() >= SMALL_SHARED_MEMORY else "mmap",
    }


def _between(least: int, size: int, most: int) -> int:
    return max(least, min(size // MEGABYTE, most))


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _shared_memory() -> int:
    """Bytes of /dev/shm; containers often give 64 MB, on which parallel queries fail."""
    if not Path("/dev/shm").exists():
        return 0
    figures = os.statvfs("/dev/shm")
    return figures.f_frsize * figures.f_blocks
