"""The processes of a running portal besides its servers, and how each is started and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from portal.services.process import end_with_parent

BASE = Path(__file__).resolve().parent.parent.parent
LARGEST_LOG = 20 * 2**20
CELERY = ("-m", "celery", "-A", "portal.celery")


@dataclass(frozen=True)
class Child:
    """One process: its name, what Python runs, and the signals for a soft and a hurried end."""

    name: str
    arguments: tuple[str, ...]
    soft_end: signal.Signals = signal.SIGTERM
    hurried_end: signal.Signals = signal.SIGTERM
    orphans_end: signal.Signals = signal.SIGTERM  # sent by the kernel when the launcher is killed
    listens_to: str = ""  # the server after whose restart it has to start anew


def children(host: str, port: int, workers: int) -> list[Child]:
    """All processes of the portal, in the order they start."""
    return [web(host, port), *[worker(name, queues, workers) for name, queues in QUEUES.items()], beat()]


# A long first load fills the first worker only, so decisions are published by the other meanwhile.
QUEUES = {"worker-sync": ("sync",), "worker-publish": ("publish", "send", "default")}


def web(host: str, port: int) -> Child:
    """The web server."""
    options = [
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--no-ws",
        "--log-level",
        "warning",
    ]
    options += ["--workers", "2", "--blocking-threads", "4", "--backlog", "512", "--log-level", "warning"]
    options += ["--respawn-failed-workers", "--workers-kill-timeout", "2"]
    return Child("web", ("-m", "granian", *options, "portal.wsgi:application"))


def worker(name: str, queues: tuple[str, ...], concurrency: int) -> Child:
    """A Celery worker; a hurried end gives running tasks back to the queue."""
    options = ["-Q", ",".join(queues), "-c", str(concurrency), "-n", f"{name}@%h", "--without-mingle"]
    options += ["--without-gossip", "-l", "INFO"]
    # A worker that found its way back to a restarted broker sometimes takes no tasks any more.
    # Orphaned, it is killed: a task that runs on would keep a hurried worker alive. The next launcher restores it.
    ends = {"hurried_end": signal.SIGQUIT, "orphans_end": signal.SIGKILL}
    return Child(name, (*CELERY, "worker", *options), listens_to="broker", **ends)


def beat() -> Child:
    """The clock that sends tasks on their way."""
    # Told to end while it asks the database, it asks again to save its times, and waits for itself for ever.
    return Child("beat", (*CELERY, "beat", "-l", "INFO", "--pidfile="), orphans_end=signal.SIGKILL)


def start(child: Child, logs: Path) -> subprocess.Popen[bytes]:
    """The started process, in a group of its own, which the kernel ends when we die."""
    with _open_log(logs / f"{child.name}.log") as log:
        return subprocess.Popen(
            [sys.executable, *child.arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=BASE,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            preexec_fn=end_with_parent(child.orphans_end),
        )


def _open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
