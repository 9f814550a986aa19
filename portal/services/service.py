"""A server that the first process to need it starts, others attach to, and a later one adopts."""

from __future__ import annotations

import fcntl
import os
import pwd
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from portal.services import places, process

START_SECONDS = 120  # recovery after a kill replays the log of all that was in flight
STOP_SECONDS = 20


class Service(ABC):
    """One server of one PORTAL_HOME; whoever holds its lock file owns it and ends it."""

    name: str
    stop_signal: signal.Signals
    hurried_signal: signal.Signals  # ends at once; the next start recovers

    def __init__(self, home: Path, *, dies_with_us: bool = False) -> None:
        self.home = home
        self.state = places.state_folder(home)
        self.log = home / "logs" / f"{self.name}.log"
        self.dies_with_us = dies_with_us
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address as settings take it."""

    @property
    def is_ours(self) -> bool:
        """True where this process started or adopted the server, and so ends it."""
        return self._lock is not None

    def start(self) -> None:
        """Bring the server up, or find it up; returns when it answers."""
        self._lock = self._lock or self._take_lock()
        if self._lock is None:
            self._await("is being started by another process, but doesn't answer")
        elif not self.answers():
            self._launch()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the server where it is ours, hurried after that time; leaves it to its owner otherwise."""
        if self._lock is None:
            return
        if self._child:
            process.end(self._child, (self.stop_signal, self.hurried_signal), seconds)
        elif self.answers():
            self._end_adopted()
        self._child = None
        self._lock.close()
        self._lock = None

    def is_alive(self) -> bool:
        """True while the server's process lives, or answers where it isn't our child."""
        return self._child.poll() is None if self._child else self.answers()

    @abstractmethod
    def answers(self) -> bool:
        """True where the server takes requests."""

    @abstractmethod
    def pid(self) -> int:
        """The process id of the running server."""

    @abstractmethod
    def command(self) -> list[str]:
        """The server's command line."""

    def prepare(self) -> None:  # noqa: B027 - a step that a server may lack
        """Folders and files that must be there before the server starts."""

    def announce_stop(self) -> None:  # noqa: B027 - likewise
        """Do ahead, in the background, what would make a stop slow."""

    def after_start(self) -> None:  # noqa: B027 - likewise
        """What is done once the server answers."""

    def _launch(self) -> None:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.prepare()
        for attempt in range(1, 6):
            self._child = self._spawn()
            if process.await_condition(lambda: self.answers() or self._has_ended(), START_SECONDS) and (
                not self._has_ended()
            ):
                return self.after_start()
            # The dying children of a killed server hold its memory for a moment.
            time.sleep(attempt)
        raise SystemExit(f"{self.name} doesn't start; {self.log} ends with:\n{process.tail(self.log)}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,
                preexec_fn=process.end_with_parent(self.stop_signal) if self.dies_with_us else None,
                **process.identity_options(self.user()),
            )

    def user(self) -> pwd.struct_passwd | None:
        """The user the server runs as, None for ourselves."""
        return None

    def _has_ended(self) -> bool:
        return self._child is not None and self._child.poll() is not None

    def _await(self, complaint: str) -> None:
        if not process.await_condition(self.answers, START_SECONDS):
            raise SystemExit(f"{self.name} {complaint}")

    def _take_lock(self) -> IO[str] | None:
        self.state.mkdir(parents=True, exist_ok=True)
        lock = (self.state / f"{self.name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def _end_adopted(self) -> None:
        number = self.pid()
        os.kill(number, self.stop_signal)
        process.await_condition(lambda: not process.exists(number), STOP_SECONDS)


def clean_environment() -> dict[str, str]:
    """Our environment without libpq's variables, which would lead a server's own programs astray."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
