"""A portal really launched by `manage.py run`, in a home and on a port of its own."""

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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

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
        """What our environment is, without servers of others and with this portal's own places."""
        left_out = {"DATABASE_URL", "CELERY_BROKER_URL", "TEST_DATABASE_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        own = {"PORTAL_HOME": str(self.home), "PORTAL_PORT": str(self.port), "PORTAL_DEMO_CUSTOMERS": "0"}
        return kept | own

    def start(self) -> None:
        """Launch; not up yet when this returns."""
        command = [sys.executable, "manage.py", "run"]
        log = (self.home / "launcher.log").open("a")
        self.launcher = subprocess.Popen(
            command, cwd=BASE, env=self.environment(), stdout=log, stderr=log, text=True
        )

    def said(self) -> str:
        """Everything the launcher said so far."""
        return (self.home / "launcher.log").read_text()

    def is_up(self) -> bool:
        """Whether the portal answers that it is ready."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except (URLError, OSError):
            return False

    def await_up(self) -> None:
        """Wait until it is ready."""
        assert await_condition(self.is_up, UP_SECONDS), self.said()

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on behalf of this home, told by its environment or its command line."""
        return [process for process in psutil.process_iter() if _belongs(process, self.home)]

    def named(self, word: str) -> list[psutil.Process]:
        """The processes with the word in their command line."""
        return [process for process in self.processes() if word in command_line(process)]

    def end(self, number: signal.Signals) -> float:
        """Seconds until the launcher had ended after the signal."""
        assert self.launcher
        began_at = time.monotonic()
        self.launcher.send_signal(number)
        self.launcher.wait(60)
        return time.monotonic() - began_at


def command_line(process: psutil.Process) -> str:
    """The command line, empty where the process ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def empty_portal() -> Iterator[Portal]:
    """An empty portal's home and port, not started; whatever still runs at the end is killed."""
    home = Path(tempfile.mkdtemp(prefix="concord-run-"))
    home.chmod(0o711)  # the database server's user passes through
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    portal = Portal(home, port)
    try:
        yield portal
    finally:
        for process in portal.processes():
            process.kill()
        shutil.rmtree(home, ignore_errors=True)


def _belongs(process: psutil.Process, home: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:  # dead, only not yet fetched by whoever inherited it
            return False
        return process.environ().get("PORTAL_HOME") == str(home) or str(home) in command_line(process)
    except psutil.Error:
        return False
